"""What users and operators do with jobs: ask for work, look at it, clear it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from oslo_config import cfg
from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from delfin import exception
from delfin.db.jobs import Job
from delfin.db.query import Listing, Page, find
from delfin.db.session import affected
from delfin.jobs import alert_sync
from delfin.jobs.queue import (
    ACTIVE,
    CANCELLED,
    PARKED,
    QUEUED,
    AlreadyQueuedError,
    JobQueue,
    now_ms,
)

SYNC, REMOVAL = "sync", "removal"

# What is shown of a job; leases are the workers' business.
SHOWN = {
    name: Job.__table__.c[name]
    for name in (
        *("id", "kind", "storage_id", "state", "priority", "not_before", "attempt", "crashes"),
        *("result", "created_at", "updated_at", "started_at", "finished_at"),
    )
}
FILTERS = ("id", "kind", "state", "storage_id")


class JobBoard:
    """Jobs as the API sees them; every method works in the caller's transaction."""

    def __init__(self, queue: JobQueue, conf: cfg.ConfigOpts) -> None:
        self._queue = queue
        self._conf = conf

    def request_sync(self, session: Session, storage_id: str) -> str:
        """Queue a synchronisation of the whole inventory and return the job's id.

        One that waits to be tried again is started now instead; one that is
        older than [DEFAULT] sync_task_expiration is cancelled first.

        Raises:
            exception.StorageIsSyncing: One is queued or running.
        """
        key = f"{SYNC}:{storage_id}"
        waiting = session.scalars(
            select(Job).where(Job.active_key == key).with_for_update()
        ).one_or_none()
        if waiting is not None:
            if waiting.state == QUEUED and waiting.attempt > 0:
                waiting.not_before, waiting.attempt, waiting.payload = now_ms(), 0, {}
                return waiting.id
            if not self._expired(waiting.started_at or waiting.not_before):
                raise exception.StorageIsSyncing(storage_id)
            _cancel(session, Job.id == waiting.id)
        try:
            return self._queue.enqueue(session, SYNC, storage_id, active_key=key)
        except AlreadyQueuedError:
            raise exception.StorageIsSyncing(storage_id) from None

    def request_syncs(self, session: Session, storage_ids: Sequence[str]) -> None:
        """As 'request_sync', for many storages at once; what is queued or running stays as it is."""
        keys = {f"{SYNC}:{storage_id}": storage_id for storage_id in storage_ids}
        known = select(Job.active_key, Job.state, Job.attempt, Job.started_at, Job.not_before)
        one_by_one = []
        found = session.execute(known.where(Job.active_key.in_(keys)))
        for key, state, attempt, started_at, not_before in found:
            storage_id = keys.pop(key or "")
            waits_to_be_tried_again = state == QUEUED and attempt > 0
            if waits_to_be_tried_again or self._expired(started_at or not_before):
                one_by_one.append(storage_id)
        try:
            self._queue.enqueue_all(session, SYNC, keys)
        except AlreadyQueuedError:
            # Somebody else has asked for some of them in this moment.
            one_by_one += keys.values()
        for storage_id in one_by_one:
            with contextlib.suppress(exception.StorageIsSyncing):
                self.request_sync(session, storage_id)

    def _expired(self, since: int) -> bool:
        longest: int = self._conf.sync_task_expiration
        return now_ms() - since > longest * 1000

    def request_alert_sync(
        self, session: Session, storage_id: str, begin_time: int = 0, end_time: int = 0
    ) -> str:
        """Queue a reading of the array's alerts; the job's id. Times in epoch ms, 0 for no bound."""
        return alert_sync.request(
            self._queue, session, storage_id, begin_time=begin_time, end_time=end_time
        )

    def request_removal(self, session: Session, storage_id: str) -> str:
        """Queue the removal of a storage that is a tombstone already; all its other work ends."""
        _cancel(session, Job.storage_id == storage_id, Job.kind != REMOVAL)
        return self._queue.enqueue(
            session, REMOVAL, storage_id, priority=10, active_key=f"{REMOVAL}:{storage_id}"
        )

    def syncing(self, session: Session, storage_ids: list[str]) -> set[str]:
        """Those of the storages whose synchronisation runs or is about to start."""
        busy = select(Job.storage_id).where(Job.storage_id.in_(storage_ids), *_sync_under_way())
        return {storage_id for storage_id in session.scalars(busy) if storage_id is not None}

    def find(self, session: Session, page: Page) -> Listing:
        """One page of jobs, as dicts with the SHOWN columns.

        Raises:
            exception.JobNotFound: There is no job with the marker's id.
        """
        return find(session, SHOWN, page, missing=exception.JobNotFound)

    def get(self, session: Session, job_id: str) -> dict[str, Any]:
        """One job, as a dict with the SHOWN columns.

        Raises:
            exception.JobNotFound: There is none.
        """
        statement = select(*SHOWN.values()).where(Job.id == job_id)
        row = session.execute(statement).mappings().one_or_none()
        if row is None:
            raise exception.JobNotFound(job_id)
        return dict(row)

    def clear(self, session: Session, job_id: str) -> None:
        """Cancel a job that has not ended, and strike one that has off the list.

        Raises:
            exception.JobNotFound: There is none.
            exception.InvalidInput: It is a removal that has not ended: that always finishes.
        """
        job = session.scalars(select(Job).where(Job.id == job_id).with_for_update()).one_or_none()
        if job is None:
            raise exception.JobNotFound(job_id)
        if job.state not in {*ACTIVE, PARKED}:
            session.delete(job)
        elif job.kind == REMOVAL:
            raise exception.InvalidInput("job: a removal cannot be cleared before it has ended")
        else:
            _cancel(session, Job.id == job_id)


def is_syncing(storage_id: ColumnElement[str]) -> ColumnElement[bool]:
    """For a query on storages: whether a synchronisation runs or is about to start."""
    return exists().where(Job.storage_id == storage_id, *_sync_under_way())


def _sync_under_way() -> tuple[ColumnElement[bool], ...]:
    """One that waits to be tried again after a failure does not count."""
    return (
        Job.kind == SYNC,
        Job.state.in_(ACTIVE),
        or_(Job.state != QUEUED, Job.attempt == 0),
    )


def _cancel(session: Session, *which: Any) -> None:
    """End jobs that have not ended; a new generation makes a running holder give up."""
    session.execute(
        update(Job)
        .where(Job.state.in_((*ACTIVE, PARKED)), *which)
        .values(
            state=CANCELLED,
            generation=Job.generation + 1,
            finished_at=now_ms(),
            lease_owner=None,
            lease_until=None,
            active_key=None,
            running_key=None,
        )
    )
    session.expire_all()


def strike_old(session: Session, older_than: float) -> int:
    """Delete jobs that ended more than 'older_than' seconds ago; how many there were."""
    ended = delete(Job).where(
        Job.state.not_in((*ACTIVE, PARKED)),
        Job.finished_at < now_ms() - int(older_than * 1000),
    )
    return affected(session, ended)
