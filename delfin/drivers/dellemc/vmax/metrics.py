"""What Unisphere measures, and where it is asked: its performance categories.

The categories' names, ids and metrics are those of "performance" in Dell's OpenAPI document
"PowerMax" 10.3 (diskParam and its neighbours) and of the metric pages of Dell's add-on for
Splunk 4 (docs/source/metrics: array, srp, fe_dir, be_dir, fe_port, be_port, storage_group); for
volumes, which have no page, those that Dell's csm-metrics-powermax 1.1 asks for. Rates are per second,
times milliseconds, sizes KB. Back-end ports exist before PowerMax 2500 and 8500 only, volumes since
Unisphere 10.0 (not in 9.1: Dell on issue 91 of PyU4V; there since its 10.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from delfin.common import constants as c
from delfin.drivers.dellemc.vmax.client import VERSIONS
from delfin.drivers.kit.mapping import Calc, Const, Get, Record, Rule
from delfin.drivers.kit.metrics import Measured, MetricMap
from delfin.drivers.kit.times import epoch_ms

# Unisphere's diagnostic interval, in seconds.
INTERVAL = 300


@dataclass(frozen=True)
class Category:
    """One of Unisphere's: 'key' names a part in requests, 'info' is the list of the keys.

    The parts of a category with a 'parent' are listed for each part of that category. 'since' is
    the version of the interface that has it first.
    """

    name: str
    key: str
    info: str
    metrics: tuple[str, ...]
    parent: Category | None = None
    since: str = VERSIONS[0]

    @property
    def path(self) -> tuple[str, ...]:
        """The names by which a request tells the part, the outermost first."""
        return (*(self.parent.path if self.parent else ()), self.key)


_HOST = ("HostIOs", "HostReads", "HostWrites", "HostMBs", "HostMBReads", "HostMBWritten")
_TIMES = ("ReadResponseTime", "WriteResponseTime")
_SIZES = ("AvgIOSize", "AvgReadSize", "AvgWriteSize")
_PORT = ("IOs", "Reads", "Writes", "MBs", "MBRead", "MBWritten", "AvgIOSize")
_DIRECTOR = ("ReadReqs", "WriteReqs", "PercentBusy")

ARRAY = Category("Array", "", "arrayInfo", (*_HOST, *_TIMES))
_SRP = Category("SRP", "srpId", "srpInfo", (*_HOST, *_TIMES, "ResponseTime"))
_FE_DIRECTOR = Category(
    "FEDirector", "directorId", "feDirectorInfo", ("HostIOs", "HostMBs", *_DIRECTOR, *_TIMES)
)
_BE_DIRECTOR = Category(
    "BEDirector",
    "directorId",
    "beDirectorInfo",
    ("IOs", "MBs", "MBRead", "MBWritten", *_DIRECTOR),
)
_FE_PORT = Category(
    "FEPort", "portId", "fePortInfo", (*_PORT, *_TIMES, "ResponseTime"), _FE_DIRECTOR
)
_BE_PORT = Category("BEPort", "portId", "bePortInfo", _PORT, _BE_DIRECTOR)
_DISK = Category(
    "Disk",
    "diskId",
    "diskInfo",
    ("IOs", "DiskReads", "DiskWrites", "MBs", "MBReads", "MBWritten", *_TIMES, "AvgResponseTime"),
)
_STORAGE_GROUP = Category(
    "StorageGroup",
    "storageGroupId",
    "storageGroupInfo",
    (*_HOST, *_TIMES, "ResponseTime", *_SIZES, "PercentHit", "PercentReadHit", "PercentWriteHit"),
)
# It has no call for its keys, and many volumes are asked for at once: see volumes.py.
VOLUME = Category(
    "Volume", "volumeId", "", ("Reads", "Writes", "MBRead", "MBWritten", *_TIMES), since="100"
)
# By the 'source' of what is measured: which categories its parts are from.
SOURCES: Mapping[str, tuple[Category, ...]] = {
    "array": (ARRAY,),
    "srp": (_SRP,),
    "director": (_FE_DIRECTOR, _BE_DIRECTOR),
    "port": (_FE_PORT, _BE_PORT),
    "storagegroup": (_STORAGE_GROUP,),
    "volume": (VOLUME,),
    "disk": (_DISK,),
}


def _either(first: str, second: str) -> Calc:
    """What one category calls so and the other otherwise."""

    def found(sample: Record) -> float | None:
        value: float | None = sample.get(first)
        return sample.get(second) if value is None else value

    return Calc(found)


def _sum(reads: str, writes: str) -> Calc:
    """Of what is told by its halves only."""

    def found(sample: Record) -> float | None:
        read, written = sample.get(reads), sample.get(writes)
        return None if read is None or written is None else float(read) + float(written)

    return Calc(found)


def _mean(reads: str, writes: str) -> Calc:
    """The mean time of all requests, of those of reads and writes; where nothing was done, zero."""
    names = (reads, writes, "ReadResponseTime", "WriteResponseTime")

    def found(sample: Record) -> float | None:
        if any(sample.get(name) is None for name in names):
            return None
        read, written, read_time, write_time = (float(sample[name]) for name in names)
        total = read + written
        return (read * read_time + written * write_time) / total if total else 0.0

    return Calc(found)


def _measured(
    resource: str,
    source: str,
    owner: type,
    rules: Mapping[str, Rule],
    name: Rule = Get("id", str),  # noqa: B008 - frozen
) -> Measured:
    return Measured(
        resource,
        {getattr(owner, name): rule for name, rule in rules.items()},
        source,
        native_id=Get("id", str, required=True),
        name=name,
        samples=lambda part: part["samples"],
        time=Get("timestamp", epoch_ms, required=True),
    )


_BOTH_TIMES: Mapping[str, Rule] = {
    "READ_RESPONSE_TIME": Get("ReadResponseTime"),
    "WRITE_RESPONSE_TIME": Get("WriteResponseTime"),
}
_OF_HOSTS: Mapping[str, Rule] = {
    "IOPS": Get("HostIOs"),
    "READ_IOPS": Get("HostReads"),
    "WRITE_IOPS": Get("HostWrites"),
    "THROUGHPUT": Get("HostMBs"),
    "READ_THROUGHPUT": Get("HostMBReads"),
    "WRITE_THROUGHPUT": Get("HostMBWritten"),
    **_BOTH_TIMES,
}
_KIND = c.ResourceType
METRICS = MetricMap(
    _measured(
        _KIND.STORAGE,
        "array",
        c.StorageMetric,
        {
            **_OF_HOSTS,
            "RESPONSE_TIME": _mean("HostReads", "HostWrites"),
        },
    ),
    _measured(
        _KIND.STORAGE_POOL,
        "srp",
        c.StoragePoolMetric,
        {
            **_OF_HOSTS,
            "RESPONSE_TIME": Get("ResponseTime"),
        },
    ),
    _measured(
        _KIND.CONTROLLER,
        "director",
        c.ControllerMetric,
        {
            "IOPS": _either("HostIOs", "IOs"),
            "READ_IOPS": Get("ReadReqs"),
            "WRITE_IOPS": Get("WriteReqs"),
            "THROUGHPUT": _either("HostMBs", "MBs"),
            # Told for back-end directors only, and the times for front-end ones.
            "READ_THROUGHPUT": Get("MBRead"),
            "WRITE_THROUGHPUT": Get("MBWritten"),
            "RESPONSE_TIME": _mean("ReadReqs", "WriteReqs"),
            **_BOTH_TIMES,
            "CPU_USAGE": Get("PercentBusy"),
        },
    ),
    _measured(
        _KIND.PORT,
        "port",
        c.PortMetric,
        {
            "IOPS": Get("IOs"),
            "READ_IOPS": Get("Reads"),
            "WRITE_IOPS": Get("Writes"),
            "THROUGHPUT": Get("MBs"),
            "READ_THROUGHPUT": Get("MBRead"),
            "WRITE_THROUGHPUT": Get("MBWritten"),
            "RESPONSE_TIME": Get("ResponseTime"),
            **_BOTH_TIMES,
            "IO_SIZE": Get("AvgIOSize"),
        },
    ),
    _measured(
        _KIND.DISK,
        "disk",
        c.DiskMetric,
        {
            "IOPS": Get("IOs"),
            "READ_IOPS": Get("DiskReads"),
            "WRITE_IOPS": Get("DiskWrites"),
            "THROUGHPUT": Get("MBs"),
            "READ_THROUGHPUT": Get("MBReads"),
            "WRITE_THROUGHPUT": Get("MBWritten"),
            "RESPONSE_TIME": Get("AvgResponseTime"),
            **_BOTH_TIMES,
        },
    ),
    _measured(
        _KIND.VOLUME_GROUP,
        "storagegroup",
        c.VolumeGroupMetric,
        {
            **_OF_HOSTS,
            "RESPONSE_TIME": Get("ResponseTime"),
            "IO_SIZE": Get("AvgIOSize"),
            "READ_IO_SIZE": Get("AvgReadSize"),
            "WRITE_IO_SIZE": Get("AvgWriteSize"),
            "CACHE_HIT_RATIO": Get("PercentHit"),
            "READ_CACHE_HIT_RATIO": Get("PercentReadHit"),
            "WRITE_CACHE_HIT_RATIO": Get("PercentWriteHit"),
        },
    ),
    _measured(
        _KIND.VOLUME,
        "volume",
        c.VolumeMetric,
        {
            "IOPS": _sum("Reads", "Writes"),
            "READ_IOPS": Get("Reads"),
            "WRITE_IOPS": Get("Writes"),
            "THROUGHPUT": _sum("MBRead", "MBWritten"),
            "READ_THROUGHPUT": Get("MBRead"),
            "WRITE_THROUGHPUT": Get("MBWritten"),
            "RESPONSE_TIME": _mean("Reads", "Writes"),
            **_BOTH_TIMES,
        },
        # A volume's name is in the inventory only.
        name=Const(None),
    ),
    is_historic=True,
    interval=INTERVAL,
)
