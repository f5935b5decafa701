"""Eviction: everyone who keeps a session with an array lets go of it, now.

A hint that makes an update or a removal prompt; the generation of the access info is what makes
it right. `EvictionBus` is the seam, `LocalEviction` serves a single process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from oslo_log import log

LOG = log.getLogger(__name__)

Evicted = Callable[[str], None]


class EvictionBus(Protocol):
    def subscribe(self, callback: Evicted) -> Callable[[], None]:
        """`callback` gets the storage id of each eviction; the returned call ends that."""

    def evict(self, storage_id: str) -> None:
        """Tells every subscriber. Never raises."""


class LocalEviction:
    """Calls the subscribers of this process, in the thread that evicts."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._subscribers: list[Evicted] = []

    def subscribe(self, callback: Evicted) -> Callable[[], None]:
        with self._guard:
            self._subscribers.append(callback)

        def unsubscribe() -> None:
            with self._guard:
                if callback in self._subscribers:
                    self._subscribers.remove(callback)

        return unsubscribe

    def evict(self, storage_id: str) -> None:
        with self._guard:
            subscribers = list(self._subscribers)
        for callback in subscribers:
            try:
                callback(storage_id)
            except Exception:  # one that fails to let go must not keep the others from it
                LOG.exception("A session of storage %s was not evicted", storage_id)
