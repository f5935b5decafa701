"""What a field of a row is read from: Get, Const or Calc; `mapping.py` is what drivers import."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from delfin import exception
from delfin.drivers.kit.words import UnknownWords, shown

Record = Mapping[str, Any]

# What a converter or a Calc function meets when a record has an unexpected shape.
MALFORMED = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)


@dataclass(frozen=True)
class Get:
    """A value found by dotted path, then converted; a step may be an index into a list.

    'via' is a converter or a table of vendor words. A missing value (absent, null, empty text, or
    one of 'absent') becomes 'default', or is an error when 'required'. A word missing from the
    table becomes 'default' and is noted. A value that the converter refuses is always an error.
    """

    path: str
    via: Callable[[Any], Any] | Mapping[Any, Any] | None = None
    default: Any = None
    required: bool = False
    absent: Collection[Any] = ()
    steps: tuple[str, ...] = field(init=False, repr=False, compare=False)
    table: Mapping[Any, Any] | None = field(init=False, repr=False, compare=False)
    convert: Callable[[Any], Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(self.path.split(".")))
        object.__setattr__(self, "table", self.via if isinstance(self.via, Mapping) else None)
        object.__setattr__(self, "convert", self.via)
        object.__setattr__(self, "absent", tuple(self.absent))

    def read(self, name: str, record: Record, unknown: UnknownWords) -> Any:
        """The value for the row's field 'name'; raises InvalidResults."""
        value = found_at(record, self.steps)
        if value is None or value == "" or value in self.absent:
            if self.required:
                raise exception.InvalidResults(f"{name}: nothing at '{self.path}'")
            return self.default
        if self.via is None:
            return value
        try:
            if self.table is None:
                return self.convert(value)
            if value in self.table:
                return self.table[value]
        except MALFORMED as error:
            said = shown(name, self.path, value)
            raise exception.InvalidResults(
                f"{name}: cannot read {said} at '{self.path}'"
            ) from error
        unknown.note(name, self.path, value)
        return self.default


@dataclass(frozen=True)
class Const:
    """The same value in every row."""

    value: Any

    def read(self, name: str, record: Record, unknown: UnknownWords) -> Any:  # noqa: ARG002 - as Get
        return self.value


@dataclass(frozen=True)
class Calc:
    """A value computed by an ordinary function: the way out.

    The function gets the whole record or, with 'of_row', the row made of all other rules.
    """

    function: Callable[[Mapping[str, Any]], Any]
    of_row: bool = False

    def read(self, name: str, given: Mapping[str, Any], unknown: UnknownWords) -> Any:  # noqa: ARG002 - as Get
        """What the function answers; raises InvalidResults when what it is given does not fit."""
        try:
            return self.function(given)
        except MALFORMED as error:
            # The error's own text may quote the record, and the record may hold a secret.
            raise exception.InvalidResults(
                f"{name}: cannot be computed from the record: {type(error).__name__}"
            ) from error


def _unused(row: Mapping[str, Any]) -> int | None:
    total, used = row["total_capacity"], row["used_capacity"]
    return None if total is None or used is None else total - used


# For arrays that tell the total and the used capacity only.
FREE = Calc(_unused, of_row=True)

Rule = Get | Const | Calc


def found_at(value: Any, steps: Sequence[str]) -> Any:
    """What stands at the end of the path, or None."""
    for step in steps:
        value = inside(value, step)
    return value


def required_in(value: Any, step: str) -> Any:
    """What stands there; raises InvalidResults for nothing."""
    found = inside(value, step)
    if found is None:
        raise exception.InvalidResults(f"nothing at '{step}'")
    return found


def inside(value: Any, step: str) -> Any:
    """The member of an object, or the item of a list, that one step of a path names."""
    # 'dict' first: asking for the abstract class is the slow part of reading a row.
    if isinstance(value, dict) or isinstance(value, Mapping):  # noqa: SIM101
        return value.get(step)
    if step.isdecimal() and isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return value[int(step)] if int(step) < len(value) else None
    return None
