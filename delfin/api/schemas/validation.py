"""Checks request bodies; messages name the field and never repeat what was sent for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError

from delfin import exception
from delfin.api.schemas import alerts, profiles, telemetry
from delfin.api.schemas.access import ACCESS_UPDATE, REGISTRATION
from delfin.api.schemas.schedules import NEW_SCHEDULE, SCHEDULE_CHANGE, SYNC_REQUEST
from delfin.api.schemas.snmp import SNMP_CONFIG

BODIES = {
    "Registration": REGISTRATION,
    "AccessUpdate": ACCESS_UPDATE,
    "SyncRequest": SYNC_REQUEST,
    "NewSchedule": NEW_SCHEDULE,
    "ScheduleChange": SCHEDULE_CHANGE,
    "SnmpSettings": SNMP_CONFIG,
    **alerts.BODIES,
    **telemetry.BODIES,
    **profiles.BODIES,
}
_VALIDATORS = {name: Draft202012Validator(schema) for name, schema in BODIES.items()}
_MOST_COMPLAINTS = 10
# What looks like a name may be repeated; anything else could be a misplaced secret.
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_TYPES = {
    "object": "a JSON object",
    "array": "a list",
    "string": "a string",
    "integer": "an integer",
    "boolean": "true or false",
}
_LIMITS = {
    "maxLength": "must have at most {} characters",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "minItems": "must hold at least {}",
    "minProperties": "must hold at least {}",
    "maxProperties": "must hold at most {}",
}


def checked(name: str, body: Any) -> dict[str, Any]:
    """The body, when it follows the schema of that name.

    Raises:
        exception.InvalidInput: It does not; the text says where.
    """
    errors = sorted(_VALIDATORS[name].iter_errors(body), key=lambda e: _path(e.absolute_path))
    complaints = list(dict.fromkeys(text for error in errors for text in _texts(error)))
    if complaints:
        raise exception.InvalidInput("; ".join(complaints[:_MOST_COMPLAINTS]))
    return dict(body)


def _texts(error: ValidationError) -> list[str]:
    # jsonschema's types allow for errors that are still without their schema.
    place, sent, limit = (
        _path(error.absolute_path),
        cast("Any", error.instance),
        cast("Any", error.validator_value),
    )
    schema = cast("dict[str, Any]", error.schema)
    match error.validator:
        case "required":
            return [f"{_inside(place, name)} is required" for name in limit if name not in sent]
        case "additionalProperties":
            unknown = sorted(set(sent) - set(schema["properties"]))
            return [f"{_inside(place, _shown(name))} is not a known field" for name in unknown]
        case "anyOf" | "oneOf":
            needed = ", ".join(name for option in limit for name in option["required"])
            return [f"{'exactly ' * (error.validator == 'oneOf')}one of {needed} is required"]
        case "uniqueItems":
            return [f"{place} must not hold anything twice"]
        case "pattern":
            return [f"{place} {schema['x-rule']}"]
    return [f"{place or 'the body'} {_rule(str(error.validator), limit)}"]


def _rule(validator: str, limit: Any) -> str:
    match validator:
        case "type":
            return f"must be {_kind(limit)}"
        case "enum":
            return f"must be one of {', '.join(word for word in limit if word is not None)}"
        case "minLength":
            return f"must have at least {limit} character{'s' if limit != 1 else ''}"
    return _LIMITS.get(validator, "is not acceptable").format(limit)


def _kind(wanted: str | list[str]) -> str:
    return _TYPES.get(wanted, wanted) if isinstance(wanted, str) else _TYPES[wanted[0]]


def _path(parts: Iterable[Any]) -> str:
    return ".".join(_shown(part) for part in parts)


def _shown(name: Any) -> str:
    text = str(name)
    if isinstance(name, int):
        # A place in a list.
        return text
    return text if _NAME.fullmatch(text) else "(a name that is not shown)"


def _inside(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
