"""What users ask of jobs: a sync at a time, a removal that wins, a list that can be cleared."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from oslo_config import cfg
from sqlalchemy import update

from delfin import exception
from delfin.db import storages
from delfin.db.jobs import Job
from delfin.db.query import Page
from delfin.db.session import Database
from delfin.jobs.board import JobBoard, strike_old
from delfin.jobs.queue import CANCELLED, DONE, FAILED, JobQueue, LeaseLostError


@pytest.fixture
def board(queue: JobQueue, conf: cfg.ConfigOpts) -> JobBoard:
    return JobBoard(queue, conf)


def request_sync(database: Database, board: JobBoard, storage_id: str) -> str:
    with database.writer() as session:
        return board.request_sync(session, storage_id)


def is_syncing(database: Database, board: JobBoard, storage_id: str) -> bool:
    with database.reader() as session:
        return storage_id in board.syncing(session, [storage_id])


def shown(database: Database, board: JobBoard, job_id: str) -> dict[str, Any]:
    with database.reader() as session:
        return board.get(session, job_id)


def test_a_second_sync_is_refused_until_the_first_has_ended(
    database: Database, queue: JobQueue, board: JobBoard, storage_id: str
) -> None:
    request_sync(database, board, storage_id)
    assert is_syncing(database, board, storage_id)
    with pytest.raises(exception.StorageIsSyncing):
        request_sync(database, board, storage_id)
    lease = queue.lease("w")
    assert lease is not None
    with pytest.raises(exception.StorageIsSyncing):
        request_sync(database, board, storage_id)
    queue.finish(lease, DONE, {})
    assert not is_syncing(database, board, storage_id)
    request_sync(database, board, storage_id)


def test_a_sync_that_waits_for_its_next_try_is_idle_and_can_be_started_now(
    database: Database, queue: JobQueue, board: JobBoard, storage_id: str
) -> None:
    job_id = request_sync(database, board, storage_id)
    lease = queue.lease("w")
    assert lease is not None
    queue.put_back(lease, 3600, result={"error_code": "ConnectTimeout"}, payload={"kinds": ["x"]})
    assert not is_syncing(database, board, storage_id)
    assert request_sync(database, board, storage_id) == job_id
    assert is_syncing(database, board, storage_id)
    again = queue.lease("w")
    assert again is not None
    assert (again.attempt, again.payload) == (1, {})


def test_a_sync_that_takes_too_long_gives_way(
    database: Database, queue: JobQueue, board: JobBoard, storage_id: str, conf: cfg.ConfigOpts
) -> None:
    old = request_sync(database, board, storage_id)
    lease = queue.lease("w")
    assert lease is not None
    with database.writer() as session:
        session.execute(update(Job).values(started_at=Job.started_at - 1_801_000))
    assert request_sync(database, board, storage_id) != old
    assert shown(database, board, old)["state"] == CANCELLED
    with pytest.raises(LeaseLostError):
        queue.finish(lease, DONE, {})


def test_removal_cancels_all_other_work_of_the_storage(
    database: Database, queue: JobQueue, board: JobBoard, storage_id: str
) -> None:
    sync = request_sync(database, board, storage_id)
    lease = queue.lease("w")
    assert lease is not None
    with database.writer() as session:
        storages.bury(session, storage_id)
        removal = board.request_removal(session, storage_id)
    assert shown(database, board, sync)["state"] == CANCELLED
    with pytest.raises(LeaseLostError):
        queue.renew(lease)
    next_lease = queue.lease("w")
    assert next_lease is not None
    assert next_lease.job_id == removal
    with database.writer() as session, pytest.raises(exception.InvalidInput):
        board.clear(session, removal)


def test_clear_cancels_what_is_active_and_strikes_what_has_ended(
    database: Database, queue: JobQueue, board: JobBoard, storage_id: str
) -> None:
    job_id = request_sync(database, board, storage_id)
    with database.writer() as session:
        board.clear(session, job_id)
    assert shown(database, board, job_id)["state"] == CANCELLED
    assert queue.lease("w") is None
    with database.writer() as session:
        board.clear(session, job_id)
    for unknown in (job_id, "nobody"):
        with database.writer() as session, pytest.raises(exception.JobNotFound):
            board.clear(session, unknown)


def test_jobs_are_listed_with_filters_and_old_ones_are_struck_off(
    database: Database, queue: JobQueue, board: JobBoard, storage_id: str
) -> None:
    request_sync(database, board, storage_id)
    lease = queue.lease("w")
    assert lease is not None
    queue.finish(lease, DONE, {"rows": {"volumes": 3}})
    request_sync(database, board, storage_id)
    with database.reader() as session:
        found = board.find(session, Page({"state": DONE}))
        assert found.total == 1
        assert found.rows[0]["result"] == {"rows": {"volumes": 3}}
        assert "payload" not in found.rows[0]
    assert strike_old(database, 3600) == 0
    assert strike_old(database, -1) == 1
    with database.reader() as session:
        assert [row["state"] for row in board.find(session, Page()).rows] == ["queued"]


@pytest.mark.parametrize("kind", ["collect", "report", "probe"])
def test_jobs_that_come_again_and_again_do_not_fill_the_table(
    database: Database, queue: JobQueue, board: JobBoard, storage_id: str, kind: str
) -> None:
    ended = {}
    for name in ("sync", kind):
        for state in (DONE, FAILED):
            with database.writer() as session:
                ended[name, state] = queue.enqueue(session, name, storage_id)
            lease = queue.lease("w")
            assert lease is not None
            queue.finish(lease, state, {})
    with database.writer() as session:
        minutes_ago = update(Job).where(Job.id != ended[kind, FAILED])
        session.execute(minutes_ago.values(finished_at=Job.finished_at - 301_000))
        board.enqueue_one(session, kind, storage_id)
    assert strike_old(database, 7 * 86400) == 1
    with database.reader() as session:
        left = [(row["kind"], row["state"]) for row in board.find(session, Page()).rows]
    assert sorted(left) == sorted(
        [("sync", DONE), ("sync", FAILED), (kind, FAILED), (kind, "queued")]
    )


@pytest.mark.parametrize("old", [1, 40])
def test_old_jobs_are_struck_off_while_a_job_writes(
    database: Database, queue: JobQueue, storage_id: str, old: int
) -> None:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("one transaction at a time writes there")
    with database.writer() as session:
        keys = {str(number): storage_id for number in range(old)}
        queue.enqueue_all(session, "sync", keys)
        session.execute(update(Job).values(state=DONE, finished_at=1, active_key=None))
        queue.enqueue(session, "sync", storage_id)
    lease = queue.lease("w")
    assert lease is not None
    struck: list[int] = []
    thread = threading.Thread(target=lambda: struck.append(strike_old(database, 3600)))
    with database.writer() as session:
        queue.fence(session, lease)
        thread.start()
        thread.join(5)
        assert struck == [old]
    thread.join(10)
