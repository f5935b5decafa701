"""Storages that are not collected in time are counted by the process that owns them."""

from __future__ import annotations

from delfin.db import collection
from delfin.db.base import utcnow
from delfin.db.schedules import RUN, USER, Schedule, ScheduleState
from delfin.jobs.collect import COLLECT
from delfin.task_manager.collection_watch import CollectionWatch
from tests.unit.conftest import Bench
from tests.unit.scripted import Script
from tests.unit.task_manager.collection.world import MINUTE, SimulatedTime


def collect_often(bench: Bench, storage_id: str, *intervals: int) -> None:
    now = utcnow()
    with bench.database.writer() as session:
        for number, interval in enumerate(intervals):
            schedule = Schedule(
                id=f"{number}{storage_id}"[:36],
                kind=COLLECT,
                storage_id=storage_id,
                resource_kinds=[],
                interval=interval,
                jitter=0,
                priority=0,
                enabled=True,
                when_late=RUN,
                grace=0,
                origin=USER,
                revision=1,
                counts_from=now,
            )
            session.add(schedule)
            session.flush()
            state = ScheduleState(
                schedule_id=schedule.id, storage_id=storage_id, revision=1, next_due=now
            )
            session.add(state)


def succeeded(bench: Bench, storage_id: str, at: int) -> None:
    with bench.database.writer() as session:
        collection.locked(session, storage_id).last_success = at


def test_a_storage_is_overdue_after_three_intervals_in_the_hands_of_its_process(
    bench: Bench,
) -> None:
    good, never, seldom, theirs, unasked = (bench.register(Script(f"SN{n}")) for n in range(5))
    clock = SimulatedTime()
    watch = CollectionWatch(bench.database, lambda one: one != theirs, clock)
    for storage_id in (good, never, theirs):
        collect_often(bench, storage_id, 60, 3600)
    collect_often(bench, seldom, 3600)
    for storage_id in (good, seldom, unasked):
        succeeded(bench, storage_id, clock.wall_ms() - 60 * MINUTE)
    watch.look()
    # It may have been taken over in this moment.
    assert watch.figures() == {"oldest_collection_age": 3600, "overdue_collections": 0}
    clock.sleep(4 * MINUTE)
    succeeded(bench, good, clock.wall_ms() - MINUTE)
    succeeded(bench, seldom, clock.wall_ms() - MINUTE)
    watch.look()
    assert watch.figures() == {"oldest_collection_age": 240, "overdue_collections": 1}
    succeeded(bench, never, clock.wall_ms())
    watch.look()
    assert watch.figures() == {"oldest_collection_age": 60, "overdue_collections": 0}
    bench.remove(never)
    clock.sleep(5 * MINUTE)
    watch.look()
    assert watch.figures() == {"oldest_collection_age": 360, "overdue_collections": 1}
