"""Asks for a reading of an array's alerts: what there is in SODA Delfin as alert sync."""

from __future__ import annotations

from sqlalchemy.orm import Session

from delfin.jobs.priority import NORMAL
from delfin.jobs.queue import JobQueue

ALERT_SYNC = "alert_sync"


def request(
    queue: JobQueue,
    session: Session,
    storage_id: str,
    *,
    begin_time: int = 0,
    end_time: int = 0,
    not_before: int | None = None,
    priority: int = NORMAL,
) -> str:
    """Queue it in the caller's transaction; the id of the job.

    Args:
        queue: Where to.
        session: A transaction that may write.
        storage_id: The array.
        begin_time: Only alerts from then on, epoch milliseconds; 0 for all.
        end_time: Only alerts up to then; 0 for all.
        not_before: Earliest start, epoch milliseconds.
        priority: Higher goes first.

    A request like one that waits or runs already is that one.
    """
    return queue.ensure(
        *(session, ALERT_SYNC, storage_id),
        payload={"begin_time": begin_time, "end_time": end_time},
        not_before=not_before,
        priority=priority,
        active_key=f"{ALERT_SYNC}:{storage_id}:{begin_time}:{end_time}",
    )
