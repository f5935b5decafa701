"""When schedules are due: over both changes of the clock, by cron's own rules, and spread."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from delfin.jobs.moments import Cron, Interval, Once, Trigger, share

BERLIN = "Europe/Berlin"
# The clock goes from 02:00 to 03:00 at 01:00 UTC, and from 03:00 to 02:00 at 01:00 UTC.
SPRING, AUTUMN = datetime(2027, 3, 28, tzinfo=UTC), datetime(2027, 10, 31, tzinfo=UTC)
DAY = timedelta(days=1)


def due(trigger: Trigger, begin: datetime, end: datetime) -> list[datetime]:
    """All times within the span, its end included."""
    found = []
    moment: datetime | None = begin
    while moment is not None and (moment := trigger.after(moment)) is not None and moment <= end:
        found.append(moment)
    return found


def at(day: datetime, *hours_and_minutes: str) -> list[datetime]:
    clock = (text.split(":") for text in hours_and_minutes)
    return [day + timedelta(hours=int(hour), minutes=int(minute)) for hour, minute in clock]


@pytest.mark.parametrize(
    ("line", "day", "expected"),
    [
        ("0 3 * * *", SPRING, ["01:00"]),
        ("0 3 * * *", AUTUMN, ["02:00"]),
        # It does not exist in spring, and exists twice in autumn.
        ("30 2 * * *", SPRING, ["01:00"]),
        ("30 2 * * *", AUTUMN, ["00:30"]),
        ("30 2,3 * * *", SPRING, ["01:00", "01:30"]),
        ("30 1,2,3 * * *", AUTUMN, ["00:30", "02:30"]),
        ("59 1 * * *", SPRING, ["00:59"]),
    ],
)
def test_a_time_of_the_day_comes_once_also_when_the_clock_changes(
    line: str, day: datetime, expected: list[str]
) -> None:
    # 23:00 UTC is midnight or 01:00 there.
    assert due(Cron(line, BERLIN), day, day + timedelta(hours=12)) == at(day, *expected)


@pytest.mark.parametrize("line", ["0 3 * * *", "30 2 * * *"])
def test_each_day_of_the_year_has_it_once(line: str) -> None:
    begin = datetime(2026, 12, 31, 12, tzinfo=UTC)
    found = due(Cron(line, BERLIN), begin, begin + 365 * DAY)
    assert len(found) == 365
    assert all(timedelta(hours=22) < b - a < timedelta(hours=26) for a, b in pairwise(found))


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_every_quarter_of_an_hour_goes_on_as_if_the_clock_were_not_touched(day: datetime) -> None:
    found = due(Cron("*/15 * * * *", BERLIN), day, day + timedelta(hours=6))
    assert found == [day + timedelta(minutes=15 * n) for n in range(1, 25)]


def test_asking_in_the_middle_of_the_hour_that_comes_twice_gives_the_same() -> None:
    once = Cron("30 2 * * *", BERLIN)
    twice_shown = at(AUTUMN, "00:30", "00:45", "01:10", "01:30", "01:50")
    assert {once.after(moment) for moment in twice_shown} == {AUTUMN + DAY + timedelta(hours=1.5)}


def test_a_clock_that_jumps_by_half_an_hour() -> None:
    # Lord Howe Island: from 02:00 to 02:30 at 15:30 UTC of the day before.
    day = datetime(2027, 10, 2, tzinfo=UTC)
    found = due(Cron("15 2 * * *", "Australia/Lord_Howe"), day + timedelta(hours=12), day + DAY)
    assert found == at(day, "15:30")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # 2026-11-25 is a Wednesday; a Sunday is 0 and 7.
        ("0 0 * * 0", "11-29 12-06"),
        ("0 0 * * 7", "11-29 12-06"),
        ("0 0 * * sun", "11-29 12-06"),
        ("0 0 * * 5-7", "11-27 11-28 11-29 12-04 12-05 12-06"),
        ("0 0 * * mon-tue", "11-30 12-01 12-07"),
        ("0 0 * * 1/3", "11-26 11-30 12-03 12-07"),
        # Either of them, as in cron.
        ("0 0 1 * thu", "11-26 12-01 12-03"),
        ("0 0 */10 * *", "12-01"),
        ("0 0 2 dec *", "12-02"),
        ("0 0 28-30,3 11,12 *", "11-28 11-29 11-30 12-03"),
    ],
)
def test_days_are_cron_days(line: str, expected: str) -> None:
    begin = datetime(2026, 11, 25, 12, tzinfo=UTC)
    found = due(Cron(line, "UTC"), begin, begin + 12 * DAY)
    assert " ".join(f"{moment:%m-%d}" for moment in found) == expected


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0 3 * *", "five fields"),
        ("0 3 * * * *", "five fields"),
        ("60 3 * * *", "the minute must be from 0 to 59"),
        ("0 3 0 * *", "the day of month must be from 1 to 31"),
        ("0 3 * * 8", "the day of week must be from 0 to 7"),
        ("0 3 * * fri-mon", "the smaller end first"),
        ("0 3 last * *", "the day of month is not understood"),
        ("0 3 * * 1st", "the day of week is not understood"),
        ("*/0 3 * * *", "the step of the minute"),
        ("50/20 3 * * *", "the step of the minute is larger"),
        ("a\0 3 * * *", "the minute is not understood"),
    ],
)
def test_what_is_no_cron_line_is_refused_with_the_name_of_the_field(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Cron(line, "UTC")


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "../etc/passwd", "", "Europe", "a\0b"])
def test_what_is_no_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="not the name of a time zone"):
        Cron("0 3 * * *", zone)


def test_a_day_that_never_comes_is_never_due() -> None:
    assert Cron("0 0 31 2 *", "UTC").after(SPRING) is None
    assert Cron("0 0 29 2 *", "UTC").after(SPRING) == datetime(2028, 2, 29, tzinfo=UTC)


def test_an_interval_keeps_its_pace_whenever_it_is_asked() -> None:
    every = Interval(300, 0.25)
    found = due(every, SPRING, SPRING + timedelta(hours=1))
    assert len(found) == 12
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(minutes=5)}
    assert every.after(found[0] + timedelta(seconds=299)) == found[1]


def test_a_thousand_arrays_are_spread_over_the_interval() -> None:
    minutes = Counter(
        Interval(300, share("a schedule", f"array {n}")).after(SPRING).minute for n in range(1000)
    )
    assert sorted(minutes) == [0, 1, 2, 3, 4]
    assert all(150 < number < 250 for number in minutes.values())


def test_once_is_once() -> None:
    assert due(Once(SPRING + DAY), SPRING, SPRING + 10 * DAY) == [SPRING + DAY]
    assert Once(SPRING).after(SPRING) is None
