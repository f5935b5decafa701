"""Who may enter an array's driver next: few at a time, the urgent first, and sometimes one alone."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from enum import IntEnum

from delfin import exception

_NEVER_LEFT = "the call before does not come back"


class Priority(IntEnum):
    """The smaller goes first; among equals, who came first."""

    RETURNING = 0  # was inside already
    HIGH = 1  # somebody waits for the answer: a check, an alert to clear
    NORMAL = 2  # synchronisation, collection


class Turns:
    """The entrance of one array; nothing here concerns another one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[tuple[Priority, int]] = []
        self._numbers = itertools.count()
        self._inside = 0
        self._alone = False
        self._closed = False
        # How many may be inside; one, until the driver's class is known.
        self.limit = 1

    def enter(self, priority: Priority, longest: float) -> None:
        """Wait for a turn, and take it.

        Raises:
            exception.ArraySessionsInUse: There was none within 'longest' seconds.
        """
        deadline = time.monotonic() + longest
        with self._changed:
            mine = (priority, next(self._numbers))
            heapq.heappush(self._waiting, mine)
            try:
                while not self._closed and not self._is_next(mine):
                    if not self._changed.wait(deadline - time.monotonic()):
                        raise exception.ArraySessionsInUse(f"no turn within {longest:g} s")
                if self._closed:
                    raise exception.ArraySessionsInUse(_NEVER_LEFT)
                self._inside += 1
            finally:
                self._waiting.remove(mine)
                heapq.heapify(self._waiting)
                self._changed.notify_all()

    def leave(self) -> None:
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()

    def alone(self, longest: float) -> bool:
        """Whether the caller, who is inside, is the only one until 'share'.

        When another one is about to be alone, the caller waits for it outside, comes in again and
        is told False.

        Raises:
            exception.ArraySessionsInUse: The others did not leave within 'longest' seconds, or one
                of them never will.
        """
        deadline = time.monotonic() + longest
        with self._changed:
            if not self._alone:
                self._alone = True
                why = None
                while self._inside > 1 and why is None:
                    if self._closed:
                        why = _NEVER_LEFT
                    elif not self._changed.wait(deadline - time.monotonic()):
                        why = f"still entered after {longest:g} s"
                if why is None:
                    return True
                self._alone = False
                self._changed.notify_all()
                raise exception.ArraySessionsInUse(why)
        self.leave()
        try:
            self.enter(Priority.RETURNING, longest)
        except exception.ArraySessionsInUse:
            with self._changed:
                # Whoever is inside leaves, and this caller is about to.
                self._inside += 1
            raise
        return False

    def alone_if_empty(self) -> bool:
        """Whether nobody is inside, and nobody gets in until 'share'; never waits."""
        with self._changed:
            if self._inside or self._alone:
                return False
            self._alone = True
            return True

    def share(self) -> None:
        """The opposite of being alone."""
        with self._changed:
            self._alone = False
            self._changed.notify_all()

    def close(self) -> None:
        """Nobody enters any more; who waits is told."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def empty_within(self, longest: float) -> bool:
        """Whether nobody is inside, now or before 'longest' seconds have passed."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._inside, longest)

    @property
    def inside(self) -> int:
        return self._inside

    @property
    def is_quiet(self) -> bool:
        """Nobody is inside, and nobody wants to be."""
        with self._changed:
            return not self._inside and not self._waiting

    def _is_next(self, mine: tuple[Priority, int]) -> bool:
        return self._inside < self.limit and not self._alone and self._waiting[0] == mine
