"""Asks drivers what their arrays can do, and checks it; more liberal than SODA Delfin, which refused its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from delfin import exception
from delfin.common import constants
from delfin.drivers.driver import StorageDriver

_METRICS = {
    metric.name: metric
    for metric in (
        getattr(constants.Metrics, name) for name in dir(constants.Metrics) if name.isupper()
    )
}
METRICS = set(_METRICS)
TOP = {
    "is_historic",
    "performance_metric_retention_window",
    "resource_metrics",
    "collect_interval",
    "failed_job_collect_interval",
    "protocols",
    "features",
}
# Lists of words: how hosts and clients reach the array, and what it can do for them.
LISTS = ("protocols", "features")
_WORD = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_VERSION = re.compile(r"\d+(?:\.\d+)*")


def filters_for(
    driver: type[StorageDriver], firmware: str | None, access: Iterable[str]
) -> dict[str, Any] | None:
    """What a driver is told of an array that it is asked the capabilities of.

    Drivers of SODA Delfin look for the firmware in whatever they are given, so without it they are
    given nothing.
    """
    if not firmware and not driver.capabilities_by_access:
        return None
    return {"firmware_version": firmware or None, "access": list(access)}


def understood(told: Any, firmware: str | None = None) -> dict[str, Any]:
    """The capabilities of an array with that firmware, also from the forms that drivers once used.

    Those are a mapping of firmware versions to capabilities, of which the newest counts that the
    firmware is not older than, and for a resource a list of metrics instead of a mapping.

    Raises as 'checked'.
    """
    if isinstance(told, dict) and told and all(_version(key) for key in told):
        told = _for_firmware(told, _version(firmware))
    if isinstance(told, dict) and isinstance(told.get("resource_metrics"), dict):
        metrics = {kind: _mapping(named) for kind, named in told["resource_metrics"].items()}
        told = {**told, "resource_metrics": metrics}
    return checked(told)


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
    for name in LISTS:
        _check_words(name, told.get(name))
    metrics = told.get("resource_metrics", {})
    if not isinstance(metrics, dict):
        raise _invalid("resource_metrics must be a mapping")
    for resource, wanted in metrics.items():
        _check_resource(resource, wanted)
    return told


def _check_words(name: str, words: Any) -> None:
    if words is None:
        return
    if not isinstance(words, list | tuple):
        raise _invalid(f"{name} must be a list")
    if not all(isinstance(word, str) and _WORD.fullmatch(word) for word in words):
        raise _invalid(f"{name}: want words of small letters, digits and _ . -")


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


def _version(of: Any) -> tuple[int, ...]:
    """The numbers of a version, which may be a number or stand within words; empty for none."""
    if isinstance(of, bool):
        return ()
    if isinstance(of, int | float):
        of = str(of)
    elif not isinstance(of, str):
        return ()
    found = _VERSION.search(of)
    return tuple(map(int, found[0].split("."))) if found else ()


def _for_firmware(versions: Mapping[Any, Any], firmware: tuple[int, ...]) -> Any:
    """The part for the firmware; the newest when that is not known."""
    known = sorted(versions, key=_version)
    if not firmware:
        return versions[known[-1]]
    fitting = [key for key in known if _version(key) <= firmware]
    return versions[fitting[-1]] if fitting else None


def _mapping(metrics: Any) -> Any:
    """A list of names, or of mappings with names, as the mapping that it stands for."""
    if not isinstance(metrics, list):
        return metrics
    found = {}
    for one in metrics:
        name = one.get("name") if isinstance(one, dict) else one
        ours = _METRICS.get(name) if isinstance(name, str) else None
        if ours is None:
            raise _invalid(f"resource_metrics: unknown metric {name}")
        found[ours.name] = {"unit": ours.unit, "description": ours.description}
    return found


def _invalid(what: str) -> exception.InvalidStorageCapability:
    return exception.InvalidStorageCapability(what)
