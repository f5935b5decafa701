"""Arrays whose resources do not measure at one time: some are ahead, some behind; nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from delfin.common.constants import metric_struct
from tests.unit.task_manager.collection.conftest import NewWorld
from tests.unit.task_manager.collection.world import AWAY, MINUTE, World

KEPT = pytest.mark.parametrize(
    "array",
    [{"tells_newest": False}, {"tells_newest": False, "is_historic": False, "retention": None}],
    ids=["keeps what it measured", "keeps nothing"],
)
# Milliseconds by number of the resource, of five.
APART = pytest.mark.parametrize(
    "ahead",
    [
        {4: 150_000},
        {3: 150_000, 4: 150_000},
        {0: -90_000},
        {0: -90_000, 4: 150_000},
        {2: 20_000, 3: 40_000, 4: 50_000},
    ],
    ids=["one ahead", "two ahead", "one behind", "ahead and behind", "each at its own second"],
)


def holes(world: World, since: int, until: int) -> dict[str, int]:
    """How many times of each resource are missing that were measured meanwhile."""
    found = {}
    for number in range(world.array.resources):
        ahead = world.array.ahead.get(number, 0)
        wanted = range(since // MINUTE * MINUTE + MINUTE, until + 1, MINUTE)
        times = set(world.sink.times(resource=f"r{number}"))
        if missed := {at + ahead for at in wanted} - times:
            found[f"r{number}"] = len(missed)
    return found


@KEPT
@APART
def test_resources_that_measure_at_another_time_are_complete_and_come_each_time(
    new_world: NewWorld, array: dict[str, object], ahead: dict[int, int]
) -> None:
    world = new_world(resources=5, ahead=ahead, **array)
    world.pass_by(2)
    began = world.array.newest
    for _ in world.minutes(15):
        world.sink.batches.clear()
    world.pass_by(3)
    assert not holes(world, began, world.array.newest - 5 * MINUTE)
    came = {series.resource_id for batch in world.sink.batches for series in batch.series}
    assert len(came) == 5, "none of them waits for minutes"
    assert not world.gaps()
    assert world.sink.repeated == 0
    assert not world.sink.unequal


@KEPT
@APART
def test_a_restart_loses_nothing_of_those_that_are_ahead(
    new_world: NewWorld, array: dict[str, object], ahead: dict[int, int]
) -> None:
    world = new_world(resources=5, ahead=ahead, **array)
    for turn in world.minutes(40):
        if turn == 15:
            world.restart()
            began = world.array.newest
    lost = holes(world, began, world.array.newest - 5 * MINUTE)
    behind = {f"r{number}" for number in ahead if ahead[number] < 0}
    assert not lost.keys() - behind
    # Of these nobody knows after a restart how far they had come.
    assert all(number <= 2 for number in lost.values())
    assert world.sink.repeated < 0.02 * world.sink.given


def test_of_two_resources_that_are_apart_the_one_behind_sets_the_pace(new_world: NewWorld) -> None:
    world = new_world(resources=2, ahead={1: 4 * MINUTE}, tells_newest=False)
    world.pass_by(20)
    assert not holes(world, world.array.newest - 15 * MINUTE, world.array.newest - 5 * MINUTE)
    assert world.sink.repeated == 0


def test_what_the_sink_did_not_take_of_one_ahead_comes_again(new_world: NewWorld) -> None:
    world = new_world(
        resources=5, ahead={4: 150_000}, tells_newest=False, is_historic=False, retention=None
    )
    world.pass_by(3)

    def full(_batch: object) -> None:
        raise OSError("no space left")

    world.sink.before = full
    world.collect_at_once()
    world.sink.before = lambda _batch: None
    newest = world.array.newest + 150_000
    assert newest not in world.sink.times(resource="r4")
    world.collect_at_once()
    assert newest in world.sink.times(resource="r4")


@KEPT
def test_one_that_is_far_behind_is_followed_and_found_again_after_a_restart(
    new_world: NewWorld, array: dict[str, object]
) -> None:
    world = new_world(resources=5, ahead={0: -12 * MINUTE}, **array)
    world.pass_by(2)
    began = world.array.newest
    world.pass_by(30)
    assert not holes(world, began, world.array.newest - MINUTE)
    world.restart()
    world.pass_by(20)
    lost = holes(world, began, world.array.newest - MINUTE)
    assert lost.get("r0", 0) <= 1, "what it has measured since the last collection"
    assert (world.sink.repeated, world.sink.unequal) == (0, 0)
    assert "behind" not in world.standing()["dropped"]


def stalled(resource: str, at: int) -> Callable[[list[Any]], list[Any]]:
    """What was measured after that time is not there yet."""

    def spoil(rows: list[Any]) -> list[Any]:
        for number, (metric, labels, values) in enumerate(rows):
            if labels["resource_id"] == resource:
                early = {time: value for time, value in values.items() if time <= at}
                rows[number] = metric_struct(metric, labels, early)
        return [row for row in rows if row.values]

    return spoil


def test_what_one_measured_that_was_silent_for_a_while_is_read_when_it_comes_back(
    new_world: NewWorld,
) -> None:
    world = new_world(resources=5, tells_newest=False)
    world.pass_by(5)
    began, usual = world.array.newest, world.array.spoil
    world.array.spoil = stalled("r0", began)
    world.pass_by(25)
    asked = max(end - start for start, end, _ in world.array.calls[-5:])
    world.array.spoil = usual
    world.pass_by(5)
    assert not holes(world, began, world.array.newest - MINUTE)
    assert world.sink.repeated == 0
    world.pass_by(15)
    assert max(end - start for start, end, _ in world.array.calls[-5:]) == asked < 5 * MINUTE


def test_what_is_lost_of_one_behind_when_the_array_was_away_is_counted(
    new_world: NewWorld,
) -> None:
    world = new_world(resources=5, ahead={0: -4 * MINUTE}, tells_newest=False)
    world.pass_by(10)
    began = world.array.newest - 5 * MINUTE
    world.array.trouble = AWAY
    world.pass_by(30)
    world.array.trouble = None
    world.collect_at_once()
    world.pass_by(30)
    lost = holes(world, began, world.array.newest - MINUTE)
    assert lost.keys() == {"r0"}
    # Of both metrics.
    assert world.standing()["dropped"] == {"behind": 2 * lost["r0"]}
    assert world.sink.repeated == 0
