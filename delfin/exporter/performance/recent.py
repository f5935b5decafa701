"""What is kept of each array for the next batch of the same kind, within a hard bound."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K")
T = TypeVar("T")

# A list of series differs whenever one of them has no sample, so most may never come again. But a
# large array comes in several parts that take turns: there is room for more when what had no room
# does come again.
_FEW = 4
_MOST = 48
# What was not used for so many turns of all that there is room for is of no use any more.
_UNUSED = 2 * _MOST


@dataclass(slots=True)
class _Kept(Generic[K, T]):
    key: K
    digest: int
    value: T
    used: int


@dataclass(slots=True)
class _Mine(Generic[K, T]):
    """What is kept of one array: the least recently used first."""

    kept: list[_Kept[K, T]] = field(default_factory=list)
    # Digests of what had no room.
    gone: deque[int] = field(default_factory=lambda: deque(maxlen=_MOST))
    room: int = _FEW
    number: int = 0
    found: bool = False

    def make_room(self, digest: int) -> None:
        if digest in self.gone:
            self.gone.remove(digest)
            self.room = min(self.room + 1, _MOST)
        elif not self.found:
            # One new one after the other.
            self.room = max(self.room - 1, _FEW)
        while len(self.kept) >= self.room:
            self.gone.append(self.kept.pop(0).digest)


class Recent(Generic[K, T]):
    """Values by array and key; used by one thread at a time."""

    def __init__(self, same: Callable[[K, K], bool], digest: Callable[[K], int]) -> None:
        """Keys that are the 'same' have the same 'digest'."""
        self._same = same
        self._digest = digest
        self._kept: dict[str, _Mine[K, T]] = {}

    def get(self, storage_id: str, key: K, make: Callable[[], T]) -> T:
        """The value of the same key; made when there is none."""
        mine = self._kept.setdefault(storage_id, _Mine())
        mine.number += 1
        for place, kept in enumerate(mine.kept):
            if self._same(kept.key, key):
                mine.kept.append(mine.kept.pop(place))
                mine.found = True
                break
        else:
            kept = _Kept(key, self._digest(key), make(), mine.number)
            mine.make_room(kept.digest)
            mine.kept.append(kept)
            mine.found = False
        kept.used = mine.number
        while mine.kept[0].used < mine.number - _UNUSED:
            del mine.kept[0]
        return kept.value

    def forget(self, storage_id: str) -> None:
        self._kept.pop(storage_id, None)

    def retain(self, storage_ids: Collection[str]) -> None:
        """Forget all other arrays."""
        for gone in self._kept.keys() - storage_ids:
            del self._kept[gone]
