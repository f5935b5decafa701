"""What capabilities and metrics must be like."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from delfin import exception
from delfin.common import constants
from delfin.drivers import capabilities
from delfin.testing.conformance.reading import COLLECT, Reading, Window, metrics_of

_LABELS = ("storage_id", "resource_type", "resource_id", "type", "unit")
_UNITS = {
    metric.name: metric.unit
    for metric in (
        getattr(constants.Metrics, name) for name in dir(constants.Metrics) if name.isupper()
    )
}


def findings(
    reading: Reading, storage_id: str | None, unmeasured: Mapping[str, str] | None = None
) -> list[str]:
    """What get_capabilities and collect_perf_metrics returned.

    'unmeasured' are the declared types of resources that a recording may lack, by its about.yaml;
    None for a live array, which may lack any of which the driver says so.
    """
    if not reading.capabilities:
        return []
    found = capability_findings(reading.capabilities)
    if found or not metrics_of(reading.capabilities):
        return found
    if COLLECT in reading.failures:
        return []
    declared = metrics_of(reading.capabilities)
    if not isinstance(reading.metrics, list) or not reading.metrics:
        shape = _shape_finding(reading.metrics)
        return [f"metrics are declared, but {COLLECT} {shape}"]
    every = [
        text
        for metric in reading.metrics
        for text in metric_findings(metric, declared, reading.window, storage_id)
    ]
    missing = _missing(reading, declared) + _named(reading, declared, unmeasured)
    return list(dict.fromkeys([*every, *missing]))


def _shape_finding(told: Any) -> str:
    if isinstance(told, list):
        return "returned nothing"
    return "is not implemented" if told is None else f"returned {type(told).__name__}, no list"


def capability_findings(told: Any) -> list[str]:
    """Whether the shape is the SDK's, and the units are the constants'."""
    try:
        capabilities.checked(told)
    except exception.DelfinException as error:
        return [f"get_capabilities: {error}"]
    return [
        f"get_capabilities: {resource}.{name} is in {metric['unit']!r}, want {_UNITS[name]!r}"
        for resource, metrics in metrics_of(told).items()
        for name, metric in metrics.items()
        if metric["unit"] != _UNITS[name]
    ]


def metric_findings(
    metric: Any, declared: Mapping[str, Any], window: Window, storage_id: str | None
) -> list[str]:
    """What is wrong with one metric."""
    name, labels, values = (getattr(metric, part, None) for part in ("name", "labels", "values"))
    if not isinstance(labels, dict) or not isinstance(values, dict):
        return [f"a metric is {type(metric).__name__}, want constants.metric_struct"]
    place = f"metric {labels.get('resource_type')}.{name}"
    found = [f"{place}: label {label} is missing" for label in _LABELS if not labels.get(label)]
    known = declared.get(str(labels.get("resource_type")))
    if known is None or name not in known:
        return [*found, f"{place}: not among the capabilities"]
    if labels.get("unit") != known[name]["unit"]:
        found.append(f"{place}: unit {labels.get('unit')!r}, declared {known[name]['unit']!r}")
    if labels.get("type") not in {None, "RAW"}:
        found.append(f"{place}: type {labels['type']!r}, want 'RAW'")
    if labels.get("storage_id") not in {None, storage_id}:
        found.append(f"{place}: storage_id is not the driver's")
    return found + _value_findings(place, values, window)


def _value_findings(place: str, values: Mapping[Any, Any], window: Window) -> list[str]:
    found = []
    times = list(values)
    if not times:
        return [f"{place}: no values; leave the metric out"]
    if not all(type(time) is int for time in times):
        return [f"{place}: times must be int, in epoch milliseconds"]
    if times != sorted(times):
        found.append(f"{place}: times are not in order")
    outside = [time for time in times if not window[0] <= time <= window[1]]
    if outside:
        found.append(f"{place}: time {outside[0]} lies outside {window[0]}..{window[1]} (ms)")
    for value in values.values():
        if isinstance(value, bool) or not isinstance(value, int | float):
            found.append(f"{place}: a value is {type(value).__name__}, want a number")
        elif not math.isfinite(value) or value < 0:
            found.append(f"{place}: a value is {value}")
    return found


def _missing(reading: Reading, declared: Mapping[str, Any]) -> list[str]:
    metrics = (metric for metric in reading.metrics if hasattr(metric, "labels"))
    seen = {(metric.labels.get("resource_type"), metric.name) for metric in metrics}
    return [
        f"metric {resource}.{name}: declared and never delivered"
        for resource, names in declared.items()
        for name in names
        if resource not in reading.unmeasured and (resource, name) not in seen
    ]


def _named(
    reading: Reading, declared: Mapping[str, Any], unmeasured: Mapping[str, str] | None
) -> list[str]:
    """Whether a recording lacks what it says, and nothing else."""
    if unmeasured is None:
        return []
    found = [
        f"{kind} is declared and NotImplementedError said of it: name it with the reason under "
        "'unmeasured' in about.yaml, or record an array that measures it"
        for kind in sorted(reading.unmeasured - unmeasured.keys())
    ]
    delivered = reading.delivered()
    for kind in unmeasured:
        if kind in delivered:
            found.append(f"{kind} is 'unmeasured' in about.yaml, and was delivered")
        elif kind not in declared:
            found.append(f"{kind} is 'unmeasured' in about.yaml, and is not declared")
    return found
