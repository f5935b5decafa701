"""Read inventory rows; one set of functions for every kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from delfin.db.query import Listing, Page, find
from delfin.inventory.kind import ResourceKind, table_of

Row = dict[str, Any]
# Their ids go into one question for what they embed.
_READ_AT_ONCE = 500


def listing(
    session: Session, kind: ResourceKind, page: Page, *, storage_id: str | None = None
) -> Listing:
    """One page of a kind's rows, of one storage or of all, with what the kind embeds.

    Raises:
        delfin.exception.NotFound: The kind's own subclass, when the marker is not there.
    """
    scope = () if storage_id is None else (kind.columns["storage_id"] == storage_id,)
    found = find(session, kind.shown, page, missing=kind.missing, where=scope)
    _embed(session, kind, found.rows)
    return found


def get(session: Session, kind: ResourceKind, row_id: str) -> Row:
    """One row.

    Raises:
        delfin.exception.NotFound: The kind's own subclass, when there is none.
    """
    shown = (column.label(name) for name, column in kind.shown.items())
    statement = select(*shown).where(kind.columns["id"] == row_id)
    found = session.execute(statement).mappings().one_or_none()
    if found is None:
        raise kind.missing(row_id)
    row = dict(found)
    _embed(session, kind, [row])
    return row


def rows_of(session: Session, kind: ResourceKind, storage_id: str) -> Iterator[Row]:
    """All rows of a kind of one storage, by native id, with what the kind embeds."""
    columns = kind.columns
    found = session.execute(
        select(*columns.values())
        .where(columns["storage_id"] == storage_id)
        .order_by(columns[kind.native_id])
    )
    for batch in found.mappings().partitions(_READ_AT_ONCE):
        rows = [dict(row) for row in batch]
        _embed(session, kind, rows)
        yield from rows


def _embed(session: Session, kind: ResourceKind, rows: list[Row]) -> None:
    """Put into each row what it embeds; one query for a whole page."""
    if kind.embed is None or not rows:
        return
    table = table_of(kind.embed.model)
    by, shows = table.c[kind.embed.by], table.c[kind.embed.shows]
    wanted = select(table.c.storage_id, by, shows).where(
        table.c.storage_id.in_({row["storage_id"] for row in rows}),
        by.in_({row[kind.native_id] for row in rows}),
    )
    members: dict[tuple[str, str], list[str]] = {}
    for storage_id, owner, member in session.execute(wanted.order_by(shows)):
        members.setdefault((storage_id, owner), []).append(member)
    for row in rows:
        row[kind.embed.field] = members.get((row["storage_id"], row[kind.native_id]), [])
