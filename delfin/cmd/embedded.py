"""Puts all of delfin together in one process: SQLite, in-process bus, locks in files."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from oslo_config import cfg
from oslo_log import log

from delfin.alert_manager.service import AlertService
from delfin.api.server import ApiService
from delfin.cmd.calls import array_call_server
from delfin.cmd.parts import make_parts
from delfin.cmd.rest import application
from delfin.cmd.traps import trap_parts
from delfin.conf.load import load
from delfin.coordination.eviction import LocalEviction
from delfin.coordination.locks import Coordinator
from delfin.coordination.state_lock import StateLock
from delfin.db import array_sessions, migration
from delfin.db.session import Database
from delfin.jobs.queue import JobQueue
from delfin.process.metrics import MetricsApp
from delfin.process.presence import Presence
from delfin.process.systemd import Systemd
from delfin.process.watchdog import Watchdog
from delfin.rpc.doorbell import DoorbellServer
from delfin.service import Service, register_options, tell
from delfin.task_manager.exports import ExportService
from delfin.task_manager.service import TaskService

LOG = log.getLogger(__name__)

NAME = "delfin-standalone"


def configure(conf: cfg.ConfigOpts, arguments: Sequence[str]) -> cfg.ConfigOpts:
    """Read the configuration, with the defaults of a delfin that needs no other server."""
    register_options(conf)
    load(conf, arguments)
    state = Path(conf.state_path).absolute()
    state.mkdir(mode=0o750, parents=True, exist_ok=True)
    conf.set_default("connection", f"sqlite:///{state / 'delfin.db'}", "database")
    # Without authentication, only this machine may ask.
    conf.set_default("delfin_listen", "127.0.0.1")
    return conf


@dataclass(frozen=True)
class Embedded:
    """All services of the process, in the order in which they start."""

    watchdog: Watchdog
    presence: Presence
    task: TaskService
    exports: ExportService
    alert: AlertService
    api: ApiService

    @property
    def all(self) -> Sequence[Service]:
        return (self.watchdog, self.presence, self.exports, self.task, self.alert, self.api)


@contextlib.contextmanager
def services(conf: cfg.ConfigOpts, systemd: Systemd | None = None) -> Iterator[Embedded]:
    """The services, not started yet; what they share is closed at the end of the block.

    Raises:
        delfin.exception.LockAcquisitionFailed: Another process uses the state folder.
        OSError: The port of the API is taken.
    """
    with contextlib.ExitStack() as stack:
        state = StateLock(conf.state_path)
        state.acquire()
        stack.callback(state.release)
        parts = stack.enter_context(make_parts(conf, "inproc://"))
        migration.upgrade(parts.database.engine)
        _resume(parts.database, parts.queue)
        locks = Coordinator(conf)
        locks.start()
        stack.callback(locks.stop)
        eviction = LocalEviction()
        parts.arrays.sessions.join(eviction)
        exports = ExportService(conf, parts.database)
        task = TaskService(conf, parts.database, parts.queue, parts.arrays, exports.outlets)
        bell = DoorbellServer(parts.transport, "standalone")
        bell.add_listener(task.ring)
        bell.add_listener(exports.ring)
        # An ordinary user may not have the port of the traps; the rest is of use all the same.
        traps = trap_parts(parts, "0", must_listen=False)
        bell.add_listener(traps.ring)
        calls = array_call_server(parts, NAME)
        for server in (bell, calls):
            server.start()
            stack.callback(server.wait)
            stack.callback(server.stop)

        def facts() -> dict[str, int]:
            return parts.facts(
                owned_storages=len(parts.storage_ids()),
                running_jobs=task.running,
                stuck_threads=task.stuck,
                refused_messages=bell.refused + calls.refused,
            )

        def shown() -> dict[str, int]:
            return {**facts(), **task.figures()}

        presence = Presence(conf, parts.database, NAME, 0, facts)
        watchdog = Watchdog(
            conf,
            (presence.pulse, *task.pulses),
            # There is nobody else to take its place: the process ends as it does when it is told to.
            replace=lambda: os.kill(os.getpid(), signal.SIGTERM),
            stuck_threads=lambda: task.stuck,
            systemd=systemd,
        )
        rest = application(parts, locks, eviction)
        counts = parts.arrays.sessions.counts.read
        metrics = MetricsApp(
            *(NAME, shown, counts, rest),
            lambda: (*exports.outlets.readings(), *task.readings()),
        )
        api = ApiService(conf, metrics)
        yield Embedded(watchdog, presence, task, exports, AlertService(traps.services), api)


def _resume(database: Database, queue: JobQueue) -> None:
    """Run at once what the process before was cut off from, instead of when its leases end.

    The state lock says that nobody else uses the SQLite file; other databases may be shared.
    """
    if database.engine.dialect.name != "sqlite":
        return
    with database.writer() as session:
        array_sessions.give_all_back(session)
    if orphans := queue.release_orphans():
        LOG.warning("%d jobs were cut off when delfin ended; they are run again", orphans)


class Announcement:
    """Tells the user, and systemd, that all services before it have started."""

    def __init__(self, text: str, systemd: Systemd) -> None:
        self._text = text
        self._systemd = systemd

    def start(self) -> None:
        tell(sys.stdout, self._text)
        self._systemd.ready()

    def stop(self) -> None:
        """There is nothing to stop."""

    def wait(self) -> None:
        """Nor to wait for."""
