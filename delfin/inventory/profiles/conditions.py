"""The conditions of a profile: what may be compared with what, and what is said when it fails.

A condition is {"field", "operator", "value"}. Few operators, each a line in a table; a fact that
the array does not tell meets none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from delfin import exception

Condition = Mapping[str, Any]
# What is known of a pool, by the first part of a field's name.
Facts = Mapping[str, Any]


def _equal(told: Any, wanted: Any) -> bool:
    return type(told) is type(wanted) and bool(told == wanted)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _at_least(told: Any, wanted: Any) -> bool:
    return _is_number(told) and told >= wanted


def _at_most(told: Any, wanted: Any) -> bool:
    return _is_number(told) and told <= wanted


def _one_of(told: Any, wanted: Any) -> bool:
    return any(_equal(told, one) for one in wanted)


def _holds(told: Any, wanted: Any) -> bool:
    return isinstance(told, list) and any(_equal(one, wanted) for one in told)


# What each operator asks of the fact, and how it reads after "is not".
OPERATORS: Mapping[str, tuple[Callable[[Any, Any], bool], str]] = {
    "=": (_equal, "is not"),
    ">=": (_at_least, "is not at least"),
    "<=": (_at_most, "is not at most"),
    "in": (_one_of, "is none of"),
    "contains": (_holds, "does not contain"),
}
NUMERIC = (">=", "<=")
# The columns of a pool that may be wanted; its numbers are bytes.
POOL_FIELDS = (
    *("name", "status", "storage_type", "availability_zone"),
    *("total_capacity", "used_capacity", "free_capacity", "subscribed_capacity"),
)
STORAGE_FIELDS = ("id", "name", "location", "vendor", "model", "status", "firmware_version")
CAPABILITY_FIELDS = ("supported_kinds", "protocols", "features")
_DEEPEST = 8


def check(conditions: Iterable[Condition]) -> None:
    """Refuse what could never be met.

    Raises:
        exception.InvalidInput: A field is not known, or an operator does not fit its value.
    """
    for number, condition in enumerate(conditions):
        place = f"conditions.{number}"
        if not _is_known(condition["field"]):
            raise exception.InvalidInput(
                f"{place}.field: must be one of {', '.join(POOL_FIELDS)}, storage.<column>, "
                "capabilities.<list> or extras.<group>.<key>"
            )
        operator, value = condition["operator"], condition["value"]
        if operator in NUMERIC and not _is_number(value):
            raise exception.InvalidInput(f"{place}.value: must be a number for {operator}")
        if (operator == "in") != isinstance(value, list):
            raise exception.InvalidInput(f"{place}.value: must be a list for in, and only for in")


def _is_known(field: str) -> bool:
    first, *rest = field.split(".")
    if not rest:
        return field in POOL_FIELDS
    if first == "extras":
        return all(rest) and len(rest) <= _DEEPEST
    known = {"storage": STORAGE_FIELDS, "capabilities": CAPABILITY_FIELDS}.get(first, ())
    return len(rest) == 1 and rest[0] in known


def unmet(conditions: Iterable[Condition], facts: Facts) -> list[str]:
    """A sentence for each condition that a pool does not meet; none: it satisfies all."""
    return [why for condition in conditions if (why := _why_not(condition, facts)) is not None]


def _why_not(condition: Condition, facts: Facts) -> str | None:
    field, operator, wanted = condition["field"], condition["operator"], condition["value"]
    told: Any = facts
    for part in field.split("."):
        told = told.get(part) if isinstance(told, Mapping) else None
    if told is None:
        return f"{field}: the array does not tell it"
    meets, words = OPERATORS[operator]
    return None if meets(told, wanted) else f"{field}: {_text(told)} {words} {_text(wanted)}"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or "nothing"
    plain = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else str(value)
    return str(plain)[:255]
