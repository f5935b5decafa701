"""The task service: a worker for jobs, to be woken by the doorbell, and what runs beside it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Protocol

from oslo_config import cfg
from oslo_service.backend.base import ServiceBase

from delfin.db.session import Database
from delfin.drivers.api import DriverAPI
from delfin.jobs.alert_acknowledge import ALERT_ACKNOWLEDGE
from delfin.jobs.alert_clear import ALERT_CLEAR
from delfin.jobs.alert_sync import ALERT_SYNC
from delfin.jobs.board import REMOVAL, JobBoard
from delfin.jobs.collect import COLLECT
from delfin.jobs.queue import JobQueue, Mine, anybodys
from delfin.jobs.report import REPORT
from delfin.jobs.sync_requests import SYNC
from delfin.jobs.timetable import Timetable
from delfin.jobs.worker import Runner, Worker
from delfin.process.pulse import Pulse
from delfin.task_manager.alert_acknowledge import AlertAcknowledgeRunner
from delfin.task_manager.alert_clear import AlertClearRunner
from delfin.task_manager.alert_sync import AlertSyncRunner, then_alerts
from delfin.task_manager.collection.runner import CollectRunner
from delfin.task_manager.collection_defaults import CollectionDefaults
from delfin.task_manager.collection_watch import CollectionWatch
from delfin.task_manager.history import keeping_loop
from delfin.task_manager.probe import PROBE, Prober, ProbeRunner
from delfin.task_manager.profile_watch import ProfileWatch
from delfin.task_manager.removal import RemovalRunner
from delfin.task_manager.report import ReportRunner
from delfin.task_manager.report_watch import ReportWatch
from delfin.task_manager.scheduler import Scheduler
from delfin.task_manager.sync import SyncRunner
from delfin.telemetry.samples import Sink

# Of the time that a service has to stop: logging out of the arrays needs the rest.
_JOBS_MAY_TAKE = 5.0


class Beside(Protocol):
    """A thread of its own beside the worker's."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def wait(self, longest: float) -> None: ...


class TaskService(ServiceBase):  # type: ignore[misc] # publishes no types
    """Runs jobs against arrays until it is stopped; then it logs out of all of them."""

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        database: Database,
        queue: JobQueue,
        drivers: DriverAPI,
        sink: Sink,
        mine: Mine = anybodys,
        place: tuple[int, int] = (0, 1),
    ) -> None:
        """'sink' takes the samples that are collected; it is started and stopped elsewhere.

        'mine' says which storages this process owns; it prefers their jobs. 'place' is its
        number among the processes of the node, and how many these are.
        """
        sync = SyncRunner(database, queue, drivers, conf)
        collecting = CollectRunner(database, queue, drivers, conf, sink)
        report = ReportRunner(database, drivers, conf)
        runners: dict[str, Runner] = {
            SYNC: then_alerts(sync, database, queue, conf),
            ALERT_SYNC: AlertSyncRunner(database, queue, drivers, conf),
            COLLECT: collecting,
            ALERT_CLEAR: AlertClearRunner(database, drivers),
            ALERT_ACKNOWLEDGE: AlertAcknowledgeRunner(database, queue, drivers),
            REMOVAL: RemovalRunner(database, queue, drivers),
            PROBE: ProbeRunner(drivers),
            REPORT: report,
        }
        self._drivers = drivers
        epitaphs = {
            SYNC: sync.write_epitaph,
            COLLECT: collecting.write_epitaph,
            REPORT: report.write_epitaph,
        }
        self._worker = Worker(database, queue, runners, conf, mine, place, epitaphs)
        timetable = Timetable(database, JobBoard(queue, conf), conf)
        self._scheduler = Scheduler(conf, timetable, mine, self._worker.ring)
        self._report_watch = ReportWatch(database, conf, mine)
        self._collection_watch = CollectionWatch(database, mine)
        self._waited_until = 0.0
        self.readings = collecting.figures.readings
        # What asks for jobs, and looks after what they leave.
        self._beside: tuple[Beside, ...] = (
            self._scheduler,
            Prober(database, queue, conf),
            CollectionDefaults(conf, database, drivers, timetable, mine, self._scheduler.hurry),
            self._report_watch,
            self._collection_watch,
            ProfileWatch(database, conf),
            keeping_loop(conf, database, mine),
        )

    @property
    def pulses(self) -> tuple[Pulse, ...]:
        """Signs of life of its loops."""
        return self._worker.pulses

    @property
    def running(self) -> int:
        """Jobs under way."""
        return self._worker.running

    @property
    def stuck(self) -> int:
        """Threads that hang in jobs over their deadline."""
        return self._worker.stuck

    def figures(self) -> Mapping[str, int]:
        """How old the reports and collections of its storages are, and how they stand."""
        return {**self._report_watch.figures(), **self._collection_watch.figures()}

    def ring(self) -> None:
        """Look for work now, and for schedules that have changed."""
        self._worker.ring()
        self._scheduler.hurry()

    def start(self) -> None:
        self._worker.start()
        for one in self._beside:
            one.start()

    def stop(self) -> None:
        self._waited_until = time.monotonic() + _JOBS_MAY_TAKE
        # Jobs that run need the time most.
        self._worker.stop()
        for one in self._beside:
            one.stop()

    def wait(self) -> None:
        for one in (*self._beside, self._worker):
            one.wait(max(0.0, self._waited_until - time.monotonic()))
        self._drivers.sessions.close()

    def reset(self) -> None:
        """Nothing is kept that a new configuration would change."""
