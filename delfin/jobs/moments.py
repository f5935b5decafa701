"""When something is due: at an interval, by a cron line in a time zone, or once.

Nothing here asks a clock, and nothing is random: every process that asks gets the same answer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Protocol
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from delfin.jobs.cron_fields import Fields

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
# More than any clock has ever been put back by at once, except across the date line.
_LONGEST_FOLD = timedelta(hours=3)


class Trigger(Protocol):
    """Says when something is due."""

    def after(self, moment: datetime) -> datetime | None:
        """The first time after 'moment' (aware), in UTC; None when there is none."""


def share(*words: str) -> float:
    """A number from 0 up to 1 that these words always have, and that others have not."""
    digest = blake2b("\0".join(words).encode(), digest_size=8).digest()
    # 53 bits are what a float holds: with more, the largest would round to 1.
    return (int.from_bytes(digest, "big") >> 11) / 2**53


@dataclass(frozen=True)
class Interval:
    """Every 'seconds', at times that lie 'phase' of an interval (0 up to 1) behind a common grid.

    So arrays with different phases are spread over the interval, and stay so.
    """

    seconds: int
    phase: float

    def after(self, moment: datetime) -> datetime:
        offset = timedelta(seconds=self.seconds * self.phase)
        passed = (moment - _EPOCH - offset) // timedelta(seconds=self.seconds)
        return _EPOCH + offset + timedelta(seconds=self.seconds) * (passed + 1)


@dataclass(frozen=True)
class Once:
    """At one moment."""

    at: datetime

    def after(self, moment: datetime) -> datetime | None:
        return self.at if self.at > moment else None


class Cron:
    """Five cron fields on the clock of a time zone, once for each time that they name.

    When the clock is put forward, times that it jumps over are due at the jump. When it is put
    back, times that it shows twice are due the first time only. A line whose hour is '*' means
    "all the time": it goes on as if the clock had not been touched.
    """

    def __init__(self, line: str, zone: str) -> None:
        """Raises ValueError, with a text that names no part of the line, when it is not one."""
        fields = Fields.parse(line)
        self._zone = time_zone(zone)
        self._always = fields.hour.startswith("*")
        # On a clock of its own, without a time zone; the zone comes in afterwards.
        self._walls = [
            CronTrigger(
                minute=fields.minute,
                hour=fields.hour,
                day=day,
                month=fields.month,
                day_of_week=weekday,
                timezone=UTC,
            )
            for day, weekday in fields.days
        ]

    def after(self, moment: datetime) -> datetime | None:
        folds = (0, 1) if self._always else (0,)
        found = [self._first(moment, fold) for fold in folds]
        return min((one for one in found if one is not None), default=None)

    def _first(self, moment: datetime, fold: int) -> datetime | None:
        for wall in self._walls_from(moment):
            due = self._instant(wall, fold)
            if due is not None and due > moment:
                return due
        return None

    def _walls_from(self, moment: datetime) -> Iterator[datetime]:
        """The times that the line names, as the clock shows them, from 'moment' or before it."""
        wall = moment.astimezone(self._zone).replace(tzinfo=None, fold=0)
        if self._offset(wall, 0) != self._offset(wall, 1):
            # The clock shows this time twice, and so it does some that lie before it.
            wall -= _LONGEST_FOLD
        while True:
            start = wall.replace(tzinfo=UTC) + _TICK
            named = (trigger.get_next_fire_time(None, start) for trigger in self._walls)
            following = min((one for one in named if one is not None), default=None)
            if following is None:
                return
            wall = following.replace(tzinfo=None)
            yield wall

    def _instant(self, wall: datetime, fold: int) -> datetime | None:
        """When the clock shows this; None when it jumps over it and that does not matter."""
        due = wall.replace(tzinfo=self._zone, fold=fold).astimezone(UTC)
        if due.astimezone(self._zone).replace(tzinfo=None, fold=0) == wall:
            return due
        return None if self._always else self._jump(wall)

    def _jump(self, wall: datetime) -> datetime:
        """The moment at which the clock is put forward beyond this time."""
        before, behind = self._offset(wall, 0), self._offset(wall, 1)
        earliest = (wall - behind).replace(tzinfo=UTC)

        def is_behind(second: int) -> bool:
            local = (earliest + timedelta(seconds=second)).astimezone(self._zone)
            return local.utcoffset() == behind

        span = range(int((behind - before).total_seconds()))
        return earliest + timedelta(seconds=bisect_left(span, True, key=is_behind))

    def _offset(self, wall: datetime, fold: int) -> timedelta:
        return wall.replace(tzinfo=self._zone, fold=fold).utcoffset() or timedelta()


def time_zone(name: str) -> ZoneInfo:
    """Raises ValueError when there is no time zone of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError("it is not the name of a time zone, such as Europe/Berlin") from None


@lru_cache(maxsize=1024)
def cron(line: str, zone: str) -> Cron:
    """As Cron, for lines that are asked again and again."""
    return Cron(line, zone)
