"""What clients send to make schedules and to ask for a synchronisation, and how schedules are shown."""

from __future__ import annotations

from typing import Any

from delfin.api.schemas.inventory import MOMENT, Schema, closed, column_schema
from delfin.db.schedules import DEFAULT, METRICS, RUN, SKIP, USER, Schedule, ScheduleState
from delfin.inventory.catalog import BY_KEY
from delfin.jobs.policy import CONFIGURED, KINDS
from delfin.jobs.priority import WORDS

# Seconds, and milliseconds until the year 10000.
LONGEST, LATEST = 366 * 86400, 253402300799999
TRIGGERS = ("interval", "cron", "at")
_NO_NUL = {"pattern": r"^[^\u0000]*(?![\s\S])", "x-rule": "must not hold a NUL character"}

_PRIORITY: Schema = {
    "enum": list(WORDS),
    "description": "What goes first: high is 10, normal 0 and low -10 in the jobs",
}
_RESOURCE_KINDS: Schema = {
    "type": "array",
    "items": {"enum": list(BY_KEY)},
    "uniqueItems": True,
    "description": "Resource kinds to read; empty: all",
}


def _seconds(doc: str, least: int = 0) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": LONGEST, "description": doc}


def _text(doc: str, longest: int, shortest: int = 1) -> Schema:
    return {
        "type": "string",
        "minLength": shortest,
        "maxLength": longest,
        **_NO_NUL,
        "description": doc,
    }


def _object(properties: dict[str, Schema], **more: Any) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


SYNC_REQUEST = _object(
    {
        "kinds": _RESOURCE_KINDS,
        "priority": {**_PRIORITY, "description": f"{_PRIORITY['description']}; default normal"},
        "not_before": {
            "type": "integer",
            "minimum": 0,
            "maximum": LATEST,
            "description": "Earliest start in epoch milliseconds; default now",
        },
    }
)
_CHANGEABLE: dict[str, Schema] = {
    "name": _text("Your own name for it", 255, 0),
    "resource_kinds": _RESOURCE_KINDS,
    "interval": _seconds("Seconds from one run to the next; arrays are spread over it", 1),
    "cron": _text("Minute, hour, day of month, month and day of week, as in crontab(5)", 255),
    "time_zone": _text("IANA name of the time zone of 'cron'; default UTC", 64),
    "at": {
        "type": ["string", "integer"],
        "minimum": 0,
        "maximum": LATEST,
        "maxLength": 64,
        "description": "One moment: ISO 8601, UTC unless it says otherwise, or epoch milliseconds",
    },
    "jitter": _seconds("Runs start up to so many seconds later; less than the interval"),
    "priority": {**_PRIORITY, "description": f"{_PRIORITY['description']}; default low"},
    "enabled": {"type": "boolean", "description": "False: it is never due"},
    "when_late": {
        "enum": [RUN, SKIP],
        "description": "A run that nobody could start in time: make up for it, once (run, the "
        "default), or leave it out when it is later than 'grace' (skip)",
    },
    "grace": _seconds("Seconds that a run may be late with 'skip'; default 300"),
}
NEW_SCHEDULE = _object(
    {
        "kind": {
            "enum": [kind for kind in KINDS if kind not in CONFIGURED],
            "description": "Kind of its jobs; default sync",
        },
        "storage_id": _text("The storage it is for; default all storages", 36),
        **_CHANGEABLE,
    },
    oneOf=[{"required": [name]} for name in TRIGGERS],
)
SCHEDULE_CHANGE = _object(_CHANGEABLE)

SHOWN_COLUMNS = (
    *("id", "name", "kind", "storage_id", "resource_kinds", "trigger"),
    *("interval", "cron", "time_zone", "at", "jitter", "priority", "enabled"),
    *("when_late", "grace", "origin", "next_due", "last_run", "last_job_id"),
    *("created_at", "updated_at"),
)
_MAYBE_MOMENT: Schema = {**MOMENT, "type": ["string", "null"]}
_SPECIAL: dict[str, Schema] = {
    "resource_kinds": {"type": "array", "items": {"type": "string"}},
    "trigger": {"enum": list(TRIGGERS), "description": "Which of the three says when"},
    "priority": _PRIORITY,
    "origin": {
        "enum": [DEFAULT, USER, METRICS],
        "description": "Whether it comes from the configuration file, was made over REST, or "
        "belongs to a metrics configuration",
    },
    "next_due": {**_MAYBE_MOMENT, "description": "Due next at (UTC), of all its storages"},
    "last_run": {**_MAYBE_MOMENT, "description": "Last fired at (UTC), of all its storages"},
    "last_job_id": column_schema(ScheduleState.__table__.c.last_job_id),
}


def _shown(name: str) -> Schema:
    if name not in _SPECIAL:
        return column_schema(Schedule.__table__.c[name])
    doc = Schedule.__table__.c[name].doc if name in Schedule.__table__.c else ""
    return {**({"description": doc} if doc else {}), **_SPECIAL[name]}


SCHEDULE = closed(
    {name: _shown(name) for name in SHOWN_COLUMNS}, "What is done again and again, or at a time"
)
