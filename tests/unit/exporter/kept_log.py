"""A log of entries in memory, as a forwarder reads it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

Data = dict[str, Any]


class KeptLog:
    """Entries with a cursor; 'mine' says whether this process may forward."""

    def __init__(self, *entries: Data | None) -> None:
        self.entries = list(entries)
        self.position = 0
        self.mine = True
        self.delivered: list[Data] = []
        self.silenced = 0
        self.dropped = 0
        self.why: list[str] = []
        self.released = threading.Event()
        self.asked = 0
        self.lasting: list[list[Data]] = []

    def acquire(self) -> bool:
        mine = self.mine
        self.asked += not mine
        return mine

    def read(self, most: int) -> Sequence[tuple[int, Data | None]]:
        return list(enumerate(self.entries, 1))[self.position : self.position + most]

    def commit(self, position: int, delivered: Sequence[Data], silenced: int, dropped: int) -> bool:
        self.position = position
        self.delivered += delivered
        self.silenced += silenced
        self.dropped += dropped
        return True

    def failed(self, why: str) -> None:
        self.why.append(why)

    def standing(self, _most: int) -> Sequence[Sequence[Data]]:
        return self.lasting

    def release(self) -> None:
        self.released.set()
