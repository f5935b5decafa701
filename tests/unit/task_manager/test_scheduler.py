"""The timer fires what is due, for its own storages; and in the end for those that nobody fires for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from oslo_config import cfg
from sqlalchemy import func, select, update

from delfin.db.base import utcnow
from delfin.db.jobs import Job
from delfin.db.schedules import RUN, USER, Schedule, ScheduleState
from delfin.db.session import Database
from delfin.jobs.board import JobBoard
from delfin.jobs.queue import CANCELLED, JobQueue, Mine, anybodys
from delfin.jobs.timetable import Timetable
from delfin.task_manager.scheduler import Scheduler
from tests.unit.db.stored import add_storage
from tests.waiting import wait_until

# The timer is the same on every engine; what two of them do to one row is not.
one_engine = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


@pytest.fixture
def conf(conf: cfg.ConfigOpts) -> cfg.ConfigOpts:
    conf.set_override("poll_interval", 0.2, "schedules")
    for name in ("frequent_interval", "inventory_interval", "alert_interval"):
        conf.set_override(name, 0, "schedules")
    conf.set_override("interval", 0, "reports")
    conf.set_override("lease_time", 600.0, "jobs")
    return conf


@pytest.fixture
def timetable(database: Database, conf: cfg.ConfigOpts) -> Timetable:
    return Timetable(database, JobBoard(JobQueue(database, conf), conf), conf)


@contextmanager
def running(
    conf: cfg.ConfigOpts,
    timetable: Timetable,
    mine: Mine = anybodys,
    ring: Callable[[], None] = lambda: None,
) -> Iterator[Scheduler]:
    scheduler = Scheduler(conf, timetable, mine, ring)
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.stop()
        scheduler.wait(10)


def every_second(database: Database, *serials: str) -> list[str]:
    """A schedule for storages with these serial numbers; their ids."""
    with database.writer() as session:
        ids = [add_storage(session, serial) for serial in serials]
        facts = {"kind": "sync", "resource_kinds": [], "priority": -10, "origin": USER}
        timing = {"interval": 1, "jitter": 0, "enabled": True, "when_late": RUN, "grace": 0}
        since = utcnow() - timedelta(days=1)
        session.add(Schedule(id=str(uuid4()), revision=1, counts_from=since, **facts, **timing))
    return ids


def fired(database: Database) -> Counter[str]:
    """How many jobs each storage got; those that wait are cleared away for the next ones."""
    with database.writer() as session:
        done = update(Job).values(state=CANCELLED, active_key=None)
        session.execute(done)
        rows = session.execute(select(Job.storage_id, func.count()).group_by(Job.storage_id))
        return Counter({storage_id: number for storage_id, number in rows if storage_id})


@one_engine
def test_it_fires_again_and_again_and_rings(
    database: Database, timetable: Timetable, conf: cfg.ConfigOpts
) -> None:
    (storage_id,) = every_second(database, "SN1")
    rings: list[None] = []
    with running(conf, timetable, ring=lambda: rings.append(None)):
        wait_until(lambda: fired(database)[storage_id] >= 3)
    assert len(rings) >= 3


def test_of_two_timers_one_fires(
    database: Database, timetable: Timetable, conf: cfg.ConfigOpts
) -> None:
    ids = every_second(database, "SN1", "SN2", "SN3")
    began = utcnow()
    with running(conf, timetable), running(conf, timetable):
        wait_until(lambda: min(fired(database)[one] for one in ids) >= 3)
    seconds = (utcnow() - began).total_seconds()
    # One run a second and storage, and the one that was overdue.
    assert max(fired(database).values()) <= seconds + 2


@one_engine
def test_it_leaves_to_others_what_is_theirs(
    database: Database, timetable: Timetable, conf: cfg.ConfigOpts
) -> None:
    mine, theirs = every_second(database, "SN1", "SN2")
    with running(conf, timetable, mine=lambda storage_id: storage_id == mine):
        wait_until(lambda: fired(database)[mine] >= 2)
    assert fired(database)[theirs] == 0


@one_engine
def test_what_its_owner_does_not_fire_is_anybodys_after_a_while(
    database: Database, timetable: Timetable, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("lease_time", 1.0, "jobs")
    (storage_id,) = every_second(database, "SN1")
    timetable.plan()
    with running(conf, timetable, mine=lambda _: False):
        wait_until(lambda: fired(database)[storage_id] >= 2)


@one_engine
def test_a_change_of_the_rows_is_followed(
    database: Database, timetable: Timetable, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("poll_interval", 600.0, "schedules")
    with running(conf, timetable) as scheduler:
        (storage_id,) = every_second(database, "SN1")
        timetable.plan()
        scheduler.hurry()
        wait_until(lambda: fired(database)[storage_id] >= 2)
        with database.writer() as session:
            session.execute(update(Schedule).values(enabled=False))
            session.execute(update(ScheduleState).values(next_due=None))
        scheduler.hurry()
        wait_until(lambda: not scheduler._timer.get_jobs())
