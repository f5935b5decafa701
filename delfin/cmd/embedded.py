"""Puts all of delfin together in one process: SQLite, in-process bus, locks in files."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from oslo_config import cfg
from oslo_log import log

from delfin.api.server import ApiService
from delfin.cmd.parts import make_parts
from delfin.conf.load import load
from delfin.coordination.eviction import LocalEviction
from delfin.coordination.locks import Coordinator
from delfin.coordination.state_lock import StateLock
from delfin.db import migration
from delfin.db.session import Database
from delfin.jobs.queue import JobQueue
from delfin.rpc.doorbell import DoorbellServer
from delfin.service import register_options, tell
from delfin.task_manager.service import TaskService

LOG = log.getLogger(__name__)


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


@contextlib.contextmanager
def services(conf: cfg.ConfigOpts) -> Iterator[tuple[ApiService, TaskService]]:
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
        eviction.subscribe(parts.arrays.sessions)
        task = TaskService(conf, parts.database, parts.queue, parts.arrays)
        bell = DoorbellServer(parts.transport, "standalone")
        bell.add_listener(task.ring)
        bell.start()
        stack.callback(bell.wait)
        stack.callback(bell.stop)
        yield ApiService(conf, parts.application(locks, eviction)), task


def _resume(database: Database, queue: JobQueue) -> None:
    """Run at once what the process before was cut off from, instead of when its leases end.

    The state lock says that nobody else uses the SQLite file; other databases may be shared.
    """
    if database.engine.dialect.name == "sqlite" and (orphans := queue.release_orphans()):
        LOG.warning("%d jobs were cut off when delfin ended; they are run again", orphans)


class Announcement:
    """Tells the user that all services before it have started."""

    def __init__(self, text: str) -> None:
        self._text = text

    def start(self) -> None:
        tell(sys.stdout, self._text)

    def stop(self) -> None:
        """There is nothing to stop."""

    def wait(self) -> None:
        """Nor to wait for."""
