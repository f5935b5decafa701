"""Evictions on their way between processes: what goes out, and what comes in.

Neither whoever evicts nor whoever listens to the others waits for a server or for an array.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from oslo_log import log

from delfin.coordination.eviction import Known, LocalEviction, anything
from delfin.coordination.reachability import Reachability

LOG = log.getLogger(__name__)

# Stands for every storage: too many to name one by one.
EVERYTHING = "*"
MOST_PENDING = 10_000
# Logging out of an array that hangs takes its time; so many at once keep the others going.
_THREADS = 4


class Outbox:
    """Sends from a thread of its own. What could not be sent is tried again until it was."""

    def __init__(
        self, name: str, send: Callable[[str], None], reach: Reachability, retry_after: float = 1.0
    ) -> None:
        """`send` raises whatever it likes when it could not."""
        self._send = send
        self._reach = reach
        self._retry_after = retry_after
        self._changed = threading.Condition()
        self._pending: dict[str, None] = {}
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"{name}-out", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, storage_id: str) -> None:
        with self._changed:
            if len(self._pending) >= MOST_PENDING:
                self._pending = {EVERYTHING: None}
            self._pending[storage_id] = None
            self._changed.notify()

    def stop(self) -> None:
        """Ends the thread after one try for what is pending; does not wait for it."""
        with self._changed:
            self._stopping = True
            self._changed.notify()

    def wait(self, timeout: float | None = None) -> None:
        if self._thread.ident is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending or self._stopping)
                is_last = self._stopping
                ids = list(self._pending)
            is_sent = all(self._sent(storage_id) for storage_id in ids)
            with self._changed:
                if is_last:
                    return
                if not is_sent:
                    self._changed.wait_for(lambda: self._stopping, self._retry_after)

    def _sent(self, storage_id: str) -> bool:
        # Taken out before it is sent: an eviction that is asked for meanwhile is a new one.
        with self._changed:
            self._pending.pop(storage_id, None)
        try:
            self._send(storage_id)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is tried again
            self._reach.away(error)
            with self._changed:
                self._pending.setdefault(storage_id)
            return False
        self._reach.back()
        return True


class Inbox:
    """Tells the subscribers of this process, from threads of its own."""

    def __init__(
        self,
        name: str,
        known: Known = anything,
        refuse: Callable[[str], None] = LOG.debug,
    ) -> None:
        """What others name and is not 'known' is refused; asking may take its time."""
        self.audience = LocalEviction()
        self._known = known
        self._refuse = refuse
        self._changed = threading.Condition()
        # Whether each was named by somebody else.
        self._pending: dict[str, bool] = {}
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}-in-{number}", daemon=True)
            for number in range(_THREADS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def put(self, storage_id: str, *, foreign: bool = False) -> None:
        """An id, or EVERYTHING. One that is pending already is told once."""
        with self._changed:
            if storage_id == EVERYTHING or len(self._pending) >= MOST_PENDING:
                self._pending = {EVERYTHING: False}
            if EVERYTHING not in self._pending:
                self._pending[storage_id] = foreign and self._pending.get(storage_id, True)
            self._changed.notify()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def wait(self, timeout: float | None = None) -> None:
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(timeout)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending or self._stopping)
                if self._stopping:
                    return
                storage_id, foreign = next(iter(self._pending.items()))
                del self._pending[storage_id]
            if storage_id == EVERYTHING:
                self.audience.evict_all()
            elif not foreign or self._known(storage_id):
                self.audience.evict(storage_id)
            else:
                self._refuse("it names a storage that is not there")
