"""Keeps the row of this process in the list of services, for as long as it lives."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any
from uuid import uuid4

from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_log import log

from delfin.db import services
from delfin.db.base import utcnow
from delfin.db.session import Database, retried
from delfin.process.pulse import Pulse

LOG = log.getLogger(__name__)

# How the process stands: columns of the table, by name.
Facts = Callable[[], Mapping[str, int]]
# Seconds; a database that is away must not keep a process from ending.
_LEAVE_WITHIN = 2.0


class Presence:
    """A service that shows this process to the others while it runs.

    Make it in the process itself: its id is new for each object, so two processes are two rows,
    also in containers of one host name.
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        database: Database,
        process: str,
        worker: int,
        facts: Facts,
        weight: int = 1,
    ) -> None:
        self.id = str(uuid4())
        self.pulse = Pulse("heartbeat")
        self._conf = conf
        self._database = database
        self._facts = facts
        self._fixed: dict[str, Any] = {
            "node": socket.gethostname(),
            "process": process,
            "pid": os.getpid(),
            "worker": worker,
            "version": version("delfin"),
            "weight": weight,
            "started_at": utcnow(),
        }
        self._away = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)

    def start(self) -> None:
        """Does not wait for the database."""
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def wait(self) -> None:
        """Returns when the row is gone, or cannot be taken away in time."""
        self._thread.join(_LEAVE_WITHIN)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._try(self._beat)
            pause: float = self._conf.report_interval
            self.pulse.beat(pause)
            self._stopping.wait(pause)
        self._try(self._leave)

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except db_exception.DBError as error:
            if not self._away:
                LOG.warning(
                    "This process cannot show itself to the others: %s", type(error).__name__
                )
            self._away = True
        except Exception:  # noqa: BLE001 - whatever a fact raised, the next heartbeat may do better
            LOG.exception("a heartbeat of this process failed")
        else:
            self._away = False

    @retried
    def _beat(self) -> None:
        facts = {**self._fixed, **self._facts()}
        with self._database.writer() as session:
            services.beat(session, self.id, facts)
            services.strike_silent(session, self._conf.service_keep_time)

    @retried
    def _leave(self) -> None:
        with self._database.writer() as session:
            services.leave(session, self.id)
