"""Checks what a driver says it can collect; more liberal than SODA Delfin, which refused its own."""

from __future__ import annotations

from typing import Any

from delfin import exception
from delfin.common import constants

METRICS = {
    getattr(constants.Metrics, name).name for name in dir(constants.Metrics) if name.isupper()
}
TOP = {
    "is_historic",
    "performance_metric_retention_window",
    "resource_metrics",
    "collect_interval",
    "failed_job_collect_interval",
}


def checked(told: Any) -> dict[str, Any]:
    """The capabilities, when they have the shape of the driver SDK.

    Raises:
        exception.StorageCapabilityNotSupported: The driver told nothing.
        exception.InvalidStorageCapability: The shape is wrong; the text says where.
    """
    if not told:
        raise exception.StorageCapabilityNotSupported
    if not isinstance(told, dict):
        raise _invalid(f"a {type(told).__name__}, not a dict")
    if not isinstance(told.get("is_historic"), bool):
        raise _invalid("is_historic must be true or false")
    if unknown := told.keys() - TOP:
        raise _invalid(f"unknown keys {', '.join(sorted(map(str, unknown)))}")
    metrics = told.get("resource_metrics", {})
    if not isinstance(metrics, dict):
        raise _invalid("resource_metrics must be a mapping")
    for resource, wanted in metrics.items():
        _check_resource(resource, wanted)
    return told


def _check_resource(resource: Any, metrics: Any) -> None:
    if resource not in constants.ResourceType.ALL:
        raise _invalid(f"resource_metrics: unknown resource {resource}")
    if not isinstance(metrics, dict):
        raise _invalid(f"resource_metrics.{resource} must be a mapping")
    for name, metric in metrics.items():
        if name not in METRICS:
            raise _invalid(f"resource_metrics.{resource}: unknown metric {name}")
        if not isinstance(metric, dict) or not metric.get("unit") or not metric.get("description"):
            raise _invalid(f"resource_metrics.{resource}.{name} needs unit and description")


def _invalid(what: str) -> exception.InvalidStorageCapability:
    return exception.InvalidStorageCapability(what)
