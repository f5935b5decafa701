"""What is kept of each array for the next batch of the same kind, for as long as it is used."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K")
T = TypeVar("T")

# A large array comes in several parts that take turns, and configurations of different intervals
# do: what was not used for twice a turn and this is of no use any more.
_SPARE = 16


@dataclass(slots=True)
class _Kept(Generic[K, T]):
    key: K
    value: T
    used: int


class Recent(Generic[K, T]):
    """Values by array and key; used by one thread at a time."""

    def __init__(self) -> None:
        self._kept: dict[str, list[_Kept[K, T]]] = {}

    def get(
        self, storage_id: str, key: K, same: Callable[[K, K], bool], make: Callable[[], T]
    ) -> T:
        """The value of the same key; made when there is none."""
        mine = self._kept.setdefault(storage_id, [])
        number = max((kept.used for kept in mine), default=0) + 1
        for kept in mine:
            if same(kept.key, key):
                kept.used = number
                return kept.value
        mine.append(_Kept(key, make(), number))
        oldest = number - 2 * len(mine) - _SPARE
        mine[:] = [kept for kept in mine if kept.used > oldest]
        return mine[-1].value

    def forget(self, storage_id: str) -> None:
        self._kept.pop(storage_id, None)

    def retain(self, storage_ids: Collection[str]) -> None:
        """Forget all other arrays."""
        for gone in self._kept.keys() - storage_ids:
            del self._kept[gone]
