"""Jobs of one storage: a collection beside another one, in one process; nothing beside a removal."""

from __future__ import annotations

import threading

import pytest
from oslo_config import cfg
from sqlalchemy import select, update

from delfin.db.jobs import Job
from delfin.db.session import Database
from delfin.jobs.board import REMOVAL, JobBoard
from delfin.jobs.collect import COLLECT
from delfin.jobs.queue import DONE, JobQueue, Lease
from delfin.jobs.running import RunningJobs


def put(database: Database, queue: JobQueue, storage_id: str, *kinds: str) -> None:
    """In this order of urgency."""
    with database.writer() as session:
        for number, kind in enumerate(kinds):
            queue.enqueue(session, kind, storage_id, priority=-number)


def all_for(queue: JobQueue, owner: str) -> list[Lease]:
    leases = []
    while (lease := queue.lease(owner)) is not None:
        leases.append(lease)
    return leases


def kinds_for(queue: JobQueue, owner: str) -> list[str]:
    return [lease.kind for lease in all_for(queue, owner)]


def test_a_collection_runs_beside_one_other_job_of_its_storage(
    database: Database, queue: JobQueue, storage_id: str
) -> None:
    put(database, queue, storage_id, "sync", "alert_sync", COLLECT, COLLECT, "report")
    sync, collection = all_for(queue, "w1")
    assert (sync.kind, collection.kind) == ("sync", COLLECT)
    assert queue.next_due("w1") is None
    queue.finish(collection, DONE, {})
    assert kinds_for(queue, "w1") == [COLLECT]
    queue.finish(sync, DONE, {})
    assert kinds_for(queue, "w1") == ["alert_sync"]


@pytest.mark.parametrize("kinds", [("sync", COLLECT), (COLLECT, "sync")])
def test_another_process_runs_nothing_beside_it_until_its_worker_is_dead(
    database: Database, queue: JobQueue, storage_id: str, kinds: tuple[str, str]
) -> None:
    put(database, queue, storage_id, *kinds)
    assert queue.lease("w1") is not None
    assert queue.lease("w2") is None
    assert queue.next_due("w2") is None
    assert queue.next_due("w1") == 0
    with database.writer() as session:
        session.execute(update(Job).where(Job.lease_owner == "w1").values(lease_until=0))
    assert sorted(kinds_for(queue, "w2")) == sorted(kinds)


def ago(database: Database, kind: str, seconds: float) -> None:
    """It has been due for so long."""
    with database.writer() as session:
        due = Job.not_before - int(seconds * 1000)
        session.execute(update(Job).where(Job.kind == kind).values(not_before=due))


@pytest.mark.parametrize("kinds", [("sync", COLLECT), (COLLECT, "sync")])
def test_another_process_runs_what_its_worker_leaves_for_longer_than_a_lease(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts, storage_id: str, kinds: list[str]
) -> None:
    """That one has no place for it."""
    put(database, queue, storage_id, *kinds)
    assert queue.lease("w1") is not None
    ago(database, kinds[1], conf.jobs.lease_time - 5)
    assert queue.lease("w2") is None
    ago(database, kinds[1], 10)
    assert queue.next_due("w2") == 0
    assert kinds_for(queue, "w2") == [kinds[1]]


@pytest.mark.parametrize("kinds", [("sync", COLLECT), (COLLECT, "sync")])
def test_another_process_runs_at_once_what_is_due_beside_a_job_that_may_kill(
    database: Database, queue: JobQueue, storage_id: str, kinds: list[str]
) -> None:
    """The worker that has that one starts nothing beside it."""
    put(database, queue, storage_id, *kinds)
    assert len(all_for(queue, "w1")) == 2
    with database.writer() as session:
        session.execute(update(Job).values(lease_until=0))
    crashed = queue.lease("w2")
    assert crashed is not None
    assert (crashed.kind, crashed.crashes) == (kinds[0], 1)
    assert kinds_for(queue, "w3") == [kinds[1]]
    put(database, queue, storage_id, *kinds)
    assert kinds_for(queue, "w3") == [], "one at a time in each lane, as ever"


def test_who_has_one_job_of_a_storage_has_the_other_though_it_is_not_the_owner_any_more(
    database: Database, queue: JobQueue, storage_id: str
) -> None:
    put(database, queue, storage_id, "sync", COLLECT)
    sync = queue.lease("w1")
    assert sync is not None
    jobs = RunningJobs()
    jobs.add(threading.Thread(), sync)
    assert queue.lease("w2") is None, "the new owner"
    assert queue.lease("w1", lambda _storage_id: False) is None, "it has nothing of it"
    beside = queue.lease("w1", lambda _storage_id: False, jobs.held())
    assert beside is not None
    assert beside.kind == COLLECT


@pytest.mark.parametrize("kind", ["sync", COLLECT])
def test_nothing_runs_beside_a_removal(
    database: Database, queue: JobQueue, storage_id: str, kind: str
) -> None:
    put(database, queue, storage_id, kind, REMOVAL)
    (before,) = all_for(queue, "w1")
    assert before.kind == kind, "a removal waits for what was not cancelled"
    queue.finish(before, DONE, {})
    put(database, queue, storage_id, COLLECT, "sync")
    with database.writer() as session:
        session.execute(update(Job).where(Job.kind == REMOVAL).values(priority=10))
    assert kinds_for(queue, "w1") == [REMOVAL]


def test_a_removal_ends_both_that_run(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts, storage_id: str
) -> None:
    put(database, queue, storage_id, "sync", COLLECT)
    assert len(all_for(queue, "w1")) == 2
    with database.writer() as session:
        JobBoard(queue, conf).request_removal(session, storage_id)
    assert kinds_for(queue, "w1") == [REMOVAL]
    with database.reader() as session:
        holding = session.scalars(select(Job.kind).where(Job.running_key.is_not(None)))
        assert list(holding) == [REMOVAL]


def test_a_thread_keeps_its_lane_and_one_that_is_stuck_the_whole_storage(
    database: Database, queue: JobQueue, storage_id: str
) -> None:
    put(database, queue, storage_id, "sync")
    (lease,) = all_for(queue, "w1")
    jobs, thread = RunningJobs(), threading.Thread()
    jobs.add(thread, lease)
    queue.finish(lease, DONE, {})
    put(database, queue, storage_id, "sync", COLLECT)
    beside = queue.lease("w1", without=jobs.held())
    assert beside is not None
    assert beside.kind == COLLECT
    queue.put_back(beside, 0)
    jobs.give_up(jobs.in_time()[0])
    assert queue.lease("w1", without=jobs.held()) is None
    jobs.remove(thread)
    assert len(all_for(queue, "w1")) == 2
