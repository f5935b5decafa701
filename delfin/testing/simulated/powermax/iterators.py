"""The paging iterators of a simulated Unisphere: a long answer is kept for a while, by number."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

PAGE = 1000


@dataclass
class _Kept:
    rows: Sequence[Any]
    last_used: float


class Iterators:
    """'lifetime' seconds after its last use an iterator is gone; it may be set at any time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.lifetime = 240.0
        self.size = PAGE
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    @property
    def open(self) -> int:
        with self._lock:
            self._prune()
            return len(self._kept)

    def first(self, rows: Sequence[Any], reach: int | None = None) -> dict[str, Any]:
        """The first answer; an iterator is kept when there is more. Rows end at 'reach'."""
        name = f"{uuid4()}_0"
        told = rows[:reach]
        if len(rows) > self.size:
            with self._lock:
                self._prune()
                self._kept[name] = _Kept(told, self._clock())
        return {
            "id": name,
            "count": len(rows),
            "expirationTime": int((time.time() + self.lifetime) * 1000),
            "maxPageSize": self.size,
            "resultList": _page(told, 1, min(self.size, len(told))),
        }

    def page(self, name: str, first: int, last: int) -> dict[str, Any] | None:
        """Rows 'first' to 'last', counted from 1; None for an iterator that is gone."""
        with self._lock:
            self._prune()
            kept = self._kept.get(name)
            if kept is None:
                return None
            kept.last_used = self._clock()
            return _page(kept.rows, first, last)

    def close(self, name: str) -> bool:
        """Whether there was such an iterator."""
        with self._lock:
            return self._kept.pop(name, None) is not None

    def expire_all(self) -> int:
        """Ends every iterator as time would; how many there were."""
        with self._lock:
            ended = len(self._kept)
            self._kept.clear()
            return ended

    def _prune(self) -> None:
        oldest = self._clock() - self.lifetime
        for name in [name for name, kept in self._kept.items() if kept.last_used < oldest]:
            del self._kept[name]


def _page(rows: Sequence[Any], first: int, last: int) -> dict[str, Any]:
    found = list(rows[max(first - 1, 0) : last])
    return {"result": found, "from": first, "to": first + len(found) - 1}
