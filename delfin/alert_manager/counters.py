"""Exact counts of what happened to datagrams and traps, by reason."""

from __future__ import annotations

import threading
from collections import Counter

RECEIVED, STORED, SPOOLED, PROCESSED = "received", "stored", "spooled", "processed"


class Counters:
    """Counts for one process; every datagram received is counted once more under what became of it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str, number: int = 1) -> None:
        with self._guard:
            self._counts[name] += number

    def set(self, name: str, number: int) -> None:
        """For what somebody else counts."""
        with self._guard:
            self._counts[name] = number

    def __getitem__(self, name: str) -> int:
        with self._guard:
            return self._counts[name]

    def snapshot(self) -> dict[str, int]:
        with self._guard:
            return {name: number for name, number in sorted(self._counts.items()) if number}
