"""Time in a collection: ours, which may jump, and that of the arrays, which the windows follow."""

from __future__ import annotations

import threading
import time

from delfin.telemetry.windows import Range
from delfin.utils import utcnow_ms

# How far a guess by our clock may be wrong, in ms: about an array that was never seen, and about
# one whose skew is known, though not whether our clock has jumped since.
_UNSEEN, _UNSURE = 7_200_000, 900_000
# What was seen of its clock may be so old, in ms; and what is older than this is another clock.
_STEP, _FAR_BACK = 60_000, -3_600_000


class Clock:
    """Ours; stories give another one."""

    def wall_ms(self) -> int:
        """Epoch milliseconds; may jump in either direction."""
        return utcnow_ms()

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()


class ArrayClocks:
    """What the clocks of arrays show now, where the array does not say it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._seen: dict[str, tuple[int, float]] = {}

    def saw(self, storage_id: str, newest: int) -> None:
        """The array has shown this time, epoch milliseconds."""
        moment = self._clock.monotonic()
        with self._guard:
            seen = self._seen.get(storage_id)
            # Its newest data is some time old: what says most of the clock is what is youngest.
            if seen is None or not _FAR_BACK < newest - _later(seen, moment) <= 0:
                self._seen[storage_id] = (newest, moment)

    def guess(self, storage_id: str, skew: int | None) -> Range:
        """Between what times it shows now. Our own clock is asked only about one not seen yet."""
        with self._guard:
            seen = self._seen.get(storage_id)
        if seen is None:
            now = self._clock.wall_ms() + (skew or 0)
            doubt = _UNSEEN if skew is None else _UNSURE
            return Range(now - doubt, now + doubt)
        now = _later(seen, self._clock.monotonic())
        return Range(now, now + _STEP)


def _later(seen: tuple[int, float], moment: float) -> int:
    newest, then = seen
    return newest + int((moment - then) * 1000)
