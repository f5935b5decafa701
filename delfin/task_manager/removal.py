"""Removal: deletes all that is stored of an array whose storage is a tombstone already."""

from __future__ import annotations

import threading

from oslo_log import log
from sqlalchemy import delete

from delfin.context import get_admin_context
from delfin.db import storages
from delfin.db.jobs import Job
from delfin.db.session import Database, retried
from delfin.drivers.api import DriverAPI
from delfin.inventory import reconcile
from delfin.inventory.catalog import KINDS
from delfin.inventory.kind import ResourceKind
from delfin.jobs.queue import DONE, JobQueue, Lease
from delfin.jobs.worker import Finished

LOG = log.getLogger(__name__)


class RemovalRunner:
    """Runs jobs of kind 'removal', which are tried until they succeed."""

    def __init__(self, database: Database, queue: JobQueue, drivers: DriverAPI) -> None:
        self._database = database
        self._queue = queue
        self._drivers = drivers

    def __call__(self, lease: Lease, _stopping: threading.Event) -> Finished:
        """Log out, then delete kind by kind, so that no transaction is huge; the tombstone goes last.

        Raises:
            delfin.jobs.queue.LeaseLostError: Another worker has the job.
        """
        storage_id = lease.storage_id
        if storage_id is None:
            # An earlier attempt got as far as the tombstone.
            return Finished(DONE, {})
        self._drivers.remove_storage(get_admin_context(storage_id=storage_id), storage_id)
        for kind in KINDS:
            self._forget_kind(lease, storage_id, kind)
        self._forget_storage(lease, storage_id)
        LOG.info("storage %s is removed", storage_id)
        return Finished(DONE, {"removed_storage": storage_id})

    @retried
    def _forget_kind(self, lease: Lease, storage_id: str, kind: ResourceKind) -> None:
        with self._database.writer() as session:
            self._queue.fence(session, lease)
            reconcile.forget(session, kind, storage_id)

    @retried
    def _forget_storage(self, lease: Lease, storage_id: str) -> None:
        with self._database.writer() as session:
            self._queue.fence(session, lease)
            session.execute(delete(Job).where(Job.storage_id == storage_id, Job.id != lease.job_id))
            storages.forget(session, storage_id)
