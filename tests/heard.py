"""Somebody who keeps sessions, and remembers which ones were to end."""

from __future__ import annotations


class Heard:
    def __init__(self) -> None:
        self.evicted: list[str] = []
        self.flushed = 0

    def evict(self, storage_id: str) -> None:
        self.evicted.append(storage_id)

    def evict_all(self) -> None:
        self.flushed += 1
