"""A fake array's counters as delfin's metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from delfin.common import constants as c
from delfin.drivers.kit.mapping import Calc, Get, Rule
from delfin.drivers.kit.metrics import Measured, MetricMap

Sample = Mapping[str, Any]

COLUMNS = ("rd_ops", "wr_ops", "rd_kib", "wr_kib", "rd_us", "wr_us", "rd_hit", "wr_hit", "cpu")
_MB = 1024 / 10**6  # of a KiB
_KB = 1024 / 10**3


def samples(part: Mapping[str, Any]) -> Iterator[Sample]:
    """The array sends columns: `times_ms`, and one of the same length for each counter."""
    columns = [part[name] for name in COLUMNS]
    for time_ms, *numbers in zip(part["times_ms"], *columns, strict=True):
        yield {"time": time_ms, **dict(zip(COLUMNS, numbers, strict=True))}


def mean(read: str, write: str) -> Callable[[Sample], float]:
    """Weighted by how many operations were reads and writes."""

    def of(s: Sample) -> float:
        both = s[read] * s["rd_ops"] + s[write] * s["wr_ops"]
        return per(both, s["rd_ops"] + s["wr_ops"])

    return of


def per(amount: float, operations: float) -> float:
    return amount / operations if operations else 0.0


_time, _hits = mean("rd_us", "wr_us"), mean("rd_hit", "wr_hit")

# By the names that the metrics have in `constants`.
_RULES: Mapping[str, Rule] = {
    "IOPS": Calc(lambda s: s["rd_ops"] + s["wr_ops"]),
    "READ_IOPS": Get("rd_ops"),
    "WRITE_IOPS": Get("wr_ops"),
    "THROUGHPUT": Calc(lambda s: (s["rd_kib"] + s["wr_kib"]) * _MB),
    "READ_THROUGHPUT": Get("rd_kib", lambda kib: kib * _MB),
    "WRITE_THROUGHPUT": Get("wr_kib", lambda kib: kib * _MB),
    "RESPONSE_TIME": Calc(lambda s: _time(s) / 1000),
    "READ_RESPONSE_TIME": Get("rd_us", lambda us: us / 1000),
    "WRITE_RESPONSE_TIME": Get("wr_us", lambda us: us / 1000),
    "IO_SIZE": Calc(lambda s: per((s["rd_kib"] + s["wr_kib"]) * _KB, s["rd_ops"] + s["wr_ops"])),
    "READ_IO_SIZE": Calc(lambda s: per(s["rd_kib"] * _KB, s["rd_ops"])),
    "WRITE_IO_SIZE": Calc(lambda s: per(s["wr_kib"] * _KB, s["wr_ops"])),
    "CACHE_HIT_RATIO": Calc(_hits),
    "READ_CACHE_HIT_RATIO": Get("rd_hit"),
    "WRITE_CACHE_HIT_RATIO": Get("wr_hit"),
    "CPU_USAGE": Get("cpu"),
}
_SIX = (
    *("IOPS", "READ_IOPS", "WRITE_IOPS"),
    *("THROUGHPUT", "READ_THROUGHPUT", "WRITE_THROUGHPUT"),
)
_SEVEN = (*_SIX, "RESPONSE_TIME")
_BOTH_TIMES = ("READ_RESPONSE_TIME", "WRITE_RESPONSE_TIME")
_SIZES = ("IO_SIZE", "READ_IO_SIZE", "WRITE_IO_SIZE")
_HITS = ("CACHE_HIT_RATIO", "READ_CACHE_HIT_RATIO", "WRITE_CACHE_HIT_RATIO")


def _measured(kind: str, source: str, owner: type, names: tuple[str, ...]) -> Measured:
    rules = {getattr(owner, name): _RULES[name] for name in names}
    return Measured(kind, rules, source, name=Get("label"), samples=samples)


_KIND = c.ResourceType
METRICS = MetricMap(
    _measured(_KIND.STORAGE, "system", c.StorageMetric, _SEVEN + _BOTH_TIMES),
    _measured(_KIND.STORAGE_POOL, "pools", c.StoragePoolMetric, _SEVEN),
    _measured(_KIND.VOLUME, "volumes", c.VolumeMetric, _SEVEN + _BOTH_TIMES + _SIZES + _HITS),
    _measured(_KIND.CONTROLLER, "controllers", c.ControllerMetric, (*_SEVEN, "CPU_USAGE")),
    _measured(_KIND.PORT, "ports", c.PortMetric, _SEVEN),
    _measured(_KIND.DISK, "disks", c.DiskMetric, _SEVEN),
    _measured(_KIND.FILESYSTEM, "filesystems", c.FileSystemMetric, _SIX + _BOTH_TIMES + _SIZES),
    is_historic=False,
    retention=4500,
)
