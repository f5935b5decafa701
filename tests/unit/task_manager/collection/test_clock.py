"""What arrays say of their clocks, and what is guessed where they say nothing."""

from __future__ import annotations

from typing import Any

import pytest

from delfin.context import get_admin_context
from delfin.task_manager.collection.clock import ArrayClocks
from tests.unit.task_manager.collection.world import (
    BEGIN,
    HOUR,
    MINUTE,
    MeasuringDriver,
    SimulatedTime,
    World,
)


@pytest.mark.parametrize(
    ("told", "understood"),
    [
        (BEGIN, BEGIN),
        (str(BEGIN), BEGIN),
        (float(BEGIN), BEGIN),
        (0, None),
        (None, None),
        (-1, None),
        ("soon", None),
        ([BEGIN], None),
    ],
)
def test_the_newest_time_is_a_number_or_unknown(
    world: World, monkeypatch: pytest.MonkeyPatch, told: Any, understood: int | None
) -> None:
    monkeypatch.setattr(MeasuringDriver, "get_latest_perf_timestamp", lambda *_: told)
    context = get_admin_context(storage_id=world.storage_id)
    assert world.arrays.get_latest_perf_timestamp(context, world.storage_id) == understood


def test_the_clock_of_an_array_that_was_seen_goes_on_whatever_ours_does() -> None:
    time = SimulatedTime()
    clocks = ArrayClocks(time)
    clocks.saw("id-1", BEGIN + HOUR)
    time.sleep(5 * MINUTE)
    time.shift = -3 * HOUR
    assert clocks.guess("id-1", None).start == BEGIN + HOUR + 5 * MINUTE


def test_data_that_is_older_than_the_guess_does_not_slow_the_clock_down() -> None:
    time = SimulatedTime()
    clocks = ArrayClocks(time)
    clocks.saw("id-1", BEGIN)
    time.sleep(10 * MINUTE)
    clocks.saw("id-1", BEGIN + 9 * MINUTE)
    assert clocks.guess("id-1", None).start == BEGIN + 10 * MINUTE
    clocks.saw("id-1", BEGIN + 11 * MINUTE)
    assert clocks.guess("id-1", None).start == BEGIN + 11 * MINUTE
    clocks.saw("id-1", BEGIN - 5 * HOUR)
    assert clocks.guess("id-1", None).start == BEGIN - 5 * HOUR


def test_one_that_was_never_seen_may_be_off_by_an_hour() -> None:
    time = SimulatedTime()
    clocks = ArrayClocks(time)
    unseen, known = clocks.guess("id-1", None), clocks.guess("id-1", -HOUR)
    assert unseen.start < BEGIN - HOUR
    assert unseen.end > BEGIN + HOUR
    assert known.start < BEGIN - HOUR - 10 * MINUTE
    assert known.end > BEGIN - HOUR + 10 * MINUTE
