"""Schedules fire exactly once, whoever races or dies; late ones are made up for by their policy."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from delfin.db import storages
from delfin.db.schedules import RUN, SKIP, Schedule, ScheduleState
from delfin.db.session import Database
from delfin.jobs.board import JobBoard
from delfin.jobs.queue import DONE, JobQueue
from delfin.jobs.sync_requests import Ask
from delfin.jobs.timetable import Due, Timetable
from tests.unit.jobs.clockwork import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    Clock,
    fire_all,
    jobs,
    register,
    schedule,
    state,
)


def test_a_nightly_schedule_runs_each_night_once(
    database: Database, timetable: Timetable, queue: JobQueue, clock: Clock, storage_id: str
) -> None:
    nightly = schedule(database, timetable, cron="0 3 * * *", time_zone="Europe/Berlin")
    for day in range(3):
        due = NOON + timedelta(hours=14) + day * DAY
        assert state(database, nightly).next_due == due
        clock.now = due - MINUTE
        assert fire_all(timetable) == []
        clock.now = due + timedelta(seconds=1)
        (fired,) = fire_all(timetable)
        assert fire_all(timetable) == []
        assert state(database, nightly).last_job_id == fired.job_id
        assert state(database, nightly).last_run == clock.now
        lease = queue.lease("w")
        assert lease is not None
        assert (lease.job_id, lease.storage_id, lease.payload) == (fired.job_id, storage_id, {})
        queue.finish(lease, DONE, {})
    assert len(jobs(database)) == 3


def test_of_many_who_fire_at_once_one_does(
    database: Database, timetable: Timetable, clock: Clock
) -> None:
    ids = [register(database, f"SN{number}") for number in range(5)]
    schedule(database, timetable, interval=300, resource_kinds=["volumes"])
    clock.now += 10 * MINUTE
    dues, fired, together = timetable.upcoming(0), Counter[str](), threading.Barrier(4)

    def race() -> None:
        together.wait()
        for due in dues:
            if timetable.fire(due) is not None:
                fired[due.storage_id] += 1

    racers = [threading.Thread(target=race) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert fired == dict.fromkeys(ids, 1)
    assert Counter(job.storage_id for job in jobs(database)) == dict.fromkeys(ids, 1)


def test_who_dies_before_the_end_of_a_firing_has_done_nothing(
    database: Database,
    timetable: Timetable,
    clock: Clock,
    storage_id: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moment = schedule(database, timetable, at=NOON + HOUR)
    clock.now += HOUR

    def die(*_args: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(JobBoard, "request_sync", die)
    with pytest.raises(KeyboardInterrupt):
        fire_all(timetable)
    monkeypatch.undo()
    assert state(database, moment).next_due == NOON + HOUR
    assert jobs(database) == []
    (fired,) = fire_all(timetable)
    assert fired.next_due is None
    assert [job.id for job in jobs(database)] == [fired.job_id]


def test_a_clock_that_is_put_back_fires_nothing_again(
    database: Database, timetable: Timetable, clock: Clock, storage_id: str
) -> None:
    nightly = schedule(database, timetable, cron="0 3 * * *", time_zone="UTC")
    clock.now = NOON + 15 * HOUR
    assert len(fire_all(timetable)) == 1
    clock.now -= HOUR
    assert state(database, nightly).next_due == NOON + 39 * HOUR


@pytest.mark.parametrize(
    ("policy", "late", "runs"),
    [
        ({"when_late": RUN}, 40 * DAY, 1),
        ({"when_late": SKIP, "grace": 600}, 9 * MINUTE, 1),
        ({"when_late": SKIP, "grace": 600}, 11 * MINUTE, 0),
        ({"when_late": SKIP, "grace": 0}, timedelta(seconds=2), 1),
        ({"when_late": SKIP, "grace": 0}, MINUTE, 0),
    ],
)
def test_a_late_run_is_made_up_for_once_or_skipped(
    database: Database,
    timetable: Timetable,
    clock: Clock,
    storage_id: str,
    policy: dict[str, Any],
    late: timedelta,
    runs: int,
) -> None:
    daily = schedule(database, timetable, cron="0 3 * * *", time_zone="UTC", **policy)
    clock.now = NOON + 15 * HOUR + late
    (fired,) = fire_all(timetable)
    assert len(jobs(database)) == runs
    assert (fired.job_id is not None) is bool(runs)
    assert fired.next_due is not None
    assert clock.now < fired.next_due <= clock.now + DAY
    assert state(database, daily).next_due == fired.next_due


def test_what_nobody_had_planned_in_time_is_late_but_not_lost(
    database: Database, timetable: Timetable, clock: Clock, storage_id: str
) -> None:
    schedule(database, timetable, at=NOON + HOUR)
    with database.writer() as session:
        session.execute(delete(ScheduleState))
    clock.now += 2 * HOUR
    timetable.plan()
    assert len(fire_all(timetable)) == 1


def test_a_schedule_that_fires_while_the_array_is_read_is_read_afterwards(
    database: Database, timetable: Timetable, queue: JobQueue, clock: Clock, storage_id: str
) -> None:
    board = timetable._board
    with database.writer() as session:
        board.request_sync(session, storage_id)
    running = queue.lease("w")
    assert running is not None
    for kinds in (["volumes"], ["disks"]):
        schedule(database, timetable, at=NOON + HOUR, resource_kinds=kinds)
    clock.now += HOUR
    assert len({fired.job_id for fired in fire_all(timetable)}) == 1
    assert queue.lease("w") is None
    queue.finish(running, DONE, {})
    following = queue.lease("w")
    assert following is not None
    assert following.payload == {"kinds": ["disks", "volumes"]}


def test_a_schedule_does_not_hurry_an_array_that_is_left_alone_for_a_while(
    database: Database, timetable: Timetable, queue: JobQueue, clock: Clock, storage_id: str
) -> None:
    with database.writer() as session:
        timetable._board.request_sync(session, storage_id, Ask(frozenset({"ports"})))
    lease = queue.lease("w")
    assert lease is not None
    queue.put_back(lease, 600, result={}, payload=lease.payload)
    schedule(database, timetable, at=NOON + HOUR, resource_kinds=["volumes"])
    clock.now += HOUR
    (fired,) = fire_all(timetable)
    assert fired.job_id == lease.job_id
    assert queue.lease("w") is None
    (job,) = jobs(database)
    assert (job.attempt, job.payload) == (1, {"kinds": ["ports", "volumes"]})


def test_a_changed_schedule_is_due_by_its_new_times_only(
    database: Database, timetable: Timetable, clock: Clock, storage_id: str
) -> None:
    changed = schedule(database, timetable, cron="0 13 * * *", time_zone="UTC")
    old = timetable.upcoming(86400)[0]
    clock.now += 2 * HOUR
    with database.writer() as session:
        row = session.get_one(Schedule, changed)
        row.cron, row.revision, row.counts_from = "0 20 * * *", 2, clock.now
    timetable.plan()
    assert timetable.fire(old) is None
    assert state(database, changed).next_due == NOON + 8 * HOUR
    assert jobs(database) == []


def test_a_storage_that_is_being_removed_gets_no_job(
    database: Database, timetable: Timetable, clock: Clock, storage_id: str
) -> None:
    nightly = schedule(database, timetable, cron="0 3 * * *", time_zone="UTC")
    with database.writer() as session:
        storages.bury(session, storage_id)
    clock.now += DAY
    assert [fired.job_id for fired in fire_all(timetable)] == [None]
    assert jobs(database) == []
    with database.writer() as session:
        storages.forget(session, storage_id)
    with database.reader() as session:
        assert session.scalars(select(ScheduleState)).all() == []
        assert session.get(Schedule, nightly) is not None


def test_jitter_puts_a_run_off_a_little_and_the_same_everywhere(
    database: Database, timetable: Timetable, clock: Clock
) -> None:
    for number in range(40):
        register(database, f"SN{number}")
    schedule(database, timetable, cron="0 3 * * *", time_zone="UTC", jitter=600)
    late = [(due.at - NOON - 15 * HOUR).total_seconds() for due in timetable.upcoming(86400)]
    assert len(set(late)) == 40
    assert min(late) >= 0
    assert 300 < max(late) < 600
    with database.writer() as session:
        session.execute(delete(ScheduleState))
    timetable.plan()
    again = [(due.at - NOON - 15 * HOUR).total_seconds() for due in timetable.upcoming(86400)]
    assert again == late
    clock.now += DAY
    assert len(fire_all(timetable)) == 40
    assert all(due.at >= NOON + 39 * HOUR for due in timetable.upcoming(86400))


def test_who_has_asked_too_early_is_told_nothing(
    database: Database, timetable: Timetable, storage_id: str
) -> None:
    schedule(database, timetable, at=NOON + HOUR)
    (due,) = timetable.upcoming(7200)
    assert timetable.fire(due) is None
    assert timetable.fire(Due("none", storage_id, NOON)) is None
