"""A storage's configurations are schedules: they fall due, make jobs, and go with the configuration."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from oslo_config import cfg
from sqlalchemy import delete, select

from delfin.db.metrics_config import CONFIGS, POLLING, Chosen, TelemetryConfig
from delfin.db.schedules import Schedule, ScheduleState
from delfin.db.session import Database, retried
from delfin.db.storages import Storage
from delfin.jobs.collection_timers import put_in_force
from delfin.jobs.queue import JobQueue
from delfin.jobs.timetable import Timetable
from delfin.telemetry.policy import Able, Own, replace_own, settle
from tests.unit.jobs.clockwork import Clock, fire_all, jobs

ABLE = Able({"volume": ["iops"], "disk": ["iops"]}, historic=True, interval=300)


def configure(
    database: Database,
    conf: cfg.ConfigOpts,
    timetable: Timetable,
    storage_id: str,
    *own: Own,
    enabled: bool = True,
) -> None:
    """As a request does it."""

    @retried
    def attempt() -> None:
        with database.writer() as session:
            settings = settle(session, storage_id, ABLE)
            form = CONFIGS if enabled else POLLING
            replace_own(session, settings, form, own, enabled=enabled)
            put_in_force(session, conf, timetable, storage_id)

    attempt()


def timers(database: Database) -> Sequence[Schedule]:
    with database.reader() as session:
        found = session.scalars(select(Schedule).order_by(Schedule.interval)).all()
        session.expunge_all()
        return found


def states(database: Database) -> set[str]:
    with database.reader() as session:
        return set(session.scalars(select(ScheduleState.schedule_id)))


def test_each_interval_has_its_times_and_its_types(
    database: Database,
    conf: cfg.ConfigOpts,
    timetable: Timetable,
    queue: JobQueue,
    clock: Clock,
    storage_id: str,
) -> None:
    configure(
        *(database, conf, timetable, storage_id),
        Own(60, historic=True, resources={"volume": None}),
        Own(300, historic=True, resources={"disk": None}),
    )
    due: list[str] = []
    for _ in range(30):
        clock.now += timedelta(seconds=10)
        if fire_all(timetable):
            # Both may be due at the same time: that is one job.
            (job,) = [one for one in jobs(database) if one.state == "queued"]
            assert (job.kind, job.storage_id) == ("collect", storage_id)
            due += job.payload["resource_types"]
            lease = queue.lease("test")
            assert lease is not None
            queue.finish(lease, "done", {})
    assert sorted(due) == ["disk", *["volume"] * 5]


def test_what_is_not_configured_any_more_is_not_due_any_more(
    database: Database,
    conf: cfg.ConfigOpts,
    timetable: Timetable,
    clock: Clock,
    storage_id: str,
) -> None:
    volume = Own(60, historic=True, resources={"volume": None})
    disk = Own(300, historic=True, resources={"disk": None})
    configure(database, conf, timetable, storage_id, volume, disk)
    first, second = timers(database)
    assert states(database) == {first.id, second.id}
    configure(database, conf, timetable, storage_id, volume)
    assert [one.id for one in timers(database)] == [first.id]
    assert states(database) == {first.id}
    configure(database, conf, timetable, storage_id, volume, enabled=False)
    clock.now += timedelta(hours=1)
    assert fire_all(timetable) == []
    configure(database, conf, timetable, storage_id, volume)
    assert fire_all(timetable) == []
    clock.now += timedelta(seconds=60)
    assert len(fire_all(timetable)) == 1


def test_a_type_that_the_driver_lost_is_not_collected(
    database: Database, conf: cfg.ConfigOpts, timetable: Timetable, storage_id: str
) -> None:
    both: Chosen = {"volume": None, "disk": None}
    configure(database, conf, timetable, storage_id, Own(60, historic=True, resources=both))
    for supported, types in (({"disk": ["iops"]}, [["disk"]]), ({}, [])):
        with database.writer() as session:
            settle(session, storage_id, Able(supported, historic=True, interval=300))
            put_in_force(session, conf, timetable, storage_id)
        assert [one.resource_kinds for one in timers(database)] == types


def test_a_storage_takes_its_timers_with_it(
    database: Database, conf: cfg.ConfigOpts, timetable: Timetable, storage_id: str
) -> None:
    configure(database, conf, timetable, storage_id, Own(60, historic=True))
    with database.writer() as session:
        session.execute(delete(Storage))
    assert (timers(database), states(database)) == ([], set())


def test_of_many_changes_at_once_none_is_half_done(
    database: Database, conf: cfg.ConfigOpts, timetable: Timetable, storage_id: str
) -> None:
    errors: list[BaseException] = []

    @retried
    def add(number: int) -> None:
        with database.writer() as session:
            settle(session, storage_id, ABLE)
            session.add(
                TelemetryConfig(
                    id=str(uuid4()),
                    storage_id=storage_id,
                    name=f"n{number}",
                    enabled=True,
                    interval=60 + number,
                    historic=True,
                    resources={"volume": None},
                    labels={},
                )
            )
            put_in_force(session, conf, timetable, storage_id)

    def run(number: int) -> None:
        try:
            add(number)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    found = timers(database)
    # The default, and the six.
    assert len(found) == len(states(database)) == 7
    assert [one.interval for one in found if one.enabled] == [60, 300]
