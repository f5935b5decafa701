"""What every row that a driver returns must satisfy; each rule yields findings, as sentences.

The rules follow from the registry in delfin.inventory: what is declared there is checked here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, Column, String, Table

from delfin.common import constants
from delfin.inventory.kind import Resource, ResourceKind
from delfin.inventory.schema import METADATA

Rows = Sequence[Mapping[str, Any]]
Columns = Mapping[str, Column[Any]]

# The type of a foreign key is known when the table that it leads to is.
assert "storages" in METADATA.tables

_OURS = ("id", "created_at", "updated_at")
_STORAGE_TEXTS = (
    *("name", "vendor", "model", "status", "serial_number", "firmware_version"),
    *("location", "description", "storage_id"),
)
_STORAGE_SIZES = (
    *("total_capacity", "used_capacity", "free_capacity"),
    *("raw_capacity", "subscribed_capacity"),
)


def findings(kind: ResourceKind, answer: Any) -> list[str]:
    """What is wrong with the answer of the kind's lister, seen by itself."""
    problem = _shape(kind, answer)
    if problem:
        return [f"{kind.lister} {problem}"]
    rows, pairs = rows_of(kind, answer), pairs_of(kind, answer)
    found = [f"{kind.key}: {text}" for text in _row_findings(kind, rows)]
    if kind.embed is not None and kind.embed.written:
        found += [
            f"{kind.embed.model.__tablename__}: {text}" for text in _pair_findings(kind, pairs)
        ]
    return found


def dangling(kind: ResourceKind, answer: Any, known: Mapping[str, set[str]]) -> list[str]:
    """References to rows that are not there; 'known' has the native ids of every table listed."""
    tables = [(kind.key, _reported(kind.model), rows_of(kind, answer))]
    if kind.embed is not None and kind.embed.written:
        model = kind.embed.model
        tables.append((model.__tablename__, _reported(model), pairs_of(kind, answer)))
    return [
        f"{table}.{name} points at {row[name]!r}, which {target} does not list"
        for table, columns, rows in tables
        for name, column in columns.items()
        if (target := str(column.info.get("refers_to"))) in known
        for row in rows
        if row.get(name) is not None and row[name] not in known[target]
    ]


def storage_findings(row: Any) -> list[str]:
    """What is wrong with the answer of get_storage."""
    if not isinstance(row, dict):
        return [f"get_storage returned {type(row).__name__}, not a dict"]
    found = [f"no column for {n!r}" for n in row if n not in (*_STORAGE_TEXTS, *_STORAGE_SIZES)]
    for name in (*_STORAGE_TEXTS, *_STORAGE_SIZES):
        if row.get(name) is not None:
            found += _value_findings(name, row[name], str if name in _STORAGE_TEXTS else int, 255)
    if not row.get("serial_number"):
        found.append("no serial_number")
    if row.get("status") not in constants.StorageStatus.ALL:
        found.append(f"status is {row.get('status')!r}, want one of {constants.StorageStatus.ALL}")
    return [f"storage: {text}" for text in (*found, *_capacity([row]))]


def rows_of(kind: ResourceKind, answer: Any) -> Rows:
    """The rows in the answer of the kind's lister, which has a dict form for groups."""
    return answer[kind.key] if isinstance(answer, dict) else answer  # type: ignore[no-any-return]


def pairs_of(kind: ResourceKind, answer: Any) -> Rows:
    """The memberships in the answer of a group lister; nothing for other kinds."""
    if kind.embed is None or not isinstance(answer, dict):
        return []
    return answer[kind.embed.model.__tablename__]  # type: ignore[no-any-return]


def _shape(kind: ResourceKind, answer: Any) -> str | None:
    if kind.embed is None or not kind.embed.written:
        good = isinstance(answer, list) and all(isinstance(row, dict) for row in answer)
        return None if good else f"returned {type(answer).__name__}, want a list of dicts"
    keys = {kind.key, str(kind.embed.model.__tablename__)}
    if not isinstance(answer, dict) or answer.keys() != keys:
        return f"returned {type(answer).__name__}, want a dict with exactly {sorted(keys)}"
    lists = all(isinstance(rows, list) for rows in answer.values())
    return None if lists else "returned a dict of something else than lists"


