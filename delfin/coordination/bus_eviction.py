"""Evictions between the processes of all nodes over the message bus, where there is no Redis.

What is sent while the broker is away is sent again; what a broker loses, the generation of the
access info makes good on the next use of a session.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import oslo_messaging
from oslo_log import log
from oslo_messaging.transport import RPCTransport

from delfin.coordination.eviction import Known, Subscriber, anything, is_storage_id
from delfin.coordination.eviction_mail import EVERYTHING, Inbox, Outbox
from delfin.coordination.reachability import Reachability
from delfin.rpc.allow_list import AllowListDispatcher, AllowListServer
from delfin.rpc.refusals import Refusals

LOG = log.getLogger(__name__)

TOPIC = "eviction"
_ORIGIN = re.compile(r"[0-9a-f]{32}", re.ASCII)


class BusEviction:
    """The evictions of this process and of all others on the same bus.

    `server` names this process on the bus: the host, stable over restarts, since a broker keeps
    a queue for each name.
    """

    def __init__(self, transport: RPCTransport, server: str, known: Known = anything) -> None:
        self._me = uuid4().hex
        self._refusals = Refusals(f"the topic {TOPIC}")
        self._inbox = Inbox("eviction", known, self._refusals.add)
        self._client = oslo_messaging.get_rpc_client(
            transport, oslo_messaging.Target(topic=TOPIC, fanout=True), retry=0
        )
        self._outbox = Outbox(
            "eviction",
            self._cast,
            Reachability("The bus for evictions", "others are told when it is back"),
        )
        payload = {"storage_id": _is_target, "origin": _is_origin}
        self._guard = threading.Lock()
        self._serving = self._stopping = False
        # Without a broker it waits for one, for as long as it takes.
        self._server_start = threading.Thread(
            target=self._serve, name="eviction-listener", daemon=True
        )
        self._rpc = AllowListServer(
            transport,
            oslo_messaging.Target(topic=TOPIC, server=server),
            AllowListDispatcher(_Endpoint(self._heard), {"evict": payload}, self._refusals.add),
        )

    @property
    def refused(self) -> int:
        """How many messages were not ones of ours."""
        return self._refusals.count

    @property
    def listening(self) -> bool:
        """Whether this process hears the others, once the broker was there."""
        return self._serving

    def start(self) -> None:
        self._inbox.start()
        self._outbox.start()
        self._server_start.start()

    def stop(self) -> None:
        self._outbox.stop()
        self._inbox.stop()
        with self._guard:
            self._stopping = True
        if self._serving:
            self._rpc.stop()

    def wait(self, timeout: float | None = None) -> None:
        deadline = None if timeout is None else time.monotonic() + timeout
        if self._serving:
            self._rpc.wait()
        for part in (self._outbox, self._inbox):
            part.wait(None if deadline is None else max(0.0, deadline - time.monotonic()))

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        return self._inbox.audience.subscribe(subscriber)

    def evict(self, storage_id: str) -> None:
        """Tells every subscriber, here and elsewhere, soon. Returns at once, never raises."""
        self._inbox.put(storage_id)
        self._outbox.put(storage_id)

    def _serve(self) -> None:
        # One thread: a message is only put down for the subscribers.
        self._rpc.start(threads=1)
        with self._guard:
            self._serving = not self._stopping
        if self._serving:
            LOG.info("Evictions are heard over the bus from now on")
            # What was said before was not heard.
            self._inbox.put(EVERYTHING)
        else:
            self._rpc.stop()

    def _cast(self, storage_id: str) -> None:
        self._client.cast({}, "evict", storage_id=storage_id, origin=self._me)

    def _heard(self, storage_id: str, origin: str) -> None:
        if origin != self._me:
            self._inbox.put(storage_id, foreign=True)


class _Endpoint:
    """What may be asked over the bus: `evict`."""

    def __init__(self, heard: Callable[[str, str], None]) -> None:
        self._heard = heard

    @oslo_messaging.expose  # type: ignore[untyped-decorator] # publishes no types
    def evict(self, _context: dict[str, Any], storage_id: str, origin: str) -> None:
        self._heard(storage_id, origin)


def _is_target(value: object) -> bool:
    return is_storage_id(value) or value == EVERYTHING


def _is_origin(value: object) -> bool:
    return isinstance(value, str) and _ORIGIN.fullmatch(value) is not None
