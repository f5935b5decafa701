"""Tidies what drivers collected, for the framework: liberal at run time, as intake.py is with rows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from delfin import exception
from delfin.common.constants import ResourceType, metric_struct

# Words for a type of resource that some drivers use.
_KINDS = {"pool": ResourceType.STORAGE_POOL}


def tidied(collected: Any) -> list[metric_struct]:
    """Series with labels and values of their own, floats by ascending time in milliseconds.

    Some drivers share one dict of values between series, put Decimal or None there, or write
    `pool` for storagePool. What is no finite number is left out, and so is a series without any.

    Raises:
        exception.InvalidResults: It is no list of series.
    """
    if collected is None:
        return []
    made = []
    for one in checked(collected):
        try:
            name, labels, values = one
            kind = labels["resource_type"]
            owned = {**labels, "resource_type": _KINDS.get(kind, kind)}
            numbers = sorted((int(at), _number(value)) for at, value in values.items())
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise exception.InvalidResults(
                f"collect_perf_metrics returned a series that is none: {type(error).__name__}"
            ) from error
        kept = {at: number for at, number in numbers if math.isfinite(number)}
        if kept:
            made.append(metric_struct(str(name), owned, kept))
    return made


def checked(collected: Any) -> Iterable[Any]:
    """What a driver collected, when it may hold series.

    Raises:
        exception.InvalidResults: It is no list of anything.
    """
    if not isinstance(collected, Iterable) or isinstance(collected, str | bytes | dict):
        raise exception.InvalidResults(
            f"collect_perf_metrics returned {type(collected).__name__}, not a list"
        )
    return collected


def _number(value: Any) -> float:
    return math.nan if value is None or isinstance(value, bool) else float(value)
