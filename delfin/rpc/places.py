"""How many calls may wait for one array: it may hang, and others need threads too."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from delfin import exception


class Places:
    """So many for each array; whoever finds none is told at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def one_of(self, storage_id: str) -> Iterator[None]:
        """Have a place for the block.

        Raises:
            exception.ArraySessionsInUse: All are taken.
        """
        with self._guard:
            if self._taken[storage_id] >= self._most:
                raise exception.ArraySessionsInUse(f"{self._most} calls wait for it already")
            self._taken[storage_id] += 1
        try:
            yield
        finally:
            with self._guard:
                self._taken[storage_id] -= 1
                if not self._taken[storage_id]:
                    del self._taken[storage_id]
