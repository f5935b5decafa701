"""Alert sync: reads the alerts that one array holds and merges them into the store."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from oslo_config import cfg
from oslo_log import log
from sqlalchemy.orm import Session

from delfin import exception
from delfin.alerts import merge
from delfin.alerts.merge import Listed, Merged
from delfin.context import get_admin_context
from delfin.db.session import Database
from delfin.drivers.api import DriverAPI
from delfin.jobs import alert_sync
from delfin.jobs.outcome import outcome_of, told
from delfin.jobs.queue import DONE, FAILED, PARTIAL, JobQueue, Lease, LeaseLostError
from delfin.jobs.worker import Finished, Runner
from delfin.task_manager import fenced
from delfin.utils import utcnow_ms

T = TypeVar("T")

LOG = log.getLogger(__name__)


class AlertSyncRunner:
    """Runs jobs of kind 'alert_sync'; their payload may limit the time, in epoch milliseconds."""

    def __init__(
        self, database: Database, queue: JobQueue, drivers: DriverAPI, conf: cfg.ConfigOpts
    ) -> None:
        self._database = database
        self._queue = queue
        self._drivers = drivers
        self._conf = conf

    def __call__(self, lease: Lease, _stopping: threading.Event) -> Finished:
        """List and merge.

        Raises:
            LeaseLostError: The storage is being removed, or the job was cancelled.
        """
        storage_id = lease.storage_id or ""
        try:
            return self._read(lease, storage_id)
        except (exception.StorageNotFound, exception.AccessInfoNotFound):
            raise LeaseLostError(lease.job_id) from None

    def _read(self, lease: Lease, storage_id: str) -> Finished:
        began_at = utcnow_ms()
        try:
            # Drivers differ in what they make of a time range; all of them list everything.
            alerts = self._drivers.list_alerts(get_admin_context(storage_id=storage_id), storage_id)
            listed = Listed(_checked(alerts), began_at, **lease.payload)
            merged = self._write(lease, lambda s: merge.merge(s, storage_id, listed, self._conf))
        except NotImplementedError:
            self._write(lease, lambda s: merge.note_unsupported(s, storage_id))
            return Finished(DONE, {"supported": False})
        except (exception.StorageNotFound, exception.AccessInfoNotFound, LeaseLostError):
            raise
        except Exception as error:  # noqa: BLE001 - drivers raise anything; the table says what next
            unexpected = not isinstance(error, exception.DelfinException)
            LOG.warning("storage %s: alerts cannot be read", storage_id, exc_info=unexpected)
            why = told(error)
            self._write(lease, lambda s: merge.note_failure(s, storage_id, why))
            return Finished(FAILED, why, retry=lease.payload if outcome_of(error).retry else None)
        return _finished(merged, lease)

    def _write(self, lease: Lease, write: Callable[[Session], T]) -> T:
        return fenced.write(self._database, self._queue, lease, write)


def then_alerts(
    runner: Runner, database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> Runner:
    """A runner of inventory syncs that asks for an alert sync after each that read something."""

    def run(lease: Lease, stopping: threading.Event) -> Finished:
        finished = runner(lease, stopping)
        wanted = conf.alerts.sync_after_inventory and finished.state in {DONE, PARTIAL}
        if wanted and lease.storage_id is not None:
            with database.writer() as session:
                alert_sync.request(queue, session, lease.storage_id)
        return finished

    return run


def _checked(alerts: object) -> list[dict[str, object]]:
    if not isinstance(alerts, list | tuple):
        raise exception.InvalidResults(f"list_alerts returned {type(alerts).__name__}, not a list")
    return list(alerts)


def _finished(merged: Merged, lease: Lease) -> Finished:
    result = {"supported": True, "listed": merged.listed, "ended": merged.ended}
    if merged.doubt is None:
        return Finished(DONE, result)
    return Finished(PARTIAL, {**result, "error_msg": merged.doubt}, retry=lease.payload)
