"""Filter, sort and page any set of columns, the same way on every engine; knows no table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Integer,
    String,
    and_,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session

from delfin.exception import NotFound

# What every engine can compare a column of numbers with.
_SMALL, _LARGE = re.compile(r"-?[0-9]{1,9}"), re.compile(r"-?[0-9]{1,18}")

Fields = Mapping[str, ColumnElement[Any]]
SortKey = tuple[str, str]


@dataclass(frozen=True)
class Page:
    """What a listing is asked for.

    Attributes:
        filters: Text by column name; the name with '~' behind it means "contains".
        sort: Pairs of column name and 'asc' or 'desc'.
        limit: Most rows to return.
        offset: Rows passed over, after the marker.
        marker: Id of the last row of the page before.
    """

    filters: Mapping[str, str] = field(default_factory=dict)
    sort: tuple[SortKey, ...] = (("created_at", "desc"),)
    limit: int = 1000
    offset: int = 0
    marker: str | None = None


@dataclass(frozen=True)
class Listing:
    """A page of rows, and how many rows there are on all pages together."""

    rows: list[dict[str, Any]]
    total: int


def find(
    session: Session,
    fields: Fields,
    page: Page,
    *,
    missing: type[NotFound],
    where: Sequence[ColumnElement[bool]] = (),
) -> Listing:
    """One page of the rows that the filters and 'where' leave.

    Args:
        session: A transaction.
        fields: The columns to return, by name; among them a unique 'id' and 'created_at'.
        page: What is asked for; its names must be among the fields.
        missing: Raised when no row within 'where' has the marker as its id.
        where: Conditions that hold besides the filters.
    """
    matching = [*where, *(_condition(fields, name, text) for name, text in page.filters.items())]
    total = session.scalar(select(func.count()).select_from(fields["id"].table).where(*matching))
    if not page.limit:
        if page.marker is not None:
            _marked(session, fields, page, (), missing, where)
        return Listing([], total or 0)
    keys = _with_tie_break(page.sort)
    shown = select(*(c.label(name) for name, c in fields.items())).where(*matching)
    engine = session.get_bind().dialect.name
    if page.marker is not None:
        marked = _marked(session, fields, page, keys, missing, where)
        shown = shown.where(_place(fields, keys, marked, engine), _after(fields, keys, marked))
    shown = shown.order_by(*(_ordered(_sortable(fields[n]), d, engine) for n, d in keys))
    names = tuple(fields)
    found = session.execute(shown.limit(page.limit).offset(page.offset))
    return Listing([dict(zip(names, row, strict=True)) for row in found], total or 0)


def _condition(fields: Fields, name: str, text: str) -> ColumnElement[bool]:
    column = fields[name.removesuffix("~")]
    if name.endswith("~"):
        words = column if isinstance(column.type, String) else cast(column, String(64))
        return words.icontains(text, autoescape=True)
    if isinstance(column.type, Boolean):
        return column.is_(text == "true") if text in {"true", "false"} else false()
    if isinstance(column.type, Integer):
        number = _LARGE if isinstance(column.type, BigInteger) else _SMALL
        return column == int(text) if number.fullmatch(text) else false()
    return column == text


def _with_tie_break(sort: tuple[SortKey, ...]) -> tuple[SortKey, ...]:
    """Append creation time and id, so that no two rows compare equal."""
    named = {name for name, _ in sort}
    direction = sort[0][1]
    return (*sort, *((n, direction) for n in ("created_at", "id") if n not in named))


def _marked(
    session: Session,
    fields: Fields,
    page: Page,
    keys: tuple[SortKey, ...],
    missing: type[NotFound],
    where: Sequence[ColumnElement[bool]],
) -> Sequence[Any]:
    """What the marker's row has in the sort columns."""
    columns = [_sortable(fields[name]) for name, _ in keys] or [fields["id"]]
    row = session.execute(select(*columns).where(fields["id"] == page.marker, *where)).first()
    if row is None:
        raise missing(page.marker)
    return row


def _after(fields: Fields, keys: tuple[SortKey, ...], marked: Sequence[Any]) -> ColumnElement[bool]:
    """Rows that come behind the marked one in the order of the keys."""
    alternatives: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for (name, direction), value in zip(keys, marked, strict=True):
        column = _sortable(fields[name])
        alternatives.append(and_(*equal, _beyond(column, direction, value)))
        equal.append(column.is_(None) if value is None else column == _bound(column, value))
    return or_(*alternatives)


def _place(
    fields: Fields, keys: tuple[SortKey, ...], marked: Sequence[Any], engine: str
) -> ColumnElement[bool]:
    """Says less than '_after', in a form that lets an index go to where the page begins."""
    direction = keys[0][1]
    columns: list[ColumnElement[Any]] = []
    bounds: list[ColumnElement[Any]] = []
    for (name, towards), value in zip(keys, marked, strict=True):
        column = _sortable(fields[name])
        if value is None or _nullable(column) or towards != direction:
            break
        columns.append(column)
        bounds.append(_bound(column, value))
        if engine in {"mysql", "mariadb"}:
            # It looks several columns up by '_after', and none when they are compared together.
            break
    if not columns:
        return true()
    here, there = tuple_(*columns), tuple_(*bounds)
    return here <= there if direction == "desc" else here >= there


def _beyond(column: ColumnElement[Any], direction: str, value: Any) -> ColumnElement[bool]:
    """Nulls count as smallest, as '_ordered' sorts them."""
    if direction == "asc":
        return column.is_not(None) if value is None else column > _bound(column, value)
    if value is None:
        return false()
    smaller: ColumnElement[bool] = column < _bound(column, value)
    return or_(smaller, column.is_(None)) if _nullable(column) else smaller


def _bound(column: ColumnElement[Any], value: Any) -> ColumnElement[Any]:
    return literal(value, column.type)


def _ordered(column: ColumnElement[Any], direction: str, engine: str) -> ColumnElement[Any]:
    """PostgreSQL takes nulls for largest unless told; MariaDB has no words to tell it."""
    ordered = column.desc() if direction == "desc" else column.asc()
    if engine == "postgresql" and _nullable(column):
        return ordered.nulls_last() if direction == "desc" else ordered.nulls_first()
    return ordered


def _sortable(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Booleans compare as numbers: the engines do not agree on 'true > false'."""
    return cast(column, Integer) if isinstance(column.type, Boolean) else column


def _nullable(column: ColumnElement[Any]) -> bool:
    return bool(column.nullable) if isinstance(column, Column) else True
