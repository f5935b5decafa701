"""What delfin-api and delfin-task have in common: workers, start, stop, readiness."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import redis
from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_log import log
from oslo_service import service, systemd
from oslo_service.backend.base import ServiceBase

from delfin.cmd.parts import Parts
from delfin.conf.load import load
from delfin.coordination.redis_server import RedisServer
from delfin.db import migration
from delfin.health import Check
from delfin.rpc.transport import bus_problem
from delfin.service import Service, register_options

LOG = log.getLogger(__name__)

Build = Callable[[], AbstractContextManager[Sequence[Service]]]


class Daemon(ServiceBase):  # type: ignore[misc] # publishes no types
    """One worker process; what it runs is built after the fork, and no server need be there yet."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._stack = contextlib.ExitStack()
        self._services: list[Service] = []
        self._stopped = threading.Event()

    def start(self) -> None:
        for one in self._stack.enter_context(self._build()):
            one.start()
            self._services.append(one)
        systemd.notify()

    def stop(self) -> None:
        """Stop the last service first, and wait for each: when this returns, the process ends."""
        for one in reversed(self._services):
            one.stop()
            one.wait()
        self._stack.close()
        self._stopped.set()

    def wait(self) -> None:
        self._stopped.wait()

    def reset(self) -> None:
        """A changed configuration reaches new processes, which replace this one."""


class Soon:
    """A service whose start waits for a server: it starts in the background."""

    def __init__(self, inner: Service) -> None:
        self._inner = inner
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._start, name="start", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._started.is_set():
            self._inner.stop()

    def wait(self) -> None:
        if self._started.is_set():
            self._inner.wait()

    def _start(self) -> None:
        self._inner.start()
        self._started.set()


def configure(conf: cfg.ConfigOpts, arguments: Sequence[str]) -> cfg.ConfigOpts:
    """Read the configuration of a daemon.

    Raises:
        ValueError: No database is configured; the default of delfin-standalone is for one process.
    """
    register_options(conf)
    load(conf, arguments)
    if not conf.database.connection:
        raise ValueError("[database] connection is not set")
    return conf


def launch(conf: cfg.ConfigOpts, build: Build, workers: int) -> int:
    """Run the workers until SIGTERM; the exit status. SIGHUP replaces them, with new options."""
    launcher = service.launch(conf, Daemon(build), workers=workers, restart_method="mutate")
    return int(launcher.wait() or 0)


def checks(parts: Parts) -> dict[str, Check]:
    """What a process needs of its surroundings to be ready."""
    found: dict[str, Check] = {
        "database": lambda: _database_problem(parts),
        "message bus": lambda: bus_problem(parts.conf),
    }
    if parts.conf.coordination.backend_type == "redis":
        found["redis"] = lambda: _redis_problem(parts.conf)
    return found


def _database_problem(parts: Parts) -> str | None:
    try:
        current, wanted = migration.versions(parts.database.engine)
    except db_exception.DBError:
        return "cannot be reached"
    if current != wanted:
        return f"has revision {current or 'none'}, wants {wanted}: run 'delfin-manage db upgrade'"
    return None


def _redis_problem(conf: cfg.ConfigOpts) -> str | None:
    client = RedisServer.of(conf).client()
    try:
        client.ping()
    except redis.RedisError:
        return "cannot be reached"
    finally:
        client.close()
    return None
