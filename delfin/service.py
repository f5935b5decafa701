"""Several services in one process: start, wait for a signal, stop within a time limit.

For delfin-standalone. A service is an oslo.service ServiceBase: start, stop, wait, reset.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn, Protocol, TextIO

from oslo_config import cfg
from oslo_log import log
from oslo_service import backend, opts

LOG = log.getLogger(__name__)

BACKEND_VARIABLE = "DELFIN_SERVICE_BACKEND"
# Systems give a stopped service about ten seconds before they kill it.
_GRACEFUL_TIMEOUT = 8


class Service(Protocol):
    """What runs here; oslo.service calls it ServiceBase."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def wait(self) -> None: ...


class Together:
    """Services that are started and stopped as one: all are told to stop before one is waited for.

    They start in the order given and stop in the opposite one.
    """

    def __init__(self, parts: Sequence[Service] = ()) -> None:
        self._parts = tuple(parts)
        self._started: list[Service] = []

    def start(self) -> None:
        """Raises what a part raises that cannot start; those before it are stopped then."""
        for part in self._parts:
            try:
                part.start()
            except Exception:
                self.stop()
                self.wait()
                raise
            self._started.append(part)

    def stop(self) -> None:
        """Does not wait for it. A part that fails to stop does not keep the others from it."""
        for part in reversed(self._started):
            try:
                part.stop()
            except Exception:  # noqa: BLE001 - see above
                LOG.exception("%s did not stop cleanly", type(part).__name__)

    def wait(self) -> None:
        while self._started:
            self._started.pop().wait()


def select_backend() -> None:
    """Chooses how services run at the same time, from DELFIN_SERVICE_BACKEND.

    Threads by default, or `eventlet`. First call of a console script, before anything imports
    oslo_service.service or oslo_messaging, which would choose for themselves. Raises ValueError.
    """
    name = os.environ.get(BACKEND_VARIABLE) or "threading"
    if name not in {"threading", "eventlet"}:
        raise ValueError(f"{BACKEND_VARIABLE} is 'threading' or 'eventlet', not {name!r}")
    chosen = backend.BackendType(name)
    with warnings.catch_warnings():
        # Printed at each start although only futurist looks whether eventlet is there.
        warnings.filterwarnings("ignore", r"\s*Eventlet is deprecated")
        if chosen is backend.BackendType.EVENTLET:
            import eventlet  # noqa: PLC0415 - importing it has effects

            # libpq waits in C, where no other greenthread runs; in Python psycopg waits itself.
            os.environ.setdefault("PSYCOPG_IMPL", "python")
            eventlet.monkey_patch()
        backend.init_backend(chosen)


def register_options(conf: cfg.ConfigOpts) -> None:
    """Registers the options of oslo.service, with a graceful timeout that suits init systems."""
    opts.register_service_opts(conf)
    conf.set_default("graceful_shutdown_timeout", _GRACEFUL_TIMEOUT)


def run(conf: cfg.ConfigOpts, services: Sequence[Service], failure: Callable[[], str] = str) -> int:
    """Runs the services until SIGTERM or SIGINT; returns the exit status of the process.

    SIGHUP reads the mutable options again. 'failure' tells at the end why the process had to be
    stopped, if it did not work any more: the status is 1 then.

    They start in the order given and stop in the opposite one, together within
    `graceful_shutdown_timeout` seconds (0: without limit); what is busy then is cut off with the
    process. A second signal ends the process at once. When one cannot start, the others are
    stopped and the status is 1. Only for the main thread.
    """
    register_options(conf)
    signals = _Signals(conf)
    started: list[Service] = []
    status = 0
    for service in services:
        if signals.seen:
            break
        try:
            service.start()
        except Exception as error:  # noqa: BLE001 - the edge of the process: stop the others, say why
            LOG.exception("%s could not start", type(service).__name__)
            tell(sys.stderr, f"delfin: {type(service).__name__} could not start: {error}\n")
            status = 1
            break
        started.append(service)
    if status == 0:
        LOG.info("Stopping after %s", signals.wait().name)
        status = 1 if failure() else 0
    limit = conf.graceful_shutdown_timeout
    if not _stop(started, time.monotonic() + limit if limit else None):
        _exit(status)
    return status


def tell(stream: TextIO, text: str) -> None:
    """Writes to whoever started the process; when nobody reads any more, the services go on."""
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        # What is left in the buffer would make the interpreter fail at its end.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class _Signals:
    """Waits for the first signal that ends the process; a second one ends it at once."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self.seen: list[int] = []
        self._conf = conf
        # A socket can be written to while the main thread is anywhere, and wakes it under both
        # back ends; an event could deadlock here, and would not wake eventlet.
        self._waiting, self._waking = socket.socketpair()
        # A signal must not wait for room; what is in the socket already wakes as well.
        self._waking.setblocking(False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._received)
        signal.signal(signal.SIGHUP, self._reload_asked)

    def wait(self) -> signal.Signals:
        while not self.seen:
            self._waiting.recv(1)
            if not self.seen:
                self._reload()
        self._waiting.close()
        self._waking.close()
        return signal.Signals(self.seen[0])

    def _reload(self) -> None:
        try:
            self._conf.mutate_config_files()
        except Exception:  # noqa: BLE001 - a file that cannot be read must not end the process
            LOG.exception("The configuration cannot be read again; all options stay as they are")
        else:
            LOG.info("The configuration was read again")

    def _received(self, number: int, _frame: FrameType | None) -> None:
        if self.seen:
            os._exit(128 + number)
        self.seen.append(number)
        self._wake()

    def _reload_asked(self, _number: int, _frame: FrameType | None) -> None:
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):
            self._waking.send(b"\0")


def _stop(services: Sequence[Service], deadline: float | None) -> bool:
    """Stops the last one first, each with its share of the time; False when one is still busy."""
    stopping = []
    for left, service in zip(range(len(services), 0, -1), reversed(services), strict=True):
        thread = threading.Thread(
            target=_stop_one, args=(service,), name=f"stop-{type(service).__name__}", daemon=True
        )
        thread.start()
        stopping.append(thread)
        thread.join(None if deadline is None else _left(deadline) / left)
    for thread in [*stopping, *_others()]:
        thread.join(None if deadline is None else _left(deadline))
    busy = [thread.name for thread in [*stopping, *_others()] if thread.is_alive()]
    if busy:
        LOG.warning("The time to stop is over, cut off: %s", ", ".join(busy))
    return not busy


def _stop_one(service: Service) -> None:
    try:
        service.stop()
        service.wait()
    except Exception:  # noqa: BLE001 - one that fails to stop must not keep the others from it
        LOG.exception("%s did not stop cleanly", type(service).__name__)


def _others() -> list[threading.Thread]:
    """Threads that would keep the interpreter from ending."""
    here = threading.current_thread()
    return [thread for thread in threading.enumerate() if not thread.daemon and thread is not here]


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())


def _exit(status: int) -> NoReturn:
    """Ends the process although threads are busy."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
