"""When storages and pools will be full: a line through their daily use, with its error band."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist

from sqlalchemy import select
from sqlalchemy.orm import Session

from delfin.db.capacity import CapacityDay

# Fewer days say nothing about a trend, and the approximation of the t-quantile is made for more.
FEWEST_DAYS = 7
# A figure that is older says nothing about today.
LATEST_AGE = 7
CONFIDENCE = 0.95

GROWING, NOT_GROWING, FULL = "growing", "not_growing", "full"
TOO_LITTLE, OUTDATED = "too_little_data", "outdated"
STATES = (GROWING, NOT_GROWING, FULL, TOO_LITTLE, OUTDATED)


@dataclass(frozen=True)
class Forecast:
    """What the days of one pool say; None where they say nothing. Bytes, and days from today.

    Attributes:
        state: One of STATES; only one that is 'growing' has days.
        total: Capacity on the last day.
        used: Capacity in use on the last day.
        days: How many days there are figures of.
        first_day: The first of them.
        last_day: The last of them.
        growth: Bytes a day, with the least and the most that agree with the figures.
        to_full: Days until it is full, with the earliest and the latest.
    """

    state: str
    total: int | None
    used: int | None
    days: int
    first_day: date | None
    last_day: date | None
    growth: tuple[float, float, float] | None = None
    to_full: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Line:
    """A least-squares line, as a function of the distance from the mean of x."""

    middle: float
    level: float
    slope: float
    # Square of (t-quantile times standard deviation of what is left over).
    spread: float
    count: int
    width: float

    def slope_band(self) -> tuple[float, float]:
        half = math.sqrt(self.spread / self.width)
        return self.slope - half, self.slope + half

    def crossing(self, height: float) -> tuple[float, float, float] | None:
        """Where the line meets 'height', and where its confidence band does (Fieller).

        None when the line may be level or falling as well: then the band has no end.
        """
        rise = height - self.level
        steep = self.slope**2 - self.spread / self.width
        if self.slope <= 0 or steep <= 0:
            return None
        root = math.sqrt(max(0.0, self.spread * (rise**2 / self.width + steep / self.count)))
        ends = sorted((self.slope * rise + sign * root) / steep for sign in (-1, 1))
        return self.middle + rise / self.slope, self.middle + ends[0], self.middle + ends[1]


def forecasts(session: Session, storage_id: str, today: date, days: int) -> dict[str, Forecast]:
    """By native pool id, WHOLE for the storage; of the last 'days' days."""
    table = CapacityDay
    rows = session.execute(
        select(table.native_storage_pool_id, table.day, table.total_capacity, table.used_capacity)
        .where(table.storage_id == storage_id, table.day > today - timedelta(days=days))
        .order_by(table.native_storage_pool_id, table.day)
    )
    found: dict[str, list[tuple[date, int | None, int | None]]] = {}
    for pool, day, total, used in rows:
        found.setdefault(pool, []).append((day, total, used))
    return {pool: forecast(figures, today) for pool, figures in found.items()}


def forecast(figures: Sequence[tuple[date, int | None, int | None]], today: date) -> Forecast:
    """Of (day, total, used), days growing."""
    known = [(day, total, used) for day, total, used in figures if None not in {total, used}]
    if not known:
        return Forecast(TOO_LITTLE, None, None, 0, None, None)
    last_day, total, used = known[-1]
    assert total is not None  # noqa: S101 - those without are left out above
    assert used is not None  # noqa: S101 - likewise
    first_day = known[0][0]
    told = (total, used, len(known), first_day, last_day)
    if (today - last_day).days > LATEST_AGE:
        return Forecast(OUTDATED, *told)
    if total > 0 and used >= total:
        return Forecast(FULL, *told)
    if len(known) < FEWEST_DAYS or total <= 0:
        return Forecast(TOO_LITTLE, *told)
    line = fitted([((day - today).days, float(u or 0)) for day, _, u in known])
    low, high = line.slope_band()
    growth = (line.slope, low, high)
    crossing = line.crossing(float(total))
    if crossing is None:
        return Forecast(NOT_GROWING, *told, growth)
    # Between the last figure and today, the line may already have met the top.
    days, earliest, latest = (max(0.0, value) for value in crossing)
    return Forecast(GROWING, *told, growth, (days, earliest, latest))


def fitted(points: Sequence[tuple[float, float]]) -> Line:
    """The line through at least FEWEST_DAYS points."""
    count = len(points)
    middle = sum(x for x, _ in points) / count
    level = sum(y for _, y in points) / count
    width = sum((x - middle) ** 2 for x, _ in points)
    slope = sum((x - middle) * (y - level) for x, y in points) / width
    left = sum((y - level - slope * (x - middle)) ** 2 for x, y in points)
    freedom = count - 2
    spread = t_quantile(freedom, CONFIDENCE) ** 2 * left / freedom
    return Line(middle, level, slope, spread, count, width)


def t_quantile(freedom: int, confidence: float) -> float:
    """Student's t for a two-sided interval, to a few thousandths from 5 degrees of freedom on."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )
