"""A worker runs what is queued, tries again as the table says, and stops without losing work."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from oslo_config import cfg
from sqlalchemy import select

from delfin import exception
from delfin.db.jobs import Job
from delfin.db.session import Database
from delfin.jobs.queue import DONE, FAILED, QUEUED, RUNNING, JobQueue, Lease
from delfin.jobs.worker import Finished, Runner, StoppedError, Worker
from tests.waiting import wait_until


@pytest.fixture
def queue(database: Database, conf: cfg.ConfigOpts) -> JobQueue:
    conf.set_override("poll_interval", 0.05, "jobs")
    conf.set_override("retry_delay", 0.01, "jobs")
    conf.set_override("lease_time", 0.6, "jobs")
    return JobQueue(database, conf)


@contextmanager
def working(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts, run: Runner
) -> Iterator[Worker]:
    worker = Worker(database, queue, {"sync": run}, conf)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()
        worker.wait(5)


def put(database: Database, queue: JobQueue, **more: Any) -> str:
    with database.writer() as session:
        return queue.enqueue(session, "sync", None, **more)


def row(database: Database, job_id: str) -> Job:
    with database.reader() as session:
        job = session.scalars(select(Job).where(Job.id == job_id)).one()
        session.expunge(job)
        return job


def in_state(database: Database, job_id: str, state: str) -> Callable[[], bool]:
    return lambda: row(database, job_id).state == state


def test_queued_jobs_are_run(database: Database, queue: JobQueue, conf: cfg.ConfigOpts) -> None:
    def run(lease: Lease, _stopping: threading.Event) -> Finished:
        return Finished(DONE, {"seen": lease.payload})

    with working(database, queue, conf, run):
        ids = [put(database, queue, payload={"n": n}) for n in range(5)]
        wait_until(lambda: all(row(database, i).state == DONE for i in ids))
    assert [row(database, i).result for i in ids] == [{"seen": {"n": n}} for n in range(5)]


def test_the_bell_starts_a_job_before_the_next_look(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("poll_interval", 600.0, "jobs")
    with working(database, queue, conf, lambda *_: Finished(DONE, {})) as worker:
        first = put(database, queue)
        worker.ring()
        wait_until(in_state(database, first, DONE))
        second = put(database, queue)
        worker.ring()
        wait_until(in_state(database, second, DONE))


def test_errors_are_tried_again_as_often_as_the_limit_says(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("retry_limit", 2, "jobs")
    attempts = []

    def run(lease: Lease, _stopping: threading.Event) -> Finished:
        attempts.append(lease.attempt)
        raise exception.ConnectTimeout

    with working(database, queue, conf, run):
        job_id = put(database, queue)
        wait_until(in_state(database, job_id, FAILED))
    assert attempts == [1, 2, 3]
    assert (row(database, job_id).result or {})["error_code"] == "ConnectTimeout"


def test_errors_that_need_a_person_are_not_tried_again(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    def run(_lease: Lease, _stopping: threading.Event) -> Finished:
        raise exception.InvalidUsernameOrPassword

    with working(database, queue, conf, run):
        job_id = put(database, queue)
        wait_until(in_state(database, job_id, FAILED))
    assert row(database, job_id).attempt == 1


def test_a_bug_ends_the_job_and_not_the_worker(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("retry_limit", 0, "jobs")

    def run(lease: Lease, _stopping: threading.Event) -> Finished:
        return Finished(DONE, {"n": 1 // lease.payload["n"]})

    with working(database, queue, conf, run):
        bad, good = put(database, queue, payload={"n": 0}), put(database, queue, payload={"n": 1})
        wait_until(in_state(database, bad, FAILED))
        wait_until(in_state(database, good, DONE))
    assert "ZeroDivisionError" in (row(database, bad).result or {})["error_msg"]


def test_a_long_job_keeps_its_lease(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    leave = threading.Event()

    def run(_lease: Lease, _stopping: threading.Event) -> Finished:
        leave.wait(30)
        return Finished(DONE, {})

    with working(database, queue, conf, run):
        job_id = put(database, queue)
        wait_until(in_state(database, job_id, RUNNING))
        first_end = row(database, job_id).lease_until or 0
        wait_until(lambda: (row(database, job_id).lease_until or 0) > first_end + 600)
        assert queue.lease("another") is None
        leave.set()
        wait_until(in_state(database, job_id, DONE))
    assert row(database, job_id).attempt == 1


def test_a_job_whose_process_died_runs_alone(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("lease_time", 60.0, "jobs")
    leave, running = threading.Event(), Counter[str]()
    seen: list[tuple[str, int]] = []

    def run(lease: Lease, _stopping: threading.Event) -> Finished:
        running[lease.job_id] += 1
        seen.append((lease.job_id, running.total()))
        if lease.job_id == calm:
            leave.wait(30)
        running[lease.job_id] -= 1
        return Finished(DONE, {})

    calm = put(database, queue, priority=9)
    with working(database, queue, conf, run) as worker:
        wait_until(lambda: (calm, 1) in seen)
        with database.writer() as session:
            suspect = queue.enqueue(session, "sync", None, priority=5)
            session.get_one(Job, suspect).crashes = 1
        later = put(database, queue)
        worker.ring()
        wait_until(in_state(database, suspect, RUNNING))
        assert [job_id for job_id, _ in seen] == [calm]
        leave.set()
        wait_until(in_state(database, later, DONE))
    assert [job_id for job_id, _ in seen] == [calm, suspect, later]
    assert dict(seen)[suspect] == 1


def test_a_stopping_worker_hands_its_job_back(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    started = threading.Event()

    def run(_lease: Lease, stopping: threading.Event) -> Finished:
        started.set()
        assert stopping.wait(30)
        raise StoppedError

    with working(database, queue, conf, run):
        job_id = put(database, queue)
        assert started.wait(10)
    back = row(database, job_id)
    assert (back.state, back.attempt) == (QUEUED, 0)


def test_a_job_that_hangs_is_handed_back_and_can_write_nothing_later(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    started, leave = threading.Event(), threading.Event()

    def run(_lease: Lease, _stopping: threading.Event) -> Finished:
        started.set()
        leave.wait(60)
        return Finished(DONE, {})

    worker = Worker(database, queue, {"sync": run}, conf)
    worker.start()
    job_id = put(database, queue)
    worker.ring()
    assert started.wait(10)
    before = time.monotonic()
    worker.stop()
    worker.wait(0.5)
    assert time.monotonic() - before < 5
    assert row(database, job_id).state == QUEUED
    leave.set()
    wait_until(lambda: not any(t.name == "job" for t in threading.enumerate()))
    assert row(database, job_id).state == QUEUED
