"""Say how a vendor's record becomes a delfin row, one line per field: for a driver's fields.py."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oslo_log import log

from delfin import exception

LOG = log.getLogger(__name__)

# What a converter or a Calc function meets when a record has an unexpected shape.
MALFORMED = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)

_SHOWN = 60
_SECRET_WORDS = ("passw", "secret", "token", "credential", "community", "private_key")


class UnknownWords:
    """Words of the vendor that a table lacks: counted always, logged once each.

    The first words of new firmware show up here. At most 'LIMIT' different words are kept,
    since a device may send a number where a word is expected.
    """

    LIMIT = 1000

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def note(self, name: str, path: str, word: object) -> None:
        shown = _shown(name, path, word)
        with self._lock:
            known = (name, shown) in self.seen
            if not known and len(self.seen) >= self.LIMIT:
                return
            self.seen[name, shown] += 1
        if not known:
            LOG.warning("Unknown word %s at '%s' for the field '%s'", shown, path, name)


@dataclass(frozen=True)
class Get:
    """A value found by dotted path, then converted; a step may be an index into a list.

    'via' is a converter or a table of vendor words. A missing value (absent, null or empty
    text) becomes 'default', or is an error when 'required'. A word missing from the table
    becomes 'default' and is noted. A value that the converter refuses is always an error.
    """

    path: str
    via: Callable[[Any], Any] | Mapping[Any, Any] | None = None
    default: Any = None
    required: bool = False
    steps: tuple[str, ...] = field(init=False, repr=False, compare=False)
    table: Mapping[Any, Any] | None = field(init=False, repr=False, compare=False)
    convert: Callable[[Any], Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Worked out once: an array may have a hundred thousand rows.
        object.__setattr__(self, "steps", tuple(self.path.split(".")))
        object.__setattr__(self, "table", self.via if isinstance(self.via, Mapping) else None)
        object.__setattr__(self, "convert", self.via)

    def read(self, name: str, record: Mapping[str, Any], unknown: UnknownWords) -> Any:
        """The value for the row's field 'name'; raises InvalidResults."""
        value: Any = record
        for step in self.steps:
            value = _inside(value, step)
        if value is None or value == "":
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
            shown = _shown(name, self.path, value)
            raise exception.InvalidResults(
                f"{name}: cannot read {shown} at '{self.path}'"
            ) from error
        unknown.note(name, self.path, value)
        return self.default


@dataclass(frozen=True)
class Const:
    """The same value in every row."""

    value: Any

    def read(self, name: str, record: Mapping[str, Any], unknown: UnknownWords) -> Any:  # noqa: ARG002 - as Get
        return self.value


@dataclass(frozen=True)
class Calc:
    """A value computed from the whole record by an ordinary function: the way out."""

    function: Callable[[Mapping[str, Any]], Any]

    def read(self, name: str, record: Mapping[str, Any], unknown: UnknownWords) -> Any:  # noqa: ARG002 - as Get
        """What the function answers; raises InvalidResults when the record does not fit it."""
        try:
            return self.function(record)
        except MALFORMED as error:
            # The error's own text may quote the record, and the record may hold a secret.
            raise exception.InvalidResults(
                f"{name}: cannot be computed from the record: {type(error).__name__}"
            ) from error


Rule = Get | Const | Calc


class RowMap:
    """The rules of one kind of row; 'unknown.seen' counts words that its tables lack."""

    def __init__(self, **fields: Rule) -> None:
        self.fields: Mapping[str, Rule] = fields
        self.unknown = UnknownWords()

    def row(self, storage_id: str | None, record: Mapping[str, Any]) -> dict[str, Any]:
        """One delfin row; raises InvalidResults naming the row's field and the vendor's path."""
        return {**self.values(record), "storage_id": storage_id}

    def values(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The same without the storage's id: for alerts, which delfin labels itself."""
        if not isinstance(record, Mapping):
            raise exception.InvalidResults(f"a record is {type(record).__name__}, not an object")
        return {name: rule.read(name, record, self.unknown) for name, rule in self.fields.items()}

    def but(self, **changes: Rule | None) -> RowMap:
        """The same map with some fields changed or, given None, dropped: for other firmware."""
        merged = {**self.fields, **changes}
        return RowMap(**{name: rule for name, rule in merged.items() if rule is not None})


def _inside(value: Any, step: str) -> Any:
    # 'dict' first: asking for the abstract class is the slow part of reading a row.
    if isinstance(value, dict) or isinstance(value, Mapping):  # noqa: SIM101
        return value.get(step)
    if step.isdecimal() and isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return value[int(step)] if int(step) < len(value) else None
    return None


def _shown(name: str, path: str, value: object) -> str:
    """The value for a message: cut, and hidden when the field or path speaks of a secret."""
    place = f"{name} {path}".lower()
    if any(word in place for word in _SECRET_WORDS):
        return "a hidden value"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
