"""How a schedule is shown: its row, and what its storages' states come to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from delfin import exception
from delfin.api.listable import Listable
from delfin.api.schemas.schedules import SHOWN_COLUMNS
from delfin.db.query import Listing, Page, find
from delfin.db.schedules import Schedule, ScheduleState
from delfin.db.storages import Storage
from delfin.jobs.priority import NORMAL

Row = dict[str, Any]

_TABLE, _STATES = Schedule.__table__, ScheduleState.__table__
_OF_IT = _STATES.c.schedule_id == _TABLE.c.id
# A storage that is being removed is gone for every reader, and what is its own with it.
_LIVE = or_(
    _TABLE.c.storage_id.is_(None),
    _TABLE.c.storage_id.in_(select(Storage.id).where(Storage.deleted.is_(False))),
)
_MADE_UP: dict[str, ColumnElement[Any]] = {
    "trigger": case(
        (_TABLE.c.interval.is_not(None), "interval"),
        (_TABLE.c.cron.is_not(None), "cron"),
        else_="at",
    ),
    "priority": case(
        (_TABLE.c.priority > NORMAL, "high"), (_TABLE.c.priority < NORMAL, "low"), else_="normal"
    ),
    "next_due": select(func.min(_STATES.c.next_due)).where(_OF_IT).scalar_subquery(),
    "last_run": select(func.max(_STATES.c.last_run)).where(_OF_IT).scalar_subquery(),
    "last_job_id": select(_STATES.c.last_job_id)
    .where(_OF_IT, _STATES.c.last_run.is_not(None))
    .order_by(_STATES.c.last_run.desc(), _STATES.c.storage_id)
    .limit(1)
    .scalar_subquery(),
}
_FIELDS = {name: _MADE_UP[name] if name in _MADE_UP else _TABLE.c[name] for name in SHOWN_COLUMNS}
LISTABLE = Listable(
    sortable=tuple(name for name in SHOWN_COLUMNS if name != "resource_kinds"),
    filters=("id", "name", "kind", "storage_id", "trigger", "priority", "enabled", "origin"),
    missing=exception.ScheduleNotFound,
)


def listing(session: Session, page: Page) -> Listing:
    """One page of schedules.

    Raises:
        exception.ScheduleNotFound: There is none with the marker's id.
    """
    return find(session, _FIELDS, page, missing=exception.ScheduleNotFound, where=(_LIVE,))


def one(session: Session, schedule_id: str) -> Row:
    """A schedule.

    Raises:
        exception.ScheduleNotFound: There is none of that id.
    """
    shown = select(*(column.label(name) for name, column in _FIELDS.items()))
    row = session.execute(shown.where(_TABLE.c.id == schedule_id, _LIVE)).mappings().one_or_none()
    if row is None:
        raise exception.ScheduleNotFound(schedule_id)
    return dict(row)
