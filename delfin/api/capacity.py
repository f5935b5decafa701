"""Capacity history: what a storage and its pools had, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, func, select

from delfin import exception
from delfin.api.exchange import Answer, Request
from delfin.api.listable import whole_number
from delfin.api.listing import TOTAL
from delfin.api.parts import ApiParts
from delfin.api.schemas.answers import CAPACITY_COLUMNS
from delfin.common.constants import DB_MAX_INT
from delfin.db import storages
from delfin.db.capacity import CapacityDay

PARAMETERS = (
    ("begin", "First day, YYYY-MM-DD"),
    ("end", "Last day, YYYY-MM-DD"),
    ("native_storage_pool_id", "Only this pool; empty for the storage as a whole"),
    ("limit", "Most rows to answer"),
    ("offset", "Rows passed over"),
)


def find(parts: ApiParts, request: Request) -> Answer:
    """Newest day first; of one day the storage as a whole first, then its pools."""
    storage_id, query, most = request.ids["storage_id"], request.query, parts.conf.api_max_limit
    limit = min(whole_number(query, "limit", most), most)
    offset = whole_number(query, "offset", 0, DB_MAX_INT)
    table = CapacityDay.__table__
    which = [table.c.storage_id == storage_id, *_conditions(query)]
    rows = select(*(table.c[name] for name in CAPACITY_COLUMNS)).where(*which)
    ordered = rows.order_by(table.c.day.desc(), table.c.native_storage_pool_id)
    with parts.database.reader() as session:
        storages.get(session, storage_id)
        total = session.scalar(select(func.count()).select_from(table).where(*which))
        found = [
            dict(row) for row in session.execute(ordered.limit(limit).offset(offset)).mappings()
        ]
    return Answer({"capacity_history": found}, {TOTAL: str(total)})


def _conditions(query: Mapping[str, str]) -> list[ColumnElement[bool]]:
    table = CapacityDay.__table__
    conditions: list[ColumnElement[bool]] = []
    if "begin" in query:
        conditions.append(table.c.day >= _day(query, "begin"))
    if "end" in query:
        conditions.append(table.c.day <= _day(query, "end"))
    if "native_storage_pool_id" in query:
        pool = query["native_storage_pool_id"].replace("\0", "\ufffd")
        conditions.append(table.c.native_storage_pool_id == pool)
    return conditions


def _day(query: Mapping[str, str], name: str) -> date:
    try:
        return date.fromisoformat(query[name])
    except ValueError:
        raise exception.InvalidInput(f"{name}: must be a day, YYYY-MM-DD") from None
