"""Urgent jobs have places of their own among those of a worker."""

from __future__ import annotations

import threading

import pytest
from oslo_config import cfg

from delfin.db.session import Database
from delfin.jobs.priority import HIGH, URGENT
from delfin.jobs.queue import DONE, QUEUED, RUNNING, JobQueue, Lease
from delfin.jobs.worker import Finished
from tests.unit.jobs.working import in_state, put, row, working
from tests.waiting import wait_until


@pytest.fixture
def queue(database: Database, conf: cfg.ConfigOpts) -> JobQueue:
    conf.set_override("poll_interval", 0.05, "jobs")
    conf.set_override("retry_delay", 0.01, "jobs")
    conf.set_override("lease_time", 0.6, "jobs")
    return JobQueue(database, conf)


def test_urgent_jobs_have_places_that_no_other_job_takes(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("workers", 4, "jobs")
    conf.set_override("urgent_workers", 1, "jobs")
    leave = threading.Event()

    def run(lease: Lease, _stopping: threading.Event) -> Finished:
        if lease.payload.get("hangs"):
            leave.wait(30)
        return Finished(DONE, {})

    with working(database, queue, conf, run) as worker:
        many = [put(database, queue, payload={"hangs": True}) for _ in range(20)]
        worker.ring()
        wait_until(lambda: sum(row(database, one).state == RUNNING for one in many) == 3)
        for _ in range(3):
            urgent = put(database, queue, priority=HIGH)
            worker.ring()
            wait_until(in_state(database, urgent, DONE))
        assert sum(row(database, one).state == RUNNING for one in many) == 3
        ordinary = put(database, queue, priority=HIGH - 1)
        # The places for all are taken by hanging jobs: it cannot have started.
        last = put(database, queue, priority=URGENT)
        worker.ring()
        wait_until(in_state(database, last, DONE))
        assert row(database, ordinary).state == QUEUED
        leave.set()
        wait_until(in_state(database, ordinary, DONE))


def test_urgent_jobs_do_not_take_places_from_the_others(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("workers", 3, "jobs")
    conf.set_override("urgent_workers", 1, "jobs")
    leave = threading.Event()

    def run(_lease: Lease, _stopping: threading.Event) -> Finished:
        leave.wait(30)
        return Finished(DONE, {})

    with working(database, queue, conf, run):
        ids = [put(database, queue, priority=priority) for priority in (HIGH, 0, 0)]
        wait_until(lambda: all(row(database, one).state == RUNNING for one in ids))
        leave.set()
        wait_until(lambda: all(row(database, one).state == DONE for one in ids))


def test_a_worker_with_one_place_does_everything(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("workers", 1, "jobs")
    with working(database, queue, conf, lambda *_: Finished(DONE, {})):
        ids = [put(database, queue, priority=priority) for priority in (-10, 0, URGENT)]
        wait_until(lambda: all(row(database, one).state == DONE for one in ids))
