"""Defaults from the configuration: spread over the arrays, replaced by a storage's own schedules."""

from __future__ import annotations

from collections import Counter

import pytest
from oslo_config import cfg
from sqlalchemy import select

from delfin.db.schedules import DEFAULT, Schedule
from delfin.db.session import Database
from delfin.inventory.catalog import BY_KEY
from delfin.jobs.alert_sync import ALERT_SYNC
from delfin.jobs.priority import HIGH, LOW
from delfin.jobs.queue import DONE, JobQueue
from delfin.jobs.sync_requests import SYNC
from delfin.jobs.timetable import Timetable
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
)

DEFAULTS = {"default-frequent", "default-inventory", "default-alerts"}
# What these are about is worked out before any row is written.
one_engine = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


@pytest.fixture
def conf(conf: cfg.ConfigOpts) -> cfg.ConfigOpts:
    """Without reports, which are a schedule of their own and make jobs of another kind."""
    conf.set_override("interval", 0, "reports")
    return conf


@one_engine
def test_defaults_come_from_the_configuration_and_are_spread(
    database: Database, timetable: Timetable, conf: cfg.ConfigOpts, clock: Clock
) -> None:
    for number in range(200):
        register(database, f"SN{number}")
    for _ in range(2):
        timetable.write_defaults()
    frequent = [d for d in timetable.upcoming(400) if d.schedule_id == "default-frequent"]
    assert len(frequent) == 200
    minutes = Counter(int((due.at - NOON) / MINUTE) for due in frequent)
    assert all(10 < minutes[minute] < 80 for minute in range(1, 5)), minutes
    rare = timetable.upcoming(7 * 3600)
    assert len(rare) == 600
    hours = Counter((d.at - NOON) // HOUR for d in rare if d.schedule_id == "default-inventory")
    assert all(hours[hour] > 4 for hour in range(6)), hours
    conf.set_override("frequent_interval", 0, "schedules")
    conf.set_override("alert_interval", 0, "schedules")
    timetable.write_defaults()
    assert {due.schedule_id for due in timetable.upcoming(7 * 3600)} == {"default-inventory"}


@one_engine
def test_runs_of_a_default_read_their_kinds_again_and_again(
    database: Database, timetable: Timetable, queue: JobQueue, clock: Clock, storage_id: str
) -> None:
    timetable.write_defaults()
    timetable.plan()
    read: Counter[str] = Counter()
    for _ in range(8 * 60):
        clock.now += MINUTE
        fire_all(timetable)
        while (lease := queue.lease("w")) is not None:
            read.update(lease.payload["kinds"] if lease.kind == SYNC else [lease.kind])
            queue.finish(lease, DONE, {})
    assert 15 <= read.pop(ALERT_SYNC) <= 17
    assert set(read) == set(BY_KEY)
    assert 94 <= read.pop("storage_pools") <= 97
    assert set(read.values()) <= {1, 2}


@one_engine
def test_a_new_array_is_not_read_again_at_once(
    database: Database, timetable: Timetable, clock: Clock
) -> None:
    timetable.write_defaults()
    clock.now += DAY
    for number in range(50):
        register(database, f"SN{number}", at=clock.now)
    timetable.plan()
    first = [due.at - clock.now for due in timetable.upcoming(86400)]
    assert len(first) == 150
    assert min(first) >= 2.5 * MINUTE
    assert max(first) < 10 * HOUR


def test_an_own_schedule_replaces_the_default_for_its_kinds(
    database: Database, timetable: Timetable, queue: JobQueue, clock: Clock, storage_id: str
) -> None:
    other = register(database, "SN2")
    timetable.write_defaults()
    own = schedule(
        database, timetable, storage_id=storage_id, interval=60, resource_kinds=["storage_pools"]
    )
    timetable.plan()
    planned = {(due.schedule_id, due.storage_id) for due in timetable.upcoming(7 * 3600)}
    assert planned == {
        (own, storage_id),
        *((name, storage_id) for name in ("default-inventory", "default-alerts")),
        *((name, other) for name in DEFAULTS),
    }
    disks = {"cron": "0 4 * * *", "resource_kinds": ["disks"]}
    schedule(database, timetable, storage_id=storage_id, **disks)
    clock.now += 7 * HOUR
    fire_all(timetable)
    syncs = [job for job in jobs(database) if job.kind == SYNC]
    by_storage = {job.storage_id: job.payload["kinds"] for job in syncs}
    assert "disks" in by_storage[other]
    assert "disks" not in by_storage[storage_id]
    assert {"storage_pools", "volumes"} <= set(by_storage[storage_id])


def test_an_own_schedule_that_is_switched_off_keeps_the_default_away(
    database: Database, timetable: Timetable, storage_id: str
) -> None:
    timetable.write_defaults()
    own = schedule(database, timetable, storage_id=storage_id, interval=60, enabled=False)
    assert {due.schedule_id for due in timetable.upcoming(86400)} == {"default-alerts"}
    with database.writer() as session:
        session.delete(session.get_one(Schedule, own))
    timetable.plan()
    planned = {due.schedule_id for due in timetable.upcoming(86400)}
    assert planned == DEFAULTS


@one_engine
def test_an_own_schedule_for_alerts_replaces_the_default_for_alerts_alone(
    database: Database, timetable: Timetable, storage_id: str, clock: Clock
) -> None:
    timetable.write_defaults()
    own = schedule(
        database, timetable, storage_id=storage_id, kind=ALERT_SYNC, interval=60, priority=HIGH
    )
    planned = {due.schedule_id for due in timetable.upcoming(7 * 3600)}
    assert planned == {own, "default-frequent", "default-inventory"}
    clock.now += 2 * MINUTE
    fire_all(timetable)
    (job,) = [job for job in jobs(database) if job.kind == ALERT_SYNC]
    assert (job.priority, job.payload) == (HIGH, {"begin_time": 0, "end_time": 0})


@one_engine
def test_a_schedule_for_one_moment_replaces_nothing(
    database: Database, timetable: Timetable, storage_id: str
) -> None:
    timetable.write_defaults()
    schedule(database, timetable, storage_id=storage_id, at=NOON + HOUR)
    assert len(timetable.upcoming(7 * 3600)) == 4


def test_a_default_is_known_by_its_origin(database: Database, timetable: Timetable) -> None:
    timetable.write_defaults()
    with database.reader() as session:
        found = {row.id: row for row in session.scalars(select(Schedule))}
    assert set(found) == DEFAULTS
    assert {row.origin for row in found.values()} == {DEFAULT}
    assert found["default-frequent"].resource_kinds == ["storage_pools"]
    assert (found["default-frequent"].interval, found["default-frequent"].jitter) == (300, 30)
    assert "storage_pools" not in found["default-inventory"].resource_kinds


@one_engine
def test_reports_are_a_default_of_their_own_and_come_before_synchronisations(
    database: Database, timetable: Timetable, conf: cfg.ConfigOpts, clock: Clock, storage_id: str
) -> None:
    conf.clear_override("interval", "reports")
    timetable.write_defaults()
    for _ in range(4):
        clock.now += MINUTE
        fire_all(timetable)
    made = [job for job in jobs(database) if job.kind == "report"]
    assert [job.storage_id for job in made] == [storage_id], "one waits, and one is enough"
    assert made[0].priority > LOW
    own = schedule(database, timetable, kind="report", storage_id=storage_id, interval=600)
    timetable.plan()
    planned = {due.schedule_id for due in timetable.upcoming(3600)}
    assert own in planned
    assert "default-report" not in planned
    assert "default-frequent" in planned, "it replaces reports, not synchronisations"
