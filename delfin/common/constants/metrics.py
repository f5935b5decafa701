"""Performance metrics: their names, units, and which resource has which."""

from __future__ import annotations

from typing import Any, NamedTuple

from delfin.common.constants.vocabulary import Vocabulary

BLOCK_SIZE = 4096  # bytes

DELFIN_ARRAY_METRICS = [
    "responseTime",
    "throughput",
    "readThroughput",
    "writeThroughput",
    "requests",
    "readRequests",
    "writeRequests",
]


class metric_struct(NamedTuple):  # noqa: N801 - public name
    """One collected series: `values` maps epoch milliseconds to numbers."""

    name: str
    labels: dict[str, Any]
    values: dict[int, Any]


class Metric(NamedTuple):
    """What a metric is called and measured in."""

    name: str
    unit: str
    description: str


class MetricUnit(Vocabulary):
    IOPS = "IOPS"
    MBS = "MB/s"
    MS = "ms"
    KB = "KB"
    PERCENTAGE = "%"


class ResourceType(Vocabulary):
    STORAGE = "storage"
    STORAGE_POOL = "storagePool"
    VOLUME = "volume"
    VOLUME_GROUP = "volumeGroup"
    CONTROLLER = "controller"
    PORT = "port"
    DISK = "disk"
    FILESYSTEM = "filesystem"
    SHARE = "share"


class _Rates:
    IOPS = Metric("iops", MetricUnit.IOPS, "Reads and writes per second")
    READ_IOPS = Metric("readIops", MetricUnit.IOPS, "Reads per second")
    WRITE_IOPS = Metric("writeIops", MetricUnit.IOPS, "Writes per second")
    THROUGHPUT = Metric("throughput", MetricUnit.MBS, "Data read and written per second")
    READ_THROUGHPUT = Metric("readThroughput", MetricUnit.MBS, "Data read per second")
    WRITE_THROUGHPUT = Metric("writeThroughput", MetricUnit.MBS, "Data written per second")
    READ_RESPONSE_TIME = Metric("readResponseTime", MetricUnit.MS, "Mean time of a read")
    WRITE_RESPONSE_TIME = Metric("writeResponseTime", MetricUnit.MS, "Mean time of a write")


class _ResponseTime:
    RESPONSE_TIME = Metric("responseTime", MetricUnit.MS, "Mean time of a read or write")


class _IoSize:
    IO_SIZE = Metric("ioSize", MetricUnit.KB, "Mean size of a read or write")
    READ_IO_SIZE = Metric("readIoSize", MetricUnit.KB, "Mean size of a read")
    WRITE_IO_SIZE = Metric("writeIoSize", MetricUnit.KB, "Mean size of a write")


class _CacheHitRatio:
    CACHE_HIT_RATIO = Metric(
        "cacheHitRatio", MetricUnit.PERCENTAGE, "Reads and writes served by the cache"
    )
    READ_CACHE_HIT_RATIO = Metric(
        "readCacheHitRatio", MetricUnit.PERCENTAGE, "Reads served by the cache"
    )
    WRITE_CACHE_HIT_RATIO = Metric(
        "writeCacheHitRatio", MetricUnit.PERCENTAGE, "Writes served by the cache"
    )


class _CpuUsage:
    CPU_USAGE = Metric("cpuUsage", MetricUnit.PERCENTAGE, "Share of time the processors work")


class StorageMetric(_Rates, _ResponseTime, _IoSize, _CacheHitRatio): ...


class StoragePoolMetric(_Rates, _ResponseTime, _IoSize, _CacheHitRatio): ...


class VolumeMetric(_Rates, _ResponseTime, _IoSize, _CacheHitRatio): ...


class VolumeGroupMetric(_Rates, _ResponseTime, _IoSize, _CacheHitRatio): ...


class PortMetric(_Rates, _ResponseTime, _IoSize, _CacheHitRatio): ...


class ControllerMetric(_Rates, _ResponseTime, _IoSize, _CacheHitRatio, _CpuUsage): ...


class DiskMetric(_Rates, _ResponseTime, _CacheHitRatio): ...


class FileSystemMetric(_Rates, _IoSize): ...


class Metrics(_Rates, _ResponseTime, _IoSize, _CacheHitRatio, _CpuUsage):
    """Every metric there is."""
