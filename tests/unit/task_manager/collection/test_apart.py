"""Arrays whose resources do not measure at one time: some are ahead, some behind; nothing is lost."""

from __future__ import annotations

import pytest

from tests.unit.task_manager.collection.conftest import NewWorld
from tests.unit.task_manager.collection.world import MINUTE, World

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
