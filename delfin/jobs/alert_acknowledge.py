"""Has an array told that somebody has taken one of its alerts up."""

from __future__ import annotations

from sqlalchemy.orm import Session

from delfin.db.alerts import Alert
from delfin.jobs.priority import HIGH
from delfin.jobs.queue import JobQueue

ALERT_ACKNOWLEDGE = "alert_acknowledge"


def request(queue: JobQueue, session: Session, storage_id: str, alert: Alert) -> str:
    """Queue it in the caller's transaction; the id of the job. One that waits already is the same.

    An alert that was given back and taken up anew is told again, whatever a job that runs has seen.
    """
    return queue.ensure(
        *(session, ALERT_ACKNOWLEDGE, storage_id),
        payload={"alert_id": alert.id},
        priority=HIGH,
        active_key=f"{ALERT_ACKNOWLEDGE}:{alert.id}:{alert.acknowledged_at}",
    )
