"""Hours of simulated time: stalls, restarts, jumping clocks. Every minute is there, and once."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from delfin.jobs.queue import LeaseLostError
from tests.unit.task_manager.collection.conftest import NewWorld
from tests.unit.task_manager.collection.world import AWAY, BEGIN, HOUR, MINUTE, World

STALLS = (10, 30, 90, 180, 300)
# How an array may be: it says how far it has data, or only its samples tell.
KNOWN = pytest.mark.parametrize("tells", [True, False], ids=["tells its newest", "does not"])


@KNOWN
def test_stalls_restarts_and_moves_leave_no_hole(new_world: NewWorld, tells: bool) -> None:
    world = new_world(tells_newest=tells)
    dice = random.Random(7)  # noqa: S311 - the same story each time
    for turn in world.minutes(120):
        if turn % 7 == 3:
            world.time.sleep(dice.choice(STALLS) * 1000)
        if turn % 20 == 10:
            world.restart()
        if turn % 30 == 15:
            move(world)
        if turn % 45 == 40:
            die_before_the_windows_are_written(world)
    world.assert_whole(BEGIN, world.array.newest - MINUTE)
    assert not world.gaps()
    assert world.sink.repeated < 0.02 * world.sink.given


def move(world: World) -> None:
    """Another process has the job now; the one before writes nothing any more."""
    old = world._lease
    assert old is not None
    world.bench.queue.put_back(old, 0.0)
    world._lease = world.bench.queue.lease("another")
    world.time.sleep(MINUTE)
    given = world.sink.given
    with pytest.raises(LeaseLostError):
        world.runner(old, world.bench.stopping)
    assert world.sink.given == given
    world.restart()


def die_before_the_windows_are_written(world: World) -> None:
    """The samples are in the sink, and nobody knows."""
    runner, lease = world.runner, world._lease
    assert lease is not None

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "_write", killed)
        with pytest.raises(KeyboardInterrupt):
            runner(lease, world.bench.stopping)
    world.restart()


@KNOWN
@pytest.mark.parametrize("skew", [-HOUR, -10 * MINUTE, 10 * MINUTE, HOUR])
def test_the_windows_follow_an_array_whose_clock_is_off(
    new_world: NewWorld, tells: bool, skew: int
) -> None:
    world = new_world(tells_newest=tells, skew=skew)
    world.pass_by(20)
    world.assert_whole(BEGIN + skew, world.array.newest - MINUTE)
    standing = world.standing()
    assert abs(standing["skew"] - skew / 1000) <= 60
    assert standing["resources"][0]["lag"] <= 180
    assert not world.gaps()
    assert world.sink.repeated == 0


@KNOWN
@pytest.mark.parametrize(
    "steps",
    [(10 * MINUTE,), (-10 * MINUTE,), (10 * MINUTE, -10 * MINUTE), (HOUR, -HOUR)],
    ids=["ahead", "back", "ahead and back", "an hour, as clocks do for summer time"],
)
def test_our_clock_may_jump(new_world: NewWorld, tells: bool, steps: tuple[int, ...]) -> None:
    world = new_world(tells_newest=tells)
    for turn in world.minutes(60):
        if turn % 15 == 7:
            world.time.shift += steps[turn // 15 % len(steps)]
    world.assert_whole(BEGIN, world.array.newest - MINUTE)
    assert not world.gaps()
    assert world.sink.repeated == 0


@KNOWN
def test_our_clock_may_jump_over_a_restart(new_world: NewWorld, tells: bool) -> None:
    world = new_world(tells_newest=tells)
    for turn in world.minutes(60):
        if turn in {20, 40}:
            world.time.shift += 10 * MINUTE if turn == 20 else -20 * MINUTE
            world.restart()
    world.assert_whole(BEGIN, world.array.newest - MINUTE)
    assert not world.gaps()
    assert world.sink.repeated == 0


@KNOWN
def test_an_array_that_keeps_nothing_is_collected_without_a_hole(
    new_world: NewWorld, tells: bool
) -> None:
    world = new_world(is_historic=False, retention=None, tells_newest=tells)
    for turn in world.minutes(60):
        if turn == 30:
            world.time.shift += 10 * MINUTE
    world.assert_whole(BEGIN, world.array.newest - MINUTE)
    assert not world.gaps()


@KNOWN
def test_what_an_array_that_keeps_nothing_measured_meanwhile_is_lost(
    new_world: NewWorld, tells: bool
) -> None:
    world = new_world(is_historic=False, retention=None, tells_newest=tells)
    world.pass_by(5)
    left = world.array.newest - MINUTE
    away(world, lambda: world.pass_by(60))
    world.pass_by(8)
    ((start, end),) = world.gaps()
    assert start == left
    back = world.sink.times()[world.sink.times().index(left) + 1]
    assert back - 2 * MINUTE <= end < back


def test_an_array_whose_clock_goes_back_is_followed_when_it_is_far(world: World) -> None:
    world.pass_by(10)
    world.array.skew = -3 * HOUR
    world.pass_by(10)
    assert world.array.newest - MINUTE in world.sink.times()
    assert world.standing()["resources"][0]["lag"] <= 120


def test_after_a_small_step_back_no_time_is_used_twice(world: World) -> None:
    world.pass_by(10)
    world.array.skew = -10 * MINUTE
    world.pass_by(30)
    world.assert_whole(BEGIN, world.array.newest - MINUTE)
    assert world.sink.repeated == 0


def away(world: World, meanwhile: Callable[[], None]) -> None:
    world.array.trouble = AWAY
    meanwhile()
    world.array.trouble = None
