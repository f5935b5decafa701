"""Asks for a collection of an array's performance data: what waits for an array is one job."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from delfin.db.jobs import Job
from delfin.jobs.priority import NORMAL
from delfin.jobs.queue import QUEUED, AlreadyQueuedError, JobQueue, now_ms

COLLECT = "collect"


def request(
    queue: JobQueue,
    session: Session,
    storage_id: str,
    resource_types: Iterable[str] = (),
    *,
    priority: int = NORMAL,
    at_once: bool = False,
) -> str:
    """Queue it in the caller's transaction; the id of the job.

    Args:
        queue: Where to.
        session: A transaction that may write; run it with 'retried'.
        storage_id: The array.
        resource_types: What is due, in the words of constants.ResourceType; none: all that is
            configured.
        priority: How urgent it is.
        at_once: Also while the last tries have failed and the next is to come later.

    A job that waits already does this as well. One that runs does not: it may have read the
    array before, so another one follows it.
    """
    payload = _payload(resource_types, at_once=at_once)
    key = f"{COLLECT}:{storage_id}"
    known = ""
    for active_key in (key, f"{key}:next"):
        if waiting := _merge(session, storage_id, payload, priority):
            return waiting
        try:
            return queue.enqueue(
                *(session, COLLECT, storage_id),
                payload=payload,
                priority=priority,
                active_key=active_key,
            )
        except AlreadyQueuedError as taken:
            known = taken.job_id
    # Another one has asked in this moment; what is missing is read with the next one at the latest.
    return _merge(session, storage_id, payload, priority) or known


def _payload(resource_types: Iterable[str], *, at_once: bool) -> dict[str, Any]:
    return {"resource_types": sorted(set(resource_types)), "at_once": at_once}


def _merge(session: Session, storage_id: str, payload: dict[str, Any], priority: int) -> str | None:
    """Make a job that waits do this too; its id, or None when there is none."""
    wanted = select(Job).where(
        Job.storage_id == storage_id, Job.kind == COLLECT, Job.state == QUEUED
    )
    job = session.scalars(
        wanted.limit(1).with_for_update().execution_options(populate_existing=True)
    ).first()
    if job is None:
        return None
    both = (job.payload.get("resource_types") or [], payload["resource_types"])
    job.payload = _payload(
        (*both[0], *both[1]) if all(both) else (),
        at_once=job.payload.get("at_once", False) or payload["at_once"],
    )
    job.priority = max(job.priority, priority)
    # It waits because it broke down; it knows by itself how long the array is to be left alone.
    job.not_before, job.attempt = min(job.not_before, now_ms()), 0
    session.flush()
    return job.id
