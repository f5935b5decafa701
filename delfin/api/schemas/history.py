"""What the routes of the short history and of forecasts answer."""

from __future__ import annotations

from delfin.api.schemas.inventory import Schema, closed, collection
from delfin.telemetry.forecast import STATES

_TEXT: Schema = {"type": "string"}


def _number(doc: str, *, whole: bool = False, null: bool = True) -> Schema:
    kind = "integer" if whole else "number"
    return {"type": [kind, "null"] if null else kind, "description": doc}


_POINT = closed(
    {
        "time": _number(
            "Begin of the step, epoch milliseconds; null for a whole range", whole=True
        ),
        "value": _number("The sample, or the mean of the step", null=False),
        "min": _number("The least sample of the step", null=False),
        "max": _number("The most", null=False),
        "count": _number("How many samples", whole=True, null=False),
    },
    "What was measured in a step",
)
METRIC_LINE = closed(
    {
        "resource_type": {**_TEXT, "description": "Sort of the resource"},
        "resource_id": {**_TEXT, "description": "The array's own id of it"},
        "resource_name": {**_TEXT, "description": "Its name, as last reported"},
        "metric": {**_TEXT, "description": "Name of the metric"},
        "unit": {**_TEXT, "description": "What its values are measured in"},
        "step": _number("Seconds of a point; null: the samples as they are", whole=True),
        "points": {"type": "array", "items": _POINT, "description": "Growing times"},
    },
    "One metric of one resource",
)
_DAY: Schema = {"type": ["string", "null"], "format": "date"}
FORECAST = closed(
    {
        "native_storage_pool_id": {
            **_TEXT,
            "description": "The pool; empty for the storage as a whole",
        },
        "name": {"type": ["string", "null"], "description": "Its name"},
        "state": {
            "enum": list(STATES),
            "description": "growing: it has days_to_full. not_growing: the figures agree with no "
            "growth. full: nothing is left. too_little_data, outdated: nothing can be said",
        },
        "total_capacity": _number("Bytes, on the last day", whole=True),
        "used_capacity": _number("Bytes in use, on the last day", whole=True),
        "days": _number("How many days there are figures of", whole=True, null=False),
        "first_day": {**_DAY, "description": "The first of them (UTC)"},
        "last_day": {**_DAY, "description": "The last of them (UTC)"},
        "growth_per_day": _number("Bytes a day", whole=True),
        "growth_per_day_least": _number("Lower end of its 95 % interval", whole=True),
        "growth_per_day_most": _number("Upper end", whole=True),
        "days_to_full": _number("Days from today; null unless growing"),
        "days_to_full_earliest": _number("Lower end of its 95 % interval"),
        "days_to_full_latest": _number("Upper end"),
        "full_on": {**_DAY, "description": "The day (UTC) that is"},
    },
    "When a pool, or the storage as a whole, will be full if it goes on like this",
)


def components() -> dict[str, Schema]:
    """By name."""
    return {
        "MetricLine": METRIC_LINE,
        "MetricLines": collection("metrics", "MetricLine"),
        "Forecast": FORECAST,
        "Forecasts": collection("forecast", "Forecast"),
    }
