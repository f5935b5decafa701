"""Probes: arrays without access are tried again by themselves, at the pace that each state allows."""

from __future__ import annotations

import threading
import time

from oslo_config import cfg

from delfin import exception
from delfin.context import get_admin_context
from delfin.coordination.loop import Loop, Looping
from delfin.db import access_state
from delfin.db.session import Database, retried
from delfin.drivers.api import DriverAPI
from delfin.jobs.outcome import told
from delfin.jobs.queue import DONE, FAILED, AlreadyQueuedError, JobQueue, Lease
from delfin.jobs.worker import Finished

PROBE = "probe"
# Seconds between two looks at whose time has come, and how many are queued at a look.
_LOOK_AGAIN = 5.0
_MOST = 200


class ProbeRunner:
    """Runs jobs of kind 'probe': one call to the array; the access state keeps what came of it."""

    def __init__(self, drivers: DriverAPI) -> None:
        self._drivers = drivers

    def __call__(self, lease: Lease, _stopping: threading.Event) -> Finished:
        """Never tried again as a job: the next probe comes by itself."""
        storage_id = lease.storage_id or ""
        context = get_admin_context(storage_id=storage_id)
        try:
            self._drivers.check_access(context, storage_id)
        except (exception.StorageNotFound, exception.AccessInfoNotFound):
            return Finished(DONE, {})
        except Exception as error:  # noqa: BLE001 - drivers raise anything; it is the probe's result
            return Finished(FAILED, told(error))
        return Finished(DONE, {})


class Prober(Looping):
    """Queues probes that are due. Every process does: the key of a job keeps it from being twice."""

    def __init__(self, database: Database, queue: JobQueue, conf: cfg.ConfigOpts) -> None:
        self._database = database
        self._queue = queue
        options = conf.storage_driver
        pause = min(
            options.probe_interval, options.unreachable_interval, options.session_limit_interval
        )
        self._retry = int(pause * 1000)
        self._loop = Loop("probes", self.queue_due, min(_LOOK_AGAIN, pause / 4))

    def queue_due(self) -> None:
        with self._database.reader() as session:
            due = access_state.due(session, _now(), _MOST)
        for storage_id in due:
            self._queue_one(storage_id)

    @retried
    def _queue_one(self, storage_id: str) -> None:
        with self._database.writer() as session:
            row = access_state.locked(session, storage_id)
            if row.state == access_state.OK or row.next_probe > _now():
                return
            # Until its outcome says when: it may wait for a worker, or find no session free.
            row.next_probe = _now() + self._retry
            key = f"{PROBE}:{storage_id}"
            try:
                self._queue.enqueue(session, PROBE, storage_id, active_key=key)
            except AlreadyQueuedError:
                return


def _now() -> int:
    return time.time_ns() // 1_000_000
