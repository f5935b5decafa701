"""A fake array's counters as delfin's metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from delfin import exception
from delfin.common import constants as c

Sample = Mapping[str, Any]

COLUMNS = ("rd_ops", "wr_ops", "rd_kib", "wr_kib", "rd_us", "wr_us", "rd_hit", "wr_hit", "cpu")
_MB = 1024 / 10**6  # of a KiB
_KB = 1024 / 10**3


def _mean(read: float, write: float, sample: Sample) -> float:
    """Weighted by how many operations were reads and writes."""
    operations = sample["rd_ops"] + sample["wr_ops"]
    if not operations:
        return 0.0
    return float((read * sample["rd_ops"] + write * sample["wr_ops"]) / operations)


def _per(amount: float, operations: float) -> float:
    return amount / operations if operations else 0.0


_FORMULAS: Mapping[str, Callable[[Sample], float]] = {
    "iops": lambda s: s["rd_ops"] + s["wr_ops"],
    "readIops": lambda s: s["rd_ops"],
    "writeIops": lambda s: s["wr_ops"],
    "throughput": lambda s: (s["rd_kib"] + s["wr_kib"]) * _MB,
    "readThroughput": lambda s: s["rd_kib"] * _MB,
    "writeThroughput": lambda s: s["wr_kib"] * _MB,
    "responseTime": lambda s: _mean(s["rd_us"], s["wr_us"], s) / 1000,
    "readResponseTime": lambda s: s["rd_us"] / 1000,
    "writeResponseTime": lambda s: s["wr_us"] / 1000,
    "ioSize": lambda s: _per((s["rd_kib"] + s["wr_kib"]) * _KB, s["rd_ops"] + s["wr_ops"]),
    "readIoSize": lambda s: _per(s["rd_kib"] * _KB, s["rd_ops"]),
    "writeIoSize": lambda s: _per(s["wr_kib"] * _KB, s["wr_ops"]),
    "cacheHitRatio": lambda s: _mean(s["rd_hit"], s["wr_hit"], s),
    "readCacheHitRatio": lambda s: s["rd_hit"],
    "writeCacheHitRatio": lambda s: s["wr_hit"],
    "cpuUsage": lambda s: s["cpu"],
}
_SEVEN = (
    *("iops", "readIops", "writeIops"),
    *("throughput", "readThroughput", "writeThroughput", "responseTime"),
)
_BOTH_TIMES = ("readResponseTime", "writeResponseTime")
_SIZES = ("ioSize", "readIoSize", "writeIoSize")
_HITS = ("cacheHitRatio", "readCacheHitRatio", "writeCacheHitRatio")

# Resource type: what the array calls the collection, and which metrics it has.
_KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    c.ResourceType.STORAGE: ("system", (*_SEVEN, *_BOTH_TIMES)),
    c.ResourceType.STORAGE_POOL: ("pools", _SEVEN),
    c.ResourceType.VOLUME: ("volumes", (*_SEVEN, *_BOTH_TIMES, *_SIZES, *_HITS)),
    c.ResourceType.CONTROLLER: ("controllers", (*_SEVEN, "cpuUsage")),
    c.ResourceType.PORT: ("ports", _SEVEN),
    c.ResourceType.DISK: ("disks", _SEVEN),
    c.ResourceType.FILESYSTEM: ("filesystems", (*_SEVEN[:6], *_BOTH_TIMES, *_SIZES)),
}
_METRICS = {
    metric.name: metric
    for metric in (getattr(c.Metrics, name) for name in dir(c.Metrics) if name.isupper())
    if isinstance(metric, c.Metric)
}


def capabilities() -> dict[str, Any]:
    """What can be collected; a new dict each time, since callers keep and change it."""
    return {
        "is_historic": False,
        "performance_metric_retention_window": 4500,
        "resource_metrics": {
            kind: {
                name: {"unit": _METRICS[name].unit, "description": _METRICS[name].description}
                for name in names
            }
            for kind, (_, names) in _KINDS.items()
        },
    }


def collection(resource_type: str) -> str | None:
    """What the array calls the resource type; None for one that it does not measure."""
    return _KINDS[resource_type][0] if resource_type in _KINDS else None


def rows(
    storage_id: str, resource_type: str, wanted: Iterable[str], parts: Iterable[Mapping[str, Any]]
) -> Iterator[c.metric_struct]:
    """A row for each part and each wanted metric that the resource type has.

    Raises InvalidResults when the array's columns do not fit together.
    """
    names = [name for name in _KINDS[resource_type][1] if name in set(wanted)]
    for part in parts:
        samples = list(_samples(part))
        for name in names:
            labels = {
                "storage_id": storage_id,
                "resource_type": resource_type,
                "resource_id": part.get("id"),
                "resource_name": part.get("label"),
                "type": "RAW",
                "unit": _METRICS[name].unit,
            }
            formula = _FORMULAS[name]
            values = {time_ms: round(formula(sample), 3) for time_ms, sample in samples}
            yield c.metric_struct(name, labels, values)


def _samples(part: Mapping[str, Any]) -> Iterator[tuple[int, Sample]]:
    try:
        times = part["times_ms"]
        columns = [part[name] for name in COLUMNS]
        for time_ms, *numbers in zip(times, *columns, strict=True):
            yield time_ms, dict(zip(COLUMNS, numbers, strict=True))
    except (KeyError, TypeError, ValueError) as error:
        raise exception.InvalidResults(f"statistics of {part.get('id')}: {error}") from error
