"""A worker at work on a queue, for stories about workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from oslo_config import cfg
from sqlalchemy import select

from delfin.db.jobs import Job
from delfin.db.session import Database
from delfin.jobs.queue import JobQueue
from delfin.jobs.worker import Runner, Worker


@contextmanager
def working(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts, run: Runner, **more: Any
) -> Iterator[Worker]:
    worker = Worker(database, queue, {"sync": run, "removal": run}, conf, **more)
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
