"""The task service: a worker for jobs, to be woken by the doorbell."""

from __future__ import annotations

from oslo_config import cfg
from oslo_service.backend.base import ServiceBase

from delfin.db.session import Database
from delfin.drivers.api import DriverAPI
from delfin.jobs.board import REMOVAL, SYNC
from delfin.jobs.queue import JobQueue, Mine, anybodys
from delfin.jobs.worker import Runner, Worker
from delfin.task_manager.removal import RemovalRunner
from delfin.task_manager.sync import SyncRunner

# Of the time that a service has to stop: logging out of the arrays needs the rest.
_JOBS_MAY_TAKE = 5.0


class TaskService(ServiceBase):  # type: ignore[misc] # publishes no types
    """Runs jobs against arrays until it is stopped; then it logs out of all of them."""

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        database: Database,
        queue: JobQueue,
        drivers: DriverAPI,
        mine: Mine = anybodys,
    ) -> None:
        """'mine' says which storages this process owns; it prefers their jobs."""
        runners: dict[str, Runner] = {
            SYNC: SyncRunner(database, queue, drivers, conf),
            REMOVAL: RemovalRunner(database, queue, drivers),
        }
        self._drivers = drivers
        self._worker = Worker(database, queue, runners, conf, mine)

    def ring(self) -> None:
        """Look for work now."""
        self._worker.ring()

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._worker.stop()

    def wait(self) -> None:
        self._worker.wait(_JOBS_MAY_TAKE)
        self._drivers.sessions.close()

    def reset(self) -> None:
        """Nothing is kept that a new configuration would change."""
