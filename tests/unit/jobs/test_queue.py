"""The queue loses nothing, runs nothing twice at a time, and is fenced against the slow and the dead."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from oslo_config import cfg
from sqlalchemy import select, update

from delfin.db.jobs import Job
from delfin.db.session import Database
from delfin.jobs.board import REMOVAL
from delfin.jobs.queue import (
    DONE,
    PARKED,
    QUEUED,
    AlreadyQueuedError,
    JobQueue,
    Lease,
    LeaseLostError,
    now_ms,
)
from tests.unit.db.stored import add_storage


def put(database: Database, queue: JobQueue, storage_id: str | None = None, **more: object) -> str:
    with database.writer() as session:
        return queue.enqueue(session, "sync", storage_id, **more)  # type: ignore[arg-type]


def job(database: Database, job_id: str) -> Job:
    with database.reader() as session:
        found = session.scalars(select(Job).where(Job.id == job_id)).one()
        session.expunge(found)
        return found


def taken(queue: JobQueue, owner: str = "w1") -> Lease:
    lease = queue.lease(owner)
    assert lease is not None
    return lease


def let_lease_end(database: Database, lease: Lease) -> None:
    with database.writer() as session:
        session.execute(update(Job).where(Job.id == lease.job_id).values(lease_until=0))


def test_a_job_is_leased_once_and_finished(database: Database, queue: JobQueue) -> None:
    job_id = put(database, queue, payload={"kinds": ["volumes"]})
    lease = taken(queue)
    assert (lease.job_id, lease.payload, lease.attempt) == (job_id, {"kinds": ["volumes"]}, 1)
    assert queue.lease("w2") is None
    queue.finish(lease, DONE, {"rows": {}})
    after = job(database, job_id)
    assert (after.state, after.result, after.lease_owner) == (DONE, {"rows": {}}, None)
    assert after.started_at is not None
    assert after.finished_at is not None
    assert after.finished_at >= after.started_at


def test_priority_then_age_decides(database: Database, queue: JobQueue) -> None:
    now = now_ms()
    late = put(database, queue, not_before=now - 10)
    early = put(database, queue, not_before=now - 20)
    urgent = put(database, queue, priority=5)
    assert [taken(queue).job_id for _ in range(3)] == [urgent, early, late]


def test_a_job_waits_for_its_time(database: Database, queue: JobQueue) -> None:
    put(database, queue, not_before=now_ms() + 60_000)
    assert queue.lease("w1") is None
    due = queue.next_due("w1")
    assert due is not None
    assert 50 < due <= 60


def test_the_same_work_is_queued_once(database: Database, queue: JobQueue) -> None:
    first = put(database, queue, active_key="sync:a")
    with pytest.raises(AlreadyQueuedError) as refused:
        put(database, queue, active_key="sync:a")
    assert refused.value.job_id == first
    queue.finish(taken(queue), DONE, {})
    assert put(database, queue, active_key="sync:a") != first


def test_one_job_at_a_time_runs_for_a_storage(database: Database, queue: JobQueue) -> None:
    with database.writer() as session:
        one, other = add_storage(session), add_storage(session, "SN2")
    first, second = put(database, queue, one), put(database, queue, one)
    elsewhere = put(database, queue, other)
    leases = [taken(queue), taken(queue)]
    assert queue.lease("w1") is None
    assert elsewhere in {lease.job_id for lease in leases}
    mine = next(lease for lease in leases if lease.storage_id == one)
    queue.finish(mine, DONE, {})
    assert taken(queue).job_id == ({first, second} - {mine.job_id}).pop()


def test_a_dead_workers_job_runs_again_and_the_dead_one_is_fenced(
    database: Database, queue: JobQueue
) -> None:
    put(database, queue)
    dead = taken(queue)
    let_lease_end(database, dead)
    alive = taken(queue, "w2")
    assert (alive.job_id, alive.attempt) == (dead.job_id, 2)
    with pytest.raises(LeaseLostError):
        queue.renew(dead)
    with pytest.raises(LeaseLostError):
        queue.finish(dead, DONE, {})
    with pytest.raises(LeaseLostError):
        queue.put_back(dead, 0)
    with database.writer() as session, pytest.raises(LeaseLostError):
        queue.fence(session, dead)
    queue.renew(alive)
    with database.writer() as session:
        queue.fence(session, alive)
    queue.finish(alive, DONE, {})


def test_a_renewed_lease_is_not_given_away(database: Database, queue: JobQueue) -> None:
    put(database, queue)
    lease = taken(queue)
    let_lease_end(database, lease)
    queue.renew(lease)
    assert queue.lease("w2") is None


def test_a_job_that_kills_its_workers_is_parked(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("crash_limit", 3, "jobs")
    poison = put(database, queue, active_key="k")
    after = put(database, queue, not_before=now_ms() + 1)
    for _ in range(3):
        lease = taken(queue)
        if lease.job_id == after:
            queue.finish(lease, DONE, {})
            lease = taken(queue)
        let_lease_end(database, lease)
    while (lease_or_none := queue.lease("w1")) is not None:
        queue.finish(lease_or_none, DONE, {})
    parked = job(database, poison)
    assert parked.state == PARKED
    assert parked.active_key is None
    assert parked.result is not None
    assert "died" in parked.result["error_msg"]


def test_a_removal_is_put_off_instead_of_parked(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("crash_limit", 1, "jobs")
    with database.writer() as session:
        job_id = queue.enqueue(session, REMOVAL, None, active_key="k")
    let_lease_end(database, taken(queue))
    assert queue.lease("w2") is None, "it may be what kills workers"
    put_off = job(database, job_id)
    assert (put_off.state, put_off.active_key, put_off.running_key) == (QUEUED, "k", None)
    assert put_off.not_before > now_ms() + 600_000
    with database.writer() as session:
        session.execute(update(Job).values(not_before=0))
    assert taken(queue).job_id == job_id


def test_put_back_without_result_is_as_if_it_had_not_started(
    database: Database, queue: JobQueue
) -> None:
    job_id = put(database, queue, active_key="k")
    queue.put_back(taken(queue), 0)
    back = job(database, job_id)
    assert (back.state, back.attempt, back.result, back.active_key) == (QUEUED, 0, None, "k")


def test_put_back_for_another_try_keeps_what_came_of_this_one(
    database: Database, queue: JobQueue
) -> None:
    job_id = put(database, queue)
    queue.put_back(taken(queue), 60, result={"error_code": "X"}, payload={"kinds": ["disks"]})
    back = job(database, job_id)
    assert (back.attempt, back.result, back.payload) == (
        1,
        {"error_code": "X"},
        {"kinds": ["disks"]},
    )
    assert back.not_before > now_ms() + 50_000
    assert queue.lease("w1") is None


def test_orphans_of_a_dead_process_are_free_at_once(database: Database, queue: JobQueue) -> None:
    put(database, queue)
    dead = taken(queue)
    assert queue.release_orphans() == 1
    assert taken(queue).generation == dead.generation + 1


def test_many_workers_share_many_jobs_without_doing_one_twice(
    database: Database, queue: JobQueue
) -> None:
    with database.writer() as session:
        storages = [add_storage(session, f"SN{i}") for i in range(4)]
        jobs = {queue.enqueue(session, "sync", storages[i % 4]) for i in range(40)}
    done: Counter[str] = Counter()
    running: Counter[str] = Counter()
    overlaps: list[str] = []
    guard = threading.Lock()

    def work(owner: str) -> None:
        while True:
            with guard:
                if sum(done.values()) == len(jobs):
                    return
            lease = queue.lease(owner)
            if lease is None:
                continue
            assert lease.storage_id is not None
            with guard:
                running[lease.storage_id] += 1
                if running[lease.storage_id] > 1:
                    overlaps.append(lease.storage_id)
            with guard:
                running[lease.storage_id] -= 1
                done[lease.job_id] += 1
            queue.finish(lease, DONE, {})

    threads = [threading.Thread(target=work, args=(f"w{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert done == Counter(jobs)
    assert overlaps == []


def test_jobs_of_others_are_left_to_them_until_they_are_overdue(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("lease_time", 30.0, "jobs")
    with database.writer() as session:
        mine, theirs = add_storage(session), add_storage(session, "SN2")
    put(database, queue, theirs, priority=9)
    own = put(database, queue, mine)
    free = put(database, queue)
    taken_jobs = {lease.job_id for lease in _all_for(queue, mine)}
    assert taken_jobs == {own, free}
    overdue = put(database, queue, theirs, not_before=now_ms() - 31_000)
    assert [lease.job_id for lease in _all_for(queue, mine)] == [overdue]


def test_what_a_dead_owner_left_running_is_anybodys(database: Database, queue: JobQueue) -> None:
    with database.writer() as session:
        theirs = add_storage(session)
    put(database, queue, theirs)
    dead = taken(queue)
    let_lease_end(database, dead)
    assert [lease.job_id for lease in _all_for(queue, "mine")] == [dead.job_id]


def _all_for(queue: JobQueue, mine: str) -> list[Lease]:
    leases = []
    while (lease := queue.lease("w", lambda storage_id: storage_id == mine)) is not None:
        leases.append(lease)
    return leases


def test_jobs_of_storages_that_hang_here_are_left_to_others_and_removals_are_not(
    database: Database, queue: JobQueue
) -> None:
    with database.writer() as session:
        hung, good = (add_storage(session, serial) for serial in ("SN1", "SN2"))
    first = put(database, queue, hung, priority=9)
    with database.writer() as session:
        removal = queue.enqueue(session, REMOVAL, hung)
    second = put(database, queue, good)
    leases = [queue.lease("w1", without={hung}) for _ in range(3)]
    assert {lease.job_id for lease in leases if lease} == {removal, second}
    assert leases[2] is None
    queue.finish(next(lease for lease in leases if lease and lease.job_id == removal), DONE, {})
    assert taken(queue, "w2").job_id == first
