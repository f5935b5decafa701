"""A forecast says when a pool is full and how sure that is, or that it cannot be said."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from delfin.telemetry.forecast import (
    FULL,
    GROWING,
    NOT_GROWING,
    OUTDATED,
    TOO_LITTLE,
    Forecast,
    fitted,
    forecast,
    t_quantile,
)

TODAY = date(2026, 11, 25)
Figures = list[tuple[date, int | None, int | None]]


def daily(used: Sequence[int | None], total: int | None = 1000) -> Figures:
    """The last of them is today's."""
    first = TODAY - timedelta(days=len(used) - 1)
    return [(first + timedelta(days=place), total, value) for place, value in enumerate(used)]


def told(used: Sequence[int | None], total: int | None = 1000) -> Forecast:
    return forecast(daily(used, total), TODAY)


def test_steady_growth_ends_on_the_day_that_arithmetic_says() -> None:
    found = told([*range(500, 600, 10)])
    assert found.state == GROWING
    assert found.growth == pytest.approx((10.0, 10.0, 10.0))
    # 590 of 1000 are in use, 10 more each day.
    assert found.to_full == pytest.approx((41.0, 41.0, 41.0))


def test_noise_widens_the_band_and_the_truth_lies_within() -> None:
    noise = random.Random(8)  # noqa: S311 - the same figures in every run
    inside = 0
    for _ in range(400):
        used = [round(5000 + 20 * day + noise.gauss(0, 60)) for day in range(-29, 1)]
        found = told(used, 10_000)
        assert found.to_full is not None
        days, earliest, latest = found.to_full
        assert earliest < days < latest
        inside += earliest <= 250 <= latest
    # 95 % are meant to; a run of 400 may have a few less or more.
    assert 0.92 <= inside / 400 <= 0.98


def test_more_days_make_the_band_narrower() -> None:
    noise = random.Random(9)  # noqa: S311 - the same figures in every run
    used = [round(5000 + 20 * day + noise.gauss(0, 30)) for day in range(-59, 1)]
    short, long = told(used[-10:], 10_000), told(used, 10_000)
    assert short.to_full is not None
    assert long.to_full is not None
    assert long.to_full[2] - long.to_full[1] < short.to_full[2] - short.to_full[1]


@pytest.mark.parametrize(
    "used",
    [
        [500] * 30,
        [*range(600, 500, -10)],
        [500 + (day % 2) for day in range(30)],
    ],
    ids=["level", "falling", "up and down"],
)
def test_without_growth_there_is_no_number(used: list[int]) -> None:
    found = told(used)
    assert found.state == NOT_GROWING
    assert found.to_full is None
    assert found.growth is not None


def test_growth_that_may_be_chance_is_no_growth() -> None:
    noise = random.Random(3)  # noqa: S311 - the same figures in every run
    found = told([round(500 + 0.1 * day + noise.gauss(0, 40)) for day in range(20)])
    assert (found.state, found.to_full) == (NOT_GROWING, None)


def test_six_days_are_too_little() -> None:
    found = told([*range(500, 560, 10)])
    assert (found.state, found.days, found.to_full, found.growth) == (TOO_LITTLE, 6, None, None)


@pytest.mark.parametrize("figures", [[], daily([None] * 10), daily([1] * 10, None)])
def test_without_figures_there_is_too_little(figures: Figures) -> None:
    found = forecast(figures, TODAY)
    assert (found.state, found.total, found.used) == (TOO_LITTLE, None, None)


def test_days_without_a_figure_are_gaps() -> None:
    used = [*range(500, 600, 10)]
    found = told([*used[:4], None, None, *used[6:]])
    assert (found.state, found.days) == (GROWING, 8)
    assert found.to_full == pytest.approx((41.0, 41.0, 41.0))


def test_a_full_pool_has_no_days_left() -> None:
    assert told([*range(910, 1010, 10)]).state == FULL


def test_figures_of_last_month_say_nothing_of_today() -> None:
    found = forecast(daily([*range(500, 600, 10)]), TODAY + timedelta(days=8))
    assert (found.state, found.to_full) == (OUTDATED, None)


def test_a_reading_some_days_old_counts_those_days() -> None:
    found = forecast(daily([*range(500, 600, 10)]), TODAY + timedelta(days=5))
    assert found.to_full == pytest.approx((36.0, 36.0, 36.0))


@pytest.mark.parametrize(
    ("freedom", "value"), [(5, 2.571), (10, 2.228), (30, 2.042), (88, 1.987), (1000, 1.962)]
)
def test_the_quantile_is_that_of_the_tables(freedom: int, value: float) -> None:
    assert t_quantile(freedom, 0.95) == pytest.approx(value, abs=0.005)


def test_the_line_of_a_textbook() -> None:
    line = fitted([(1, 2), (2, 3), (3, 5), (4, 4), (5, 6), (6, 8), (7, 7)])
    assert line.slope == pytest.approx(26 / 28)
    assert line.level == pytest.approx(5.0)
    low, high = line.slope_band()
    left = 28 - 26 * 26 / 28
    half = t_quantile(5, 0.95) * math.sqrt(left / 5 / 28)
    assert (low, high) == pytest.approx((26 / 28 - half, 26 / 28 + half))
