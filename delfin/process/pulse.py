"""A sign of life of a loop: it says when it will come round again, and somebody watches."""

from __future__ import annotations

import time


class Pulse:
    """Of one loop. A loop that has not begun yet is not late."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._due: float | None = None

    def beat(self, pause: float = 0.0) -> None:
        """The loop came round, and comes again in 'pause' seconds."""
        self._due = time.monotonic() + pause

    def end(self) -> None:
        """The loop has ended in good order and does not come again."""
        self._due = None

    @property
    def late(self) -> float:
        """Seconds by which the loop is late; zero when it is not."""
        return 0.0 if self._due is None else max(0.0, time.monotonic() - self._due)
