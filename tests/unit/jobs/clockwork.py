"""Schedules, and a clock that stands still, for the stories of the timetable."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from delfin.db.jobs import Job
from delfin.db.schedules import RUN, USER, Schedule, ScheduleState
from delfin.db.session import Database
from delfin.db.storages import Storage
from delfin.jobs.priority import LOW
from delfin.jobs.timetable import Fired, Timetable
from tests.unit.db.stored import add_storage

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# A Wednesday; in Berlin it is 13:00.
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Clock:
    """Stands still until a story moves it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def register(database: Database, serial: str, at: datetime = NOON - 30 * DAY) -> str:
    with database.writer() as session:
        storage_id = add_storage(session, serial)
        session.execute(update(Storage).where(Storage.id == storage_id).values(created_at=at))
    return storage_id


def schedule(database: Database, timetable: Timetable, **facts: Any) -> str:
    """A schedule as the API makes it; the id."""
    row = {
        "id": str(uuid4()),
        "kind": "sync",
        "resource_kinds": [],
        "jitter": 0,
        "priority": LOW,
        "enabled": True,
        "when_late": RUN,
        "grace": 0,
        "origin": USER,
        "revision": 1,
        "counts_from": timetable.clock(),
        **facts,
    }
    with database.writer() as session:
        session.add(Schedule(**row))
    timetable.plan()
    return str(row["id"])


def state(database: Database, schedule_id: str) -> ScheduleState:
    with database.reader() as session:
        wanted = select(ScheduleState).where(ScheduleState.schedule_id == schedule_id)
        found = session.scalars(wanted).one()
        session.expunge(found)
        return found


def fire_all(timetable: Timetable) -> list[Fired]:
    """What is due by now, fired."""
    fired = [timetable.fire(due) for due in timetable.upcoming(0)]
    return [one for one in fired if one is not None]


def jobs(database: Database) -> list[Job]:
    with database.reader() as session:
        found = list(session.scalars(select(Job).order_by(Job.created_at)))
        session.expunge_all()
        return found
