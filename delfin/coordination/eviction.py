"""Eviction: everyone who keeps a session with an array lets go of it, now.

A hint that makes an update or a removal prompt; the generation of the access info is what makes
it right. `EvictionBus` is the seam, `LocalEviction` serves a single process.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Protocol

from oslo_log import log

LOG = log.getLogger(__name__)

_STORAGE_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


# Whether there is a storage of that id; may take its time to find out.
Known = Callable[[str], bool]


def anything(_storage_id: str) -> bool:
    return True


class Subscriber(Protocol):
    """Who keeps sessions."""

    def evict(self, storage_id: str) -> None:
        """Lets go of the session with that storage."""

    def evict_all(self) -> None:
        """Lets go of every session: evictions may have been missed."""


class EvictionBus(Protocol):
    @property
    def refused(self) -> int:
        """How many messages were not ones of ours."""

    def start(self) -> None:
        """From here on this process hears of the evictions of others. Waits for nothing."""

    def stop(self) -> None:
        """The opposite; does not wait for it."""

    def wait(self, timeout: float | None = None) -> None:
        """Waits until everything has stopped, at most 'timeout' seconds."""

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """The subscriber is told of each eviction in any process; the returned call ends that."""

    def evict(self, storage_id: str) -> None:
        """Tells every subscriber. Never raises."""


class LocalEviction:
    """Calls the subscribers of this process, in the thread that evicts."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._subscribers: list[Subscriber] = []

    @property
    def refused(self) -> int:
        """Nobody else can send anything."""
        return 0

    def start(self) -> None:
        """There is nobody else to hear."""

    def stop(self) -> None:
        """Nothing was started."""

    def wait(self, timeout: float | None = None) -> None:
        """Nor has anything to end."""

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        with self._guard:
            self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            with self._guard:
                if subscriber in self._subscribers:
                    self._subscribers.remove(subscriber)

        return unsubscribe

    def evict(self, storage_id: str) -> None:
        self._tell(f"the session of storage {storage_id}", lambda one: one.evict(storage_id))

    def evict_all(self) -> None:
        self._tell("all sessions", lambda one: one.evict_all())

    def _tell(self, what: str, tell: Callable[[Subscriber], None]) -> None:
        with self._guard:
            subscribers = list(self._subscribers)
        for subscriber in subscribers:
            try:
                tell(subscriber)
            except Exception:  # noqa: BLE001 - one that fails to let go must not keep the others from it
                LOG.exception("A subscriber did not let go of %s", what)


def is_storage_id(text: object) -> bool:
    """Whether it can be the id of a storage: others may send anything."""
    return isinstance(text, str) and _STORAGE_ID.fullmatch(text) is not None
