"""Silences: alerts that are stored and not exported, for a time; a maintenance window is one."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from delfin import exception
from delfin.api.exchange import Answer, Request
from delfin.api.listable import Listable
from delfin.api.listing import paged
from delfin.api.parts import ApiParts
from delfin.api.schemas.alerts import SILENCE_COLUMNS
from delfin.db import storages
from delfin.db.alerts import Silence
from delfin.db.query import Listing, Page
from delfin.db.query import find as find_rows
from delfin.db.session import affected, retried
from delfin.utils import utcnow_ms

Row = dict[str, Any]

_TABLE = Silence.__table__
_FIELDS: dict[str, ColumnElement[Any]] = {name: _TABLE.c[name] for name in SILENCE_COLUMNS}
LISTABLE = Listable(
    sortable=SILENCE_COLUMNS,
    filters=("id", "storage_id", "severity", "alert_id"),
    missing=exception.SilenceNotFound,
)
_SENT = ("storage_id", "severity", "alert_id", "ends_at", "comment", "created_by")


def find(parts: ApiParts, request: Request) -> Answer:
    with parts.database.reader() as session:

        def page(wanted: Page) -> Listing:
            return find_rows(session, _FIELDS, wanted, missing=exception.SilenceNotFound)

        return paged(parts, request, "silences", LISTABLE, page)


def show(parts: ApiParts, request: Request) -> Answer:
    with parts.database.reader() as session:
        return Answer(_one(session, request.ids["silence_id"]))


def create(parts: ApiParts, request: Request) -> Answer:
    silence_id = str(uuid4())

    @retried
    def attempt() -> Row:
        with parts.database.writer() as session:
            session.add(Silence(id=silence_id, **_values(session, request)))
            session.flush()
            return _one(session, silence_id)

    return Answer(attempt())


def replace(parts: ApiParts, request: Request) -> Answer:
    """What is left out is as it would be in a new one."""
    silence_id = request.ids["silence_id"]

    @retried
    def attempt() -> Row:
        with parts.database.writer() as session:
            before = _one(session, silence_id)
            values = _values(session, request, before["starts_at"])
            session.execute(update(Silence).where(Silence.id == silence_id).values(**values))
            return _one(session, silence_id)

    return Answer(attempt())


def remove(parts: ApiParts, request: Request) -> Answer:
    silence_id = request.ids["silence_id"]

    @retried
    def attempt() -> int:
        with parts.database.writer() as session:
            return affected(session, delete(Silence).where(Silence.id == _clean(silence_id)))

    if not attempt():
        raise exception.SilenceNotFound(silence_id)
    return Answer()


def _values(session: Session, request: Request, starts_at: int | None = None) -> Row:
    body = request.body
    values: Row = {name: body.get(name) for name in _SENT}
    values["starts_at"] = body.get("starts_at", utcnow_ms() if starts_at is None else starts_at)
    if values["ends_at"] is not None and values["ends_at"] <= values["starts_at"]:
        raise exception.InvalidInput("ends_at: must be later than starts_at")
    if values["storage_id"] is not None:
        storages.get(session, values["storage_id"], lock=True)
    return values


def _one(session: Session, silence_id: str) -> Row:
    wanted = select(*_FIELDS.values()).where(_TABLE.c.id == _clean(silence_id))
    row = session.execute(wanted).mappings().one_or_none()
    if row is None:
        raise exception.SilenceNotFound(silence_id)
    return dict(row)


def _clean(text: str) -> str:
    return text.replace("\0", "\ufffd")
