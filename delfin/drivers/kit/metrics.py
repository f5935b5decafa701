"""What an array measures, declared once: for a driver's metrics.py.

The capabilities and the collected rows are both made from the declaration, so a driver cannot
offer what it does not collect, nor collect what it does not offer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from delfin import exception
from delfin.common import constants as c
from delfin.drivers.kit.mapping import Get, Record, RowMap, Rule
from delfin.drivers.kit.rule import MALFORMED
from delfin.drivers.kit.times import epoch_ms

# Which metrics there are for which type of resource.
OWNERS: Mapping[str, type] = {
    c.ResourceType.STORAGE: c.StorageMetric,
    c.ResourceType.STORAGE_POOL: c.StoragePoolMetric,
    c.ResourceType.VOLUME: c.VolumeMetric,
    c.ResourceType.VOLUME_GROUP: c.VolumeGroupMetric,
    c.ResourceType.CONTROLLER: c.ControllerMetric,
    c.ResourceType.PORT: c.PortMetric,
    c.ResourceType.DISK: c.DiskMetric,
    c.ResourceType.FILESYSTEM: c.FileSystemMetric,
}


def itself(part: Record) -> Iterable[Record]:
    """For an array that answers one record per part and time."""
    return (part,)


@dataclass(frozen=True)
class Measured:
    """One type of resource: how its metrics are read from a sample, in the unit of the metric.

    'source' is what the array calls the collection. A part is one record of it: 'native_id' and
    'name' are read from there, and 'samples' gives its samples, each with its 'time'.
    """

    resource_type: str
    metrics: Mapping[c.Metric, Rule]
    source: str = ""
    native_id: Rule = Get("id", str, required=True)  # noqa: RUF009 - frozen
    name: Rule = Get("name")  # noqa: RUF009 - frozen
    samples: Callable[[Record], Iterable[Record]] = itself
    time: Rule = Get("time", epoch_ms, required=True)  # noqa: RUF009 - frozen
    digits: int = 3

    def __post_init__(self) -> None:
        """Raises ValueError for a metric that the type of resource does not have."""
        owner = OWNERS.get(self.resource_type)
        if owner is None:
            raise ValueError(f"{self.resource_type} is no measured type of resource")
        known = {getattr(owner, name) for name in dir(owner) if name.isupper()}
        for metric in self.metrics:
            if metric not in known:
                raise ValueError(f"{self.resource_type} has no metric {metric.name}")

    @cached_property
    def _part(self) -> RowMap:
        return RowMap(f"statistics/{self.source}", native_id=self.native_id, name=self.name)

    def series(
        self, storage_id: str, wanted: Iterable[str], parts: Iterable[Record], start: int, end: int
    ) -> Iterator[c.metric_struct]:
        """The wanted metrics of each part with their values inside the window.

        Raises InvalidResults naming the part whose samples cannot be read.
        """
        units = {metric.name: metric.unit for metric in self.metrics}
        names = [name for name in units if name in set(wanted)]
        rules = {metric.name: rule for metric, rule in self.metrics.items() if metric.name in names}
        reader = RowMap(f"statistics/{self.source}", time_ms=self.time, **rules)
        for part in parts:
            who = self._part.values(part)
            samples = self._inside(reader, who["native_id"], part, start, end)
            for name in names:
                values = {
                    sample["time_ms"]: round(float(sample[name]), self.digits)
                    for sample in samples
                    if _is_number(name, sample[name])
                }
                if values:
                    labels = {
                        "storage_id": storage_id,
                        "resource_type": self.resource_type,
                        "resource_id": who["native_id"],
                        "resource_name": who["name"],
                        "type": "RAW",
                        "unit": units[name],
                    }
                    yield c.metric_struct(name, labels, values)

    def _inside(
        self, reader: RowMap, native_id: str, part: Record, start: int, end: int
    ) -> list[dict[str, Any]]:
        try:
            read = [reader.values(sample) for sample in self.samples(part)]
        except (*MALFORMED, exception.InvalidResults) as error:
            said = error.error_args[0] if isinstance(error, exception.InvalidResults) else error
            raise exception.InvalidResults(f"statistics of {native_id}: {said}") from error
        inside = (sample for sample in read if start <= sample["time_ms"] <= end)
        return sorted(inside, key=lambda sample: int(sample["time_ms"]))


class MetricMap:
    """All that an array measures.

    'is_historic' says that the array keeps what it measured; 'retention' for how many seconds,
    'interval' how many seconds lie between two values.
    """

    def __init__(
        self,
        *measured: Measured,
        is_historic: bool,
        retention: int | None = None,
        interval: int | None = None,
    ) -> None:
        self._measured = {one.resource_type: one for one in measured}
        if len(self._measured) != len(measured):
            raise ValueError("a type of resource is declared twice")
        further = {
            "performance_metric_retention_window": retention,
            "collect_interval": interval,
        }
        self._head: dict[str, Any] = {
            "is_historic": is_historic,
            **{name: value for name, value in further.items() if value is not None},
        }

    def capabilities(self) -> dict[str, Any]:
        """The answer of `get_capabilities`; a new dict each time, since callers change it."""
        return {
            **self._head,
            "resource_metrics": {
                kind: {
                    metric.name: {"unit": metric.unit, "description": metric.description}
                    for metric in one.metrics
                }
                for kind, one in self._measured.items()
            },
        }

    def collect(
        self,
        storage_id: str,
        resource_metrics: Mapping[str, Iterable[str]],
        start: int,
        end: int,
        fetch: Callable[[Measured], Iterable[Record]],
    ) -> list[c.metric_struct]:
        """The answer of `collect_perf_metrics`: what is wanted and declared, from 'start' to 'end'.

        'fetch' asks the array for the parts of one type of resource. Values that are no number are
        left out, and so is a series without any, and a type for which 'fetch' raises
        NotImplementedError, since this array does not measure it; when nothing else is wanted, that
        is raised. Raises InvalidResults and what else 'fetch' raises.
        """
        found: list[c.metric_struct] = []
        asked = [kind for kind in resource_metrics if kind in self._measured]
        lacking = 0
        for kind in asked:
            one, wanted = self._measured[kind], resource_metrics[kind]
            try:
                found += list(one.series(storage_id, wanted, fetch(one), int(start), int(end)))
            except NotImplementedError:
                lacking += 1
        if lacking and lacking == len(asked):
            raise NotImplementedError(", ".join(asked))
        return found


def _is_number(name: str, value: Any) -> bool:
    """Raises InvalidResults for text, which a rule should have converted."""
    if value is None or isinstance(value, bool):
        return False
    if not isinstance(value, int | float | Decimal):
        raise exception.InvalidResults(f"{name}: {type(value).__name__} is no number")
    return math.isfinite(value)
