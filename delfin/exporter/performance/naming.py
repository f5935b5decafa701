"""What metrics and labels are called in Prometheus: as in SODA Delfin, or in base units."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from delfin.common.constants import Metric, Metrics, MetricUnit
from delfin.telemetry.samples import Series, Source

Labels = tuple[tuple[str, str], ...]


class _BaseUnit(NamedTuple):
    """What a value is multiplied by, the end of the name in Prometheus, and the unit in UCUM."""

    factor: float
    ending: str
    ucum: str


# Arrays that say MB and KB count in powers of two, as `Tools` of the SDK does.
_BASE_UNITS = {
    MetricUnit.IOPS: _BaseUnit(1.0, "", "{operation}/s"),
    MetricUnit.MBS: _BaseUnit(2.0**20, "bytes_per_second", "By/s"),
    MetricUnit.MS: _BaseUnit(1e-3, "seconds", "s"),
    MetricUnit.KB: _BaseUnit(1024.0, "bytes", "By"),
    MetricUnit.PERCENTAGE: _BaseUnit(1e-2, "ratio", "1"),
}
_REGISTRY = {
    metric.name: metric
    for name in dir(Metrics)
    if isinstance(metric := getattr(Metrics, name), Metric)
}
_UNKNOWN = "A metric of the driver that delfin does not know"


class Named(NamedTuple):
    """A metric as Prometheus gets it: a value times 'factor' is what stands there."""

    name: str
    help: str
    factor: float
    labels: Labels = ()


class OtelMetric(NamedTuple):
    """A metric as OpenTelemetry gets it: a value times 'factor', in 'unit'."""

    name: str
    description: str
    unit: str
    factor: float


class Resource(NamedTuple):
    """What the labels of a series say beside its metric."""

    type: str
    id: str
    name: str


class Scheme:
    """One way to name things."""

    # Labels of metrics; no label of a resource has such a name.
    shared: ClassVar[frozenset[str]] = frozenset()

    def metric(self, series: Series) -> Named:
        """The metric of a series, with the labels that all its resources share."""
        return self._metric(series.resource_type, series.metric, series.unit)

    def resource(self, source: Source, resource: Resource) -> Labels:
        """The labels of a resource, in order; the operator's only where no other has the name."""
        own = self._resource(source, resource)
        taken = self.shared.union(name for name, _ in own)
        added = {legal(name): value for name, value in source.labels}
        return (*own, *((name, value) for name, value in added.items() if name not in taken))

    def _metric(self, resource_type: str, metric: str, unit: str) -> Named:
        raise NotImplementedError

    def _resource(self, source: Source, resource: Resource) -> Labels:
        raise NotImplementedError


class SodaScheme(Scheme):
    """`volume_read_iops`, values as they are collected, and the labels of SODA's metric_struct."""

    shared = frozenset({"type", "unit"})

    @functools.cache  # noqa: B019 - there is one object, and few metrics
    def _metric(self, resource_type: str, metric: str, unit: str) -> Named:
        known = _REGISTRY.get(metric)
        text = f"{known.description}, in {known.unit}" if known else _UNKNOWN
        name = legal(f"{snake(resource_type)}_{snake(metric)}")
        return Named(name, text, 1.0, (("type", "RAW"), ("unit", unit)))

    def _resource(self, source: Source, resource: Resource) -> Labels:
        return (
            ("storage_id", source.storage_id),
            ("name", source.storage_name),
            ("serial_number", source.serial_number),
            ("resource_type", resource.type),
            ("resource_id", resource.id),
            ("resource_name", resource.name),
        )


class BaseUnitScheme(Scheme):
    """`delfin_volume_read_response_time_seconds`: base units, named as Prometheus advises."""

    @functools.cache  # noqa: B019 - likewise
    def _metric(self, resource_type: str, metric: str, unit: str) -> Named:
        known = _REGISTRY.get(metric)
        factor, ending, _ = _base_unit(unit)
        name = f"delfin_{snake(resource_type)}_{snake(metric)}"
        if ending and not name.endswith(f"_{ending}"):
            name = f"{name}_{ending}"
        return Named(legal(name), known.description if known else _UNKNOWN, factor)

    def _resource(self, source: Source, resource: Resource) -> Labels:
        return (
            ("storage_id", source.storage_id),
            ("storage_name", source.storage_name),
            ("vendor", source.vendor),
            ("model", source.model),
            ("serial_number", source.serial_number),
            ("resource_id", resource.id),
            ("resource_name", resource.name),
        )


SCHEMES: dict[str, Scheme] = {"soda": SodaScheme(), "base_units": BaseUnitScheme()}


@functools.lru_cache(maxsize=4096)
def otel_metric(resource_type: str, metric: str, unit: str) -> OtelMetric:
    """`delfin.volume.read_response_time` in seconds."""
    known = _REGISTRY.get(metric)
    factor, _, ucum = _base_unit(unit)
    name = f"delfin.{snake(resource_type)}.{snake(metric)}"
    return OtelMetric(name, known.description if known else _UNKNOWN, ucum, factor)


def _base_unit(unit: str) -> _BaseUnit:
    return _BASE_UNITS.get(unit) or _BaseUnit(1.0, snake(unit.replace("/", "_per_")), unit)


def snake(words: str) -> str:
    """`readResponseTime` as `read_response_time`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", words).lower()


@functools.lru_cache(maxsize=4096)
def legal(name: str) -> str:
    """A name of a metric or a label that Prometheus accepts and does not keep for itself."""
    found = re.sub(r"[^a-zA-Z0-9_]", "_", name)
    found = re.sub(r"^__+", "_", found) or "_"
    return f"_{found}" if found[0].isdigit() else found


def resource_of(series: Series) -> Resource:
    return Resource(series.resource_type, series.resource_id, series.resource_name)


def filled(labels: Iterable[tuple[str, str]]) -> Labels:
    """Those with a value: Prometheus takes an empty one for none."""
    return tuple((name, value) for name, value in labels if value)
