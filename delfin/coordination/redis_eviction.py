"""Evictions between the processes of all nodes, over Redis pub/sub.

What is published while a process does not listen is lost to it; so whenever it begins to listen
(again), it lets go of everything.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import redis

from delfin.coordination.eviction import Known, Subscriber, anything, is_storage_id
from delfin.coordination.eviction_mail import EVERYTHING, Inbox, Outbox
from delfin.coordination.reachability import Reachability
from delfin.coordination.redis_server import RedisServer
from delfin.rpc.refusals import Refusals

# Seconds. A connection that has said nothing is asked, and given up when it does not answer: a
# network that drops everything does not say so.
_ASK_AFTER = 2.0
_SILENT_AFTER = 5.0
_LISTEN_FOR = 0.5
_CONNECT_AGAIN_AFTER = 0.5


class RedisEviction:
    """The evictions of this process and of all others that use the same Redis server."""

    def __init__(self, server: RedisServer, known: Known = anything) -> None:
        self._server = server
        # Databases of one server share its channels.
        self._channel = f"delfin:{server.database}:eviction"
        self._me = uuid4().hex
        self._refusals = Refusals(f"the Redis channel {self._channel}")
        self._inbox = Inbox("eviction", known, self._refusals.add)
        self._publisher = server.client()
        self._outbox = Outbox(
            "eviction",
            self._publish,
            Reachability("The Redis server for evictions", "others are told when it is back"),
        )
        self._reach = Reachability(
            "The Redis server of evictions",
            "sessions end when they are used next, and all of them when it is back",
        )
        self._stopping = threading.Event()
        self._listener = threading.Thread(target=self._run, name="eviction-listener", daemon=True)

    @property
    def refused(self) -> int:
        """How many messages were not ones of ours."""
        return self._refusals.count

    @property
    def listening(self) -> bool:
        """Whether this process hears the others now, as far as it knows."""
        return self._reach.here

    def start(self) -> None:
        self._inbox.start()
        self._outbox.start()
        self._listener.start()

    def stop(self) -> None:
        self._stopping.set()
        self._outbox.stop()
        self._inbox.stop()

    def wait(self, timeout: float | None = None) -> None:
        deadline = None if timeout is None else time.monotonic() + timeout
        for part in (self._outbox, self._inbox):
            part.wait(_left(deadline))
        if self._listener.ident is not None:
            self._listener.join(_left(deadline))
        self._publisher.close()

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        return self._inbox.audience.subscribe(subscriber)

    def evict(self, storage_id: str) -> None:
        """Tells every subscriber, here and elsewhere, soon. Returns at once, never raises."""
        self._inbox.put(storage_id)
        self._outbox.put(storage_id)

    def _publish(self, storage_id: str) -> None:
        self._publisher.publish(self._channel, f"{self._me} {storage_id}")

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except (redis.RedisError, OSError) as error:
                self._reach.away(error)
                self._stopping.wait(_CONNECT_AGAIN_AFTER)

    def _listen(self) -> None:
        """Until it is stopped. Raises redis.RedisError or OSError when the connection is lost."""
        client = self._server.client()
        subscription = client.pubsub()  # type: ignore[no-untyped-call] # publishes no types
        try:
            subscription.subscribe(self._channel)
            heard = asked = time.monotonic()
            while not self._stopping.is_set():
                message = subscription.get_message(timeout=_LISTEN_FOR)
                now = time.monotonic()
                if message is not None:
                    heard = now
                    self._take(message)
                elif now - heard > _SILENT_AFTER:
                    raise redis.ConnectionError(f"no answer for {_SILENT_AFTER} seconds")
                elif now - max(heard, asked) > _ASK_AFTER:
                    asked = now
                    subscription.ping()
        finally:
            subscription.close()
            client.close()

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "subscribe":
            self._reach.back()
            self._inbox.put(EVERYTHING)
        elif message["type"] == "message":
            origin, _, storage_id = message["data"].decode(errors="replace").partition(" ")
            if not is_storage_id(storage_id) and storage_id != EVERYTHING:
                self._refusals.add("it names no storage")
            elif origin != self._me:
                self._inbox.put(storage_id, foreign=True)


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - time.monotonic())
