"""Tells an array that somebody has taken one of its alerts up, as jobs of kind 'alert_acknowledge'."""

from __future__ import annotations

import threading
from typing import NamedTuple

from delfin import exception
from delfin.alerts.words import ACKNOWLEDGED, BY_SYNC
from delfin.context import get_admin_context
from delfin.db.alerts import Alert
from delfin.db.session import Database
from delfin.drivers.api import DriverAPI
from delfin.jobs import alert_sync
from delfin.jobs.outcome import told
from delfin.jobs.priority import HIGH
from delfin.jobs.queue import DONE, FAILED, JobQueue, Lease, LeaseLostError
from delfin.jobs.worker import Finished
from delfin.task_manager import fenced

_NEVER_LISTED = (
    "The array did not list the alert, so it has ended here before the array had told its number "
    "of it. If the condition goes on, acknowledge the alert that the array lists for it."
)


class _Known(NamedTuple):
    """What the store knows of the alert.

    Attributes:
        is_taken_up: It lasts, and somebody has taken it up.
        sequence_number: The array's own.
        was_never_listed: It was taken up, and ended only because no listing showed it.
    """

    is_taken_up: bool
    sequence_number: str | None
    was_never_listed: bool


class AlertAcknowledgeRunner:
    """Goes by what the store says when the job runs: it may have been given back, or have ended."""

    def __init__(self, database: Database, queue: JobQueue, drivers: DriverAPI) -> None:
        self._database = database
        self._queue = queue
        self._drivers = drivers

    def __call__(self, lease: Lease, _stopping: threading.Event) -> Finished:
        """Tell it; the queue tries again after an error of the array.

        Raises:
            LeaseLostError: The storage is being removed, or the job was cancelled.
            exception.DelfinException: What the array said.
        """
        storage_id, known = lease.storage_id or "", self._known(lease.payload["alert_id"])
        if known.was_never_listed:
            why = exception.DelfinException(message=_NEVER_LISTED)
            return Finished(FAILED, {"told": False, **told(why)})
        if not known.is_taken_up:
            return Finished(DONE, {"told": False})
        try:
            if not known.sequence_number:
                return self._asking_for_the_number(lease, storage_id)
            self._drivers.acknowledge_alert(
                get_admin_context(storage_id=storage_id), storage_id, known.sequence_number
            )
        except (exception.StorageNotFound, exception.AccessInfoNotFound):
            raise LeaseLostError(lease.job_id) from None
        except NotImplementedError:
            error = exception.OperationNotSupported(storage_id, "acknowledging alerts")
            return Finished(FAILED, told(error))
        return Finished(DONE, {"told": True})

    def _known(self, alert_id: str) -> _Known:
        with self._database.reader() as session:
            alert = session.get(Alert, alert_id)
            if alert is None:
                return _Known(is_taken_up=False, sequence_number=None, was_never_listed=False)
            number, ended_by = alert.sequence_number, alert.cleared_by
            never = not number and ended_by == BY_SYNC and alert.acknowledged_at is not None
            return _Known(alert.state == ACKNOWLEDGED, number, never)

    def _asking_for_the_number(self, lease: Lease, storage_id: str) -> Finished:
        """A trap may not have told it, and the listing does: it is known when this is tried again."""
        fenced.write(
            *(self._database, self._queue, lease),
            lambda session: alert_sync.request(self._queue, session, storage_id, priority=HIGH),
        )
        why = exception.DelfinException(message="The array has not told its number of the alert.")
        return Finished(FAILED, told(why), retry=lease.payload)
