"""Writes of a job about a storage: they count only while the job is ours and the storage lives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from delfin.db import storages
from delfin.db.session import Database, retried
from delfin.jobs.queue import JobQueue, Lease

T = TypeVar("T")


def write(database: Database, queue: JobQueue, lease: Lease, change: Callable[[Session], T]) -> T:
    """One transaction, let through only while the lease holds and the storage lives.

    Raises:
        delfin.jobs.queue.LeaseLostError: Somebody else has the job, or it was cancelled.
        delfin.exception.StorageNotFound: The storage is being removed.
    """

    @retried
    def attempt() -> T:
        with database.writer() as session:
            queue.fence(session, lease)
            storages.get(session, lease.storage_id or "", lock=True)
            return change(session)

    return attempt()


def check(database: Database, queue: JobQueue, lease: Lease) -> None:
    """Let what is written elsewhere go on only while the lease holds and the storage lives.

    Raises:
        As 'write'.
    """
    with database.reader() as session:
        queue.check(session, lease)
        storages.get(session, lease.storage_id or "")