def _row_findings(kind: ResourceKind, rows: Rows) -> Iterator[str]:
    columns = _reported(kind.model)
    yield from _columns(columns, rows)
    yield from _types(columns, rows)
    yield from _vocabulary(columns, rows)
    yield from _identity(kind.native_id, rows)
    yield from _capacity(rows)


def _pair_findings(kind: ResourceKind, pairs: Rows) -> Iterator[str]:
    assert kind.embed is not None
    columns = _reported(kind.embed.model)
    yield from _columns(columns, pairs)
    yield from _types(columns, pairs)
    ends = Counter(tuple(pair.get(name) for name in columns) for pair in pairs)
    for values, times in ends.items():
        if None in values[1:]:
            yield f"a membership {values} lacks an end"
        if times > 1:
            yield f"the membership {values} appears {times} times"


def _reported(model: type[Resource]) -> dict[str, Column[Any]]:
    """The columns that a driver fills, with storage_id first."""
    table = model.__table__
    assert isinstance(table, Table)
    columns: dict[str, Column[Any]] = {c.name: c for c in table.columns if c.name not in _OURS}
    return {"storage_id": columns.pop("storage_id"), **columns}


def _columns(columns: Columns, rows: Rows) -> Iterator[str]:
    for name in sorted({n for row in rows for n in row} - columns.keys()):
        yield f"no column for {name!r}"


def _types(columns: Columns, rows: Rows) -> Iterator[str]:
    for name, column in columns.items():
        want = _python_type(column)
        longest = getattr(column.type, "length", None) or 255
        for row in rows:
            if row.get(name) is not None:
                yield from _value_findings(name, row[name], want, longest)


def _value_findings(name: str, value: Any, want: type, longest: int) -> Iterator[str]:
    if type(value) is not want:
        yield f"{name} is {type(value).__name__}, want {want.__name__}"
    elif isinstance(value, str) and len(value) > longest:
        yield f"{name} is longer than its column"
    elif isinstance(value, int) and value < 0:
        yield f"{name} is negative"


def _python_type(column: Column[Any]) -> type:
    if isinstance(column.type, Boolean):
        return bool
    if column.info.get("free_form"):
        return dict
    return str if isinstance(column.type, String) else int


def _vocabulary(columns: Columns, rows: Rows) -> Iterator[str]:
    for name, column in columns.items():
        choices = column.info.get("choices")
        if choices is not None:
            words = {str(row[name]) for row in rows if row.get(name) is not None}
            for word in sorted(words - set(choices)):
                yield f"{name} is {word!r}, want one of {choices}"


def _identity(native_id: str, rows: Rows) -> Iterator[str]:
    ids = Counter(row.get(native_id) for row in rows)
    if ids[None] or ids[""]:
        yield f"{ids[None] + ids['']} row(s) without {native_id}"
    for value, times in ids.items():
        if times > 1 and value:
            yield f"{native_id} {value!r} appears {times} times"


def _capacity(rows: Rows) -> Iterator[str]:
    for row in rows:
        total, used, free = (row.get(f"{n}_capacity") for n in ("total", "used", "free"))
        if not isinstance(total, int) or not isinstance(used, int):
            continue
        if used > total:
            yield f"used {used} exceeds total {total}"
        elif isinstance(free, int) and total != used + free:
            yield f"total {total} is not used {used} + free {free}"


def plain_rows(answer: Any) -> list[dict[str, Any]]:
    """All rows in whatever a driver returned: of a list, of a dict of lists, or the one dict."""
    if isinstance(answer, dict):
        lists = [rows for rows in answer.values() if isinstance(rows, list)]
        return [row for rows in lists for row in plain_rows(rows)] if lists else [answer]
    return [row for row in answer if isinstance(row, dict)] if isinstance(answer, list) else []
