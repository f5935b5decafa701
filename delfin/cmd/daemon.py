"""What the daemons have in common: workers, start, stop, readiness, being seen and watched."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager

import redis
from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_log import log
from oslo_service import service
from oslo_service.backend.base import ServiceBase

from delfin.cmd.parts import Parts
from delfin.conf.load import load
from delfin.coordination.redis_server import RedisServer
from delfin.db import migration
from delfin.health import Check, Health, HealthApp
from delfin.process.metrics import MetricsApp, Readings
from delfin.process.place import Place
from delfin.process.presence import Facts, Presence
from delfin.process.pulse import Pulse
from delfin.process.systemd import Systemd
from delfin.process.watchdog import Watchdog
from delfin.rpc.transport import bus_problem
from delfin.service import Service, register_options

LOG = log.getLogger(__name__)

Inner = Callable[..., Iterable[bytes]]
Build = Callable[[Systemd], AbstractContextManager[Sequence[Service]]]


class Daemon(ServiceBase):  # type: ignore[misc] # publishes no types
    """One worker process; what it runs is built after the fork, and no server need be there yet."""

    def __init__(self, build: Build, systemd: Systemd) -> None:
        self._build = build
        self._systemd = systemd
        self._stack = contextlib.ExitStack()
        self._services: list[Service] = []
        self._stopped = threading.Event()

    def start(self) -> None:
        for one in self._stack.enter_context(self._build(self._systemd)):
            one.start()
            self._services.append(one)
        self._systemd.ready()

    def stop(self) -> None:
        """Stop the last service first, and wait for each: when this returns, the process ends."""
        for one in reversed(self._services):
            began = time.monotonic()
            one.stop()
            one.wait()
            LOG.debug("%s has stopped in %.1f s", type(one).__name__, time.monotonic() - began)
        self._stack.close()
        self._stopped.set()

    def wait(self) -> None:
        self._stopped.wait()

    def reset(self) -> None:
        """Options are read where they are used, so changed ones hold from here on."""


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
    """Run the workers until SIGTERM; the exit status. SIGHUP reads again what is mutable.

    A worker that ends is replaced, with either back end, also when it is the only one.
    """
    systemd = Systemd.taken_from_environment()
    launcher = service.ProcessLauncher(conf, restart_method="mutate")
    launcher.launch_service(Daemon(build, systemd), workers=workers)
    try:
        return int(launcher.wait() or 0)
    finally:
        # The interpreter gives up its signal handlers as it ends: the launcher's limit for stopping
        # would kill a process that has stopped in time.
        signal.alarm(0)


def answering(
    parts: Parts,
    name: str,
    health: Health,
    facts: Facts,
    rest: Inner | None = None,
    readings: Readings = tuple,
) -> HealthApp:
    """What the process answers over HTTP: its health, its numbers, and 'rest' if it serves that."""
    counts = parts.arrays.sessions.counts.read
    return HealthApp(health, MetricsApp(name, facts, counts, rest, readings))


@contextlib.contextmanager
def placed(conf: cfg.ConfigOpts, name: str) -> Iterator[int]:
    """The number of this process among the workers of that name on this node, from 0.

    Raises:
        OSError: The state folder is not usable.
    """
    place = Place(conf.state_path, name)
    try:
        yield place.number
    finally:
        place.release()


def cared_for(
    parts: Parts,
    systemd: Systemd,
    name: str,
    number: int,
    facts: Facts,
    *,
    weight: int = 1,
    pulses: Sequence[Pulse] = (),
    stuck: Callable[[], int] = lambda: 0,
) -> list[Service]:
    """What watches this process and shows it to the others; to start first and to stop last."""
    presence = Presence(parts.conf, parts.database, name, number, facts, weight)
    watchdog = Watchdog(
        parts.conf,
        (presence.pulse, *pulses),
        replace=lambda: os.kill(os.getpid(), signal.SIGTERM),
        stuck_threads=stuck,
        systemd=systemd,
        cuts_off=True,
    )
    return [watchdog, presence]


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
