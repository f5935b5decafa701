"""How often processes show themselves, and how long what one has seen of the others counts."""

from __future__ import annotations

from dataclasses import dataclass

# At least this often, however long a silence is allowed to be.
LONGEST_INTERVAL = 2.0


@dataclass(frozen=True)
class Pace:
    """All in seconds, on the monotonic clock.

    A claim (to own a storage, to lead) counts for 'fresh' after it was last confirmed, and a new
    one counts only once it has stood for 'settle'. Since settle is longer, whoever had it before
    has stopped by then, even when it could not be told: two never claim at the same time.
    """

    expiration: float
    interval: float
    fresh: float
    settle: float

    @classmethod
    def of(cls, expiration: float) -> Pace:
        interval = min(LONGEST_INTERVAL, expiration / 10)
        return cls(expiration, interval, fresh=3 * interval, settle=4 * interval)
