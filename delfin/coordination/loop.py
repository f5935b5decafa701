"""A thread that does one thing at intervals, until it is stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable

from oslo_log import log

LOG = log.getLogger(__name__)


class Loop:
    """Calls 'turn' at once and then every 'interval' seconds; a failing turn ends nothing.

    `last`, when given, is called on the same thread at the end.
    """

    def __init__(
        self,
        name: str,
        turn: Callable[[], None],
        interval: float,
        last: Callable[[], None] | None = None,
    ) -> None:
        self._turn = turn
        self._last = last
        self._interval = interval
        self._wake = threading.Event()
        self._stopping = False
        # What a turn waits for may hang; that must not keep the process alive.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def hurry(self) -> None:
        """The next turn comes at once."""
        self._wake.set()

    def stop(self) -> None:
        """There is no further turn; does not wait for the one that is on its way."""
        self._stopping = True
        self._wake.set()

    @property
    def stopping(self) -> bool:
        """A turn that goes on while there is work looks at this."""
        return self._stopping

    def wait(self, timeout: float | None = None) -> None:
        """Waits until the thread has ended, at most 'timeout' seconds."""
        if self._thread.ident is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            self._quietly(self._turn)
            if not self._stopping:
                self._wake.wait(self._interval)
        if self._last is not None:
            self._quietly(self._last)

    def _quietly(self, function: Callable[[], None]) -> None:
        try:
            function()
        except Exception:  # noqa: BLE001 - the edge of the thread: the next turn may do better
            LOG.exception("%s failed; it goes on", self._thread.name)


class Looping:
    """What is one loop and no more: derive from it, and make '_loop'."""

    _loop: Loop

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        self._loop.stop()

    def wait(self, longest: float) -> None:
        """Block until no turn is on its way any more, at most 'longest' seconds."""
        self._loop.wait(longest)
