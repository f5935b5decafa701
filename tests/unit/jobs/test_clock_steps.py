"""Our clock was ahead and is put right: what is due every minute does not wait for it to come back."""

from __future__ import annotations

from datetime import timedelta

from delfin.db.session import Database
from delfin.jobs.timetable import Timetable
from tests.unit.jobs.clockwork import HOUR, MINUTE, NOON, Clock, fire_all, schedule, state


def test_after_a_step_back_an_interval_is_due_within_one(
    database: Database, timetable: Timetable, clock: Clock, storage_id: str
) -> None:
    often = schedule(database, timetable, interval=60)
    clock.now = NOON + 10 * MINUTE
    assert len(fire_all(timetable)) == 1
    clock.now = NOON + timedelta(seconds=1)
    assert fire_all(timetable) == []
    timetable.plan()
    due = state(database, often).next_due
    assert due is not None
    assert clock.now < due <= clock.now + MINUTE
    assert storage_id == state(database, often).storage_id


def test_what_is_due_in_time_stays(
    database: Database, timetable: Timetable, clock: Clock, storage_id: str
) -> None:
    hourly = schedule(database, timetable, interval=3600, jitter=600)
    clock.now = NOON + 2 * HOUR
    fire_all(timetable)
    before = state(database, hourly)
    timetable.plan()
    assert state(database, hourly).next_due == before.next_due
    assert before.storage_id == storage_id
