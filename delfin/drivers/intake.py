"""Tidies what drivers report, for the framework: liberal at run time, so third-party drivers work.

Unknown keys are dropped, digit strings and whole floats become integers, text
that is too long is cut, rows without an id are rejected. Everything mended is
counted. The conformance kit is the strict side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson
from sqlalchemy import BigInteger, Boolean, Column, Integer, String

from delfin import exception
from delfin.common.text import storable
from delfin.db.storages import REPORTED, Storage
from delfin.inventory.kind import ResourceKind, table_of

Row = dict[str, Any]
Convert = Callable[[Any, str, "Counter[str]"], Any]


@dataclass(frozen=True)
class Intake:
    """What may be stored of a report.

    Attributes:
        rows: Rows with all columns that a driver fills, native ids unique.
        members: (group, member) pairs of native ids; only for groups.
        notes: How often what was dropped or mended, by a short description.
    """

    rows: list[Row]
    members: set[tuple[str, str]] = field(default_factory=set)
    notes: Counter[str] = field(default_factory=Counter)


def tidy(kind: ResourceKind, report: Any) -> Intake:
    """The rows of a driver's lister, ready to be stored.

    Raises:
        exception.InvalidResults: The report is not of the shape that the driver SDK names.
    """
    taken = Intake([])
    columns = _converters(kind)
    seen: set[str] = set()
    records, pairs = _parts(kind, report, taken.notes)
    for record in records:
        row = _row(record, columns, taken.notes)
        native = row[kind.native_id]
        if native is None or native == "":
            taken.notes[f"row without {kind.native_id} rejected"] += 1
        elif native in seen:
            taken.notes[f"row with a repeated {kind.native_id} rejected"] += 1
        else:
            seen.add(native)
            taken.rows.append(row)
    taken.members.update(pairs)
    return taken


def tidy_storage(report: Any) -> Row:
    """What get_storage told, with every column that a driver fills.

    Raises:
        exception.StorageBackendNotFound: The driver told nothing.
        exception.InvalidResults: There is no serial number, or the answer is no mapping.
    """
    if not report:
        raise exception.StorageBackendNotFound
    if not isinstance(report, Mapping):
        raise exception.InvalidResults(f"get_storage returned {type(report).__name__}, not a dict")
    row = _row(report, _storage_converters(), Counter())
    if not row["serial_number"]:
        raise exception.InvalidResults("get_storage returned no serial_number")
    return row


def _parts(
    kind: ResourceKind, report: Any, notes: Counter[str]
) -> tuple[Iterable[Any], set[tuple[str, str]]]:
    """The records of a report, and for groups who is a member of which."""
    if kind.embed is None or not kind.embed.written:
        return _records(kind.lister, report), set()
    by, shows, name = kind.embed.by, kind.embed.shows, kind.embed.field
    pairs: set[tuple[str, str]] = set()
    if isinstance(report, Mapping):
        groups = _records(kind.lister, report.get(kind.key))
        for relation in _records(kind.lister, report.get(kind.embed.model.__tablename__)):
            if relation.get(by) and relation.get(shows):
                pairs.add((str(relation[by]), str(relation[shows])))
            else:
                notes["membership without both ends rejected"] += 1
        return groups, pairs
    # Some drivers report a plain list, with the members as one text with commas.
    groups = _records(kind.lister, report)
    for group in groups:
        members = group.get(name) or ""
        pairs.update((str(group.get(by)), m.strip()) for m in members.split(",") if m.strip())
    return [{k: v for k, v in group.items() if k != name} for group in groups], pairs


def _records(lister: str, report: Any) -> list[Mapping[str, Any]]:
    if not isinstance(report, list | tuple):
        raise exception.InvalidResults(f"{lister} returned {type(report).__name__}, not a list")
    if not all(isinstance(record, Mapping) for record in report):
        raise exception.InvalidResults(f"{lister} returned rows that are not mappings")
    return list(report)


def _row(
    record: Mapping[str, Any], columns: tuple[tuple[str, Convert], ...], notes: Counter[str]
) -> Row:
    get = record.get
    row: Row = {}
    known = int("storage_id" in record)
    for name, convert in columns:
        value = get(name)
        if value is None:
            row[name] = None
            known += name in record
        else:
            row[name] = convert(value, name, notes)
            known += 1
    if known != len(record):
        for name in record.keys() - row.keys() - {"storage_id"}:
            notes[f"unknown field {str(name)[:64]} dropped"] += 1
    return row


@cache
def _converters(kind: ResourceKind) -> tuple[tuple[str, Convert], ...]:
    return tuple((name, _converter(kind.columns[name])) for name in kind.reported)


@cache
def _storage_converters() -> tuple[tuple[str, Convert], ...]:
    return tuple((name, _converter(table_of(Storage).c[name])) for name in REPORTED)


def _converter(column: Column[Any]) -> Convert:
    if isinstance(column.type, Boolean):
        return _flag
    if isinstance(column.type, BigInteger):
        return _big_integer
    if isinstance(column.type, Integer):
        return _integer
    if column.info.get("free_form"):
        return _document
    if not isinstance(column.type, String):
        raise TypeError(f"no way to tidy a column of type {column.type!r}")
    length = column.type.length or 255

    def text(value: Any, name: str, notes: Counter[str]) -> str:
        # Nearly all values are as they should be, and there are many: no further call for them.
        if type(value) is str and len(value) <= length and value.isascii() and "\0" not in value:
            return value
        return _text(value, name, notes, length)

    return text


def _text(value: Any, name: str, notes: Counter[str], length: int) -> str:
    plain = str(value)
    if len(plain) > length:
        notes[f"{name} cut to {length} characters"] += 1
        plain = plain[:length]
    clean = storable(plain, length)
    if clean != plain:
        notes[f"{name} freed of characters that cannot be stored"] += 1
    return clean


def _big_integer(value: Any, name: str, notes: Counter[str]) -> int | None:
    return (
        value
        if type(value) is int and -(2**63) <= value < 2**63
        else _mended(value, name, notes, 2**63)
    )


def _integer(value: Any, name: str, notes: Counter[str]) -> int | None:
    return (
        value
        if type(value) is int and -(2**31) <= value < 2**31
        else _mended(value, name, notes, 2**31)
    )


def _mended(value: Any, name: str, notes: Counter[str], limit: int) -> int | None:
    """A number from a number-like value; what cannot be read is unknown, never zero."""
    try:
        number = (
            int(value)
            if isinstance(value, str) and value.strip("-+").isdigit()
            else int(float(value))
        )
    except (TypeError, ValueError, OverflowError):
        if value not in ("", "-"):
            notes[f"{name} is not a number"] += 1
        return None
    if not -limit <= number < limit:
        notes[f"{name} is out of range"] += 1
        return None
    return number


def _document(value: Any, name: str, notes: Counter[str]) -> Row | None:
    """A JSON object, as it will be read back; null stays null within it."""
    try:
        text = orjson.dumps(value) if isinstance(value, Mapping) else None
    except (TypeError, ValueError):
        text = None
    if text is None or len(text) > _LARGEST_DOCUMENT:
        notes[f"{name} is no JSON object, or too large"] += 1
        return None
    read: Row = orjson.loads(text)
    return read


_LARGEST_DOCUMENT = 32 * 1024
_WORDS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}


def _flag(value: Any, name: str, notes: Counter[str]) -> bool | None:
    if type(value) is bool:
        return value
    word = _WORDS.get(str(value).strip().lower())
    if word is None and value != "":
        notes[f"{name} is neither true nor false"] += 1
    return word
