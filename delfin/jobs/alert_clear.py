"""Keeps the clearing of an alert that nobody could do at once, until it is done."""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session

from delfin.jobs.priority import HIGH
from delfin.jobs.queue import JobQueue

ALERT_CLEAR = "alert_clear"


def request(queue: JobQueue, session: Session, storage_id: str, sequence_number: str) -> str:
    """Queue it in the caller's transaction; the id of the job. One that waits already is the same."""
    # Vendors' numbers may be longer than the key.
    number = hashlib.sha256(sequence_number.encode()).hexdigest()[:32]
    return queue.ensure(
        *(session, ALERT_CLEAR, storage_id),
        payload={"sequence_number": sequence_number},
        priority=HIGH,
        active_key=f"{ALERT_CLEAR}:{storage_id}:{number}",
    )
