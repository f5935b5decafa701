"""Drivers that yield: what they have made goes on before they make more, so an array may be large."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from delfin.common.constants import metric_struct
from delfin.telemetry.samples import Batch
from tests.unit.task_manager.collection.conftest import NewWorld
from tests.unit.task_manager.collection.world import HOUR, MINUTE

LUNS, AT_MOST = 55_000, 50_000


@pytest.mark.parametrize(
    "array",
    [{}, {"is_historic": False, "retention": None}],
    ids=["keeps what it measured", "keeps nothing"],
)
def test_an_array_that_tells_its_newest_time_is_never_held_as_a_whole(
    new_world: NewWorld, array: dict[str, object]
) -> None:
    world = new_world(tells_newest=True, resources=1, **array)
    world.bench.conf.set_override("performance_history_on_reschedule", 60, "telemetry")
    world.metrics = frozenset({"iops"})
    made = 0
    held: list[int] = []

    def yielding(rows: list[Any]) -> Iterator[Any]:
        nonlocal made
        metric, labels, values = rows[0]
        at = max(values)
        for number in range(LUNS):
            made += 1
            yield metric_struct(metric, {**labels, "resource_id": f"{number:06}"}, {at: 1.0})

    def look(batch: Batch) -> None:
        held.append(made - world.sink.given)
        assert len(batch) <= AT_MOST

    world.array.spoil = yielding
    world.sink.before = look
    world.collect()
    assert world.sink.given == made == LUNS
    assert len(held) == 2
    assert max(held) <= AT_MOST


def test_the_time_that_an_array_tells_does_not_hide_what_its_samples_say(
    new_world: NewWorld,
) -> None:
    # It tells its clock, and has measured some seconds before; one still earlier.
    ahead = {0: -20_000, 1: -20_000, 2: -80_000}
    world = new_world(is_historic=False, retention=None, resources=3, ahead=ahead)
    for _ in world.minutes(10):
        # One that is wrong, among those that tell the time.
        world.array.spoil = lambda rows: [*rows, late(rows[0], world.array.newest + HOUR)]
    for resource in ("r0", "r1", "r2"):
        found = world.sink.times(resource=resource)
        assert found == list(range(found[0], found[0] + len(found) * MINUTE, MINUTE))
        assert len(found) >= 9
    assert world.sink.repeated == 0
    assert world.standing()["dropped"] == {"future": 10}


def test_a_thousand_samples_of_what_is_idle_do_not_hide_the_others(new_world: NewWorld) -> None:
    world = new_world(is_historic=False, retention=None, resources=3)

    def idle(rows: list[Any]) -> list[Any]:
        metric, labels, values = rows[0]
        old = max(values) - HOUR // 2
        before = [
            metric_struct(metric, {**labels, "resource_id": f"idle{number}"}, {old: 1.0})
            for number in range(1200)
        ]
        return [*before, *rows]

    world.array.spoil = idle
    for _ in world.minutes(5):
        pass
    assert "future" not in world.standing()["dropped"]
    for resource in ("r0", "r1", "r2"):
        assert len(world.sink.times(resource=resource)) >= 4


def late(row: Any, at: int) -> Any:
    metric, labels, _ = row
    return metric_struct(metric, labels, {at: 1.0})
