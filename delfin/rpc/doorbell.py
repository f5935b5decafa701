"""The doorbell: tells workers at once that there is a new row of work.

Rows are the truth. A bell that is not heard costs a worker's poll interval and nothing else, so
ringing never waits for the bus and never fails.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import oslo_messaging
from oslo_log import log
from oslo_messaging.transport import RPCTransport

from delfin.rpc.allow_list import AllowListDispatcher, AllowListServer
from delfin.rpc.refusals import Refusals

LOG = log.getLogger(__name__)

TOPIC = "jobs"


class Doorbell:
    """Rings all workers, from a thread of its own.

    Rings that come while one is on its way become one. Start it in the process that uses it.
    """

    def __init__(self, transport: RPCTransport, topic: str = TOPIC) -> None:
        target = oslo_messaging.Target(topic=topic, fanout=True)
        self._client = oslo_messaging.get_rpc_client(transport, target, retry=0)
        self._changed = threading.Condition()
        self._pressed = False
        self._stopping = False
        self._away = False
        # A cast may hang in a dead broker's connection; that must not keep the process alive.
        self._thread = threading.Thread(target=self._run, name=f"doorbell-{topic}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ring(self) -> None:
        """Wakes the workers soon; returns at once, also when the bus is away."""
        with self._changed:
            self._pressed = True
            self._changed.notify()

    def stop(self) -> None:
        """Ends the thread after the ring that is due; does not wait for it."""
        with self._changed:
            self._stopping = True
            self._changed.notify()

    def wait(self, timeout: float | None = None) -> None:
        """Waits until the thread has ended, at most `timeout` seconds."""
        self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pressed or self._stopping)
                if not self._pressed:
                    return
                self._pressed = False
            self._cast()

    def _cast(self) -> None:
        try:
            self._client.cast({}, "ring")
        except Exception as error:  # noqa: BLE001 - a bell not heard costs a poll, no work
            if not self._away:
                LOG.warning("The bus is away, workers find new work by polling: %s", error)
            self._away = True
            return
        if self._away:
            LOG.info("The bus is back.")
        self._away = False


class _Endpoint:
    """What may be asked over the bus: `ring`, without arguments."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    @oslo_messaging.expose  # type: ignore[untyped-decorator] # publishes no types
    def ring(self, _context: dict[str, Any]) -> None:
        self._wake()


class DoorbellServer:
    """Hears the rings of one topic and wakes whoever asked for it.

    `server` names this process on the bus: the host, stable over restarts, since a broker keeps
    a queue for each name. Starting waits for the broker.
    """

    def __init__(self, transport: RPCTransport, server: str, topic: str = TOPIC) -> None:
        self._listeners: list[Callable[[], None]] = []
        self._refusals = Refusals(f"the topic {topic}")
        self._rpc = AllowListServer(
            transport,
            oslo_messaging.Target(topic=topic, server=server),
            AllowListDispatcher(_Endpoint(self._wake), {"ring": {}}, self._refusals.add),
        )

    @property
    def refused(self) -> int:
        """How many messages were not rings."""
        return self._refusals.count

    def add_listener(self, wake: Callable[[], None]) -> None:
        """`wake` is called for each ring; it only sets an event or notifies a condition."""
        self._listeners.append(wake)

    def start(self) -> None:
        # One thread: a ring only sets a flag.
        self._rpc.start(threads=1)

    def stop(self) -> None:
        self._rpc.stop()

    def wait(self) -> None:
        self._rpc.wait()

    def _wake(self) -> None:
        for wake in self._listeners:
            wake()
