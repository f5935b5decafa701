"""Deadlines: one thread for the process that ends calls to arrays which have taken too long.

First the call's sockets are shut down and its child processes killed, which wakes whoever waits for
them. A thread that does not come back gets an exception. One that does not even take that, since
it sleeps or waits in C code, is given up: its session is lost to it, and others go on with a new one.
"""

from __future__ import annotations

import ctypes
import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from oslo_log import log

from delfin import exception
from delfin.common import deadline
from delfin.drivers.session.connections import Connections, children_here

LOG = log.getLogger(__name__)

# Seconds in which a call comes back after its sockets are shut, and then after each exception.
GRACE = 2.0
_TRIES = 3


class CutOff(BaseException):
    """Raised inside a call that does not come back; not an Exception, since drivers catch those."""


@dataclass(eq=False)
class _Call:
    """A call under way."""

    what: str
    seconds: float
    connections: Connections
    give_up: Callable[[], None]
    why: str | None = None
    thread: int = field(default_factory=threading.get_ident)
    native: int | None = None
    # Started by the thread before the call: they are somebody else's.
    children: frozenset[int] = frozenset()
    guard: threading.Lock = field(default_factory=threading.Lock)
    over: bool = False
    stage: int = 0

    @property
    def is_cut_off(self) -> bool:
        return bool(self.stage) or self.connections.is_cut

    def error(self) -> exception.DelfinException:
        if self.why is not None:
            return exception.DriverCallTimeout(message=f"The {self.what} was cut off: {self.why}.")
        if not self.stage and self.connections.is_cut:
            return exception.ArraySessionsInUse(
                message=f"The {self.what} was cut off beside another one that took too long."
            )
        return exception.DriverCallTimeout(self.what, f"{self.seconds:g}")


class Watcher:
    """Ends calls at their deadline; its thread starts with the first call."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, _Call]] = []
        self._numbers = itertools.count()
        self._under_way = 0
        self._thread: threading.Thread | None = None

    @contextmanager
    def bounded(
        self,
        what: str,
        seconds: float,
        connections: Connections,
        give_up: Callable[[], None] = lambda: None,
    ) -> Iterator[None]:
        """Let the block last for 'seconds' at most.

        Args:
            what: The call in words, for the error.
            seconds: From now on.
            connections: What the driver has open; it is unusable after the deadline.
            give_up: Called from another thread when the block cannot be ended.

        Raises:
            exception.DriverCallTimeout: The block was cut off, whatever it made of that: what it
                returned in spite of it is not to be believed.
            exception.ArraySessionsInUse: Likewise, with another call over the same connections.
        """
        call = _Call(what, seconds, connections, give_up)
        if _threads_are_real():
            call.native, call.children = threading.get_native_id(), children_here()
        self._watch(call, time.monotonic() + seconds)
        try:
            try:
                with connections.owned(), deadline.within(seconds):
                    yield
            finally:
                self._settle(call)
        except (Exception, CutOff) as error:
            # Once more: the exception may have arrived on the way into the first time.
            self._settle(call)
            if call.is_cut_off or deadline.is_over(error):
                raise call.error() from error
            raise
        if call.is_cut_off:
            raise call.error()

    def cut(self, connections: Connections, why: str) -> None:
        """Do now what would be done to the driver's calls at their deadline."""
        with self._changed:
            ours = [call for _, _, call in self._due if call.connections is connections]
            self._due = [entry for entry in self._due if entry[2].connections is not connections]
            heapq.heapify(self._due)
            for call in ours:
                call.why = call.why or why
                heapq.heappush(self._due, (0.0, next(self._numbers), call))
            self._changed.notify()

    def _watch(self, call: _Call, at: float) -> None:
        with self._changed:
            self._under_way += 1
            if len(self._due) > 2 * self._under_way + 64:
                self._due = [entry for entry in self._due if not entry[2].over]
                heapq.heapify(self._due)
            heapq.heappush(self._due, (at, next(self._numbers), call))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif self._due[0][2] is call:
                self._changed.notify()

    def _settle(self, call: _Call) -> None:
        """From here on nothing is raised in the thread any more, not even what is on its way."""
        if call.over:
            return
        while True:
            try:
                with call.guard:
                    call.over = True
                if call.stage > 1:
                    _raise_in(call.thread, None)
                break
            except CutOff:
                continue
        with self._changed:
            self._under_way -= 1

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._due or self._due[0][0] > time.monotonic():
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                _, _, call = heapq.heappop(self._due)
            try:
                self._press(call)
            except Exception:  # noqa: BLE001 - the one thread that ends calls must go on for the others
                LOG.exception("%s could not be ended", call.what)

    def _press(self, call: _Call) -> None:
        with call.guard:
            if call.over:
                return
            stage, call.stage = call.stage, call.stage + 1
            if stage == 0:
                LOG.warning("%s takes too long: its connections are closed", call.what)
                call.connections.cut(call.native, call.children)
            elif stage <= _TRIES:
                # Again: what it opened before it heard of it.
                call.connections.cut(call.native, call.children)
                if call.native is not None:
                    _raise_in(call.thread, CutOff)
        if stage > _TRIES:
            LOG.error("%s does not come back; its thread is given up", call.what)
            call.give_up()
            return
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + GRACE, next(self._numbers), call))


def _threads_are_real() -> bool:
    """Green threads share one of the system's: exceptions and child processes would be anybody's."""
    return threading.get_ident.__module__ == "_thread"


def _raise_in(thread: int, kind: type[BaseException] | None) -> None:
    """Raise in another thread at its next step in Python; None takes back what it has not got yet."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), None if kind is None else ctypes.py_object(kind)
    )
