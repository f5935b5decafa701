"""Clears an alert at its array and in the store: at once, or as a job when nobody could."""

from __future__ import annotations

import threading

from delfin import exception
from delfin.alerts import store
from delfin.alerts.words import BY_USER
from delfin.context import get_admin_context
from delfin.db.alerts import Alert
from delfin.db.session import Database, retried
from delfin.drivers.api import DriverAPI
from delfin.jobs.outcome import told
from delfin.jobs.queue import DONE, FAILED, Lease, LeaseLostError
from delfin.jobs.worker import Finished


def clear(database: Database, drivers: DriverAPI, storage_id: str, sequence_number: str) -> None:
    """At the array, then in the store; the exporters hear of it.

    Raises:
        exception.OperationNotSupported: The driver cannot.
        exception.DelfinException: What the array said; the store is as before then.
    """
    try:
        drivers.clear_alert(get_admin_context(storage_id=storage_id), storage_id, sequence_number)
    except NotImplementedError:
        raise exception.OperationNotSupported(storage_id, "clearing alerts") from None

    @retried
    def attempt() -> None:
        with database.writer() as session:
            which = (Alert.storage_id == storage_id) & (
                Alert.sequence_number == sequence_number.replace("\0", "\ufffd")
            )
            store.clear(session, which, BY_USER)

    attempt()


class AlertClearRunner:
    """Runs jobs of kind 'alert_clear': clears that were accepted while nobody could do them."""

    def __init__(self, database: Database, drivers: DriverAPI) -> None:
        self._database = database
        self._drivers = drivers

    def __call__(self, lease: Lease, _stopping: threading.Event) -> Finished:
        """Clear it; the queue tries again after an error of the array.

        Raises:
            LeaseLostError: The storage is being removed.
            exception.DelfinException: What the array said.
        """
        storage_id, number = lease.storage_id or "", lease.payload["sequence_number"]
        try:
            clear(self._database, self._drivers, storage_id, number)
        except (exception.StorageNotFound, exception.AccessInfoNotFound):
            raise LeaseLostError(lease.job_id) from None
        except exception.OperationNotSupported as error:
            return Finished(FAILED, told(error))
        return Finished(DONE, {})
