"""What a process says of its collections on its page of metrics."""

from __future__ import annotations

from typing import Any

import pytest
from oslo_db import exception as db_exception

from delfin.common.constants import metric_struct
from delfin.process.metrics import MetricsApp
from delfin.utils import utcnow_ms
from tests.unit.task_manager.collection.conftest import NewWorld
from tests.unit.task_manager.collection.world import AWAY, HOUR, World


def figures(world: World) -> dict[tuple[str, ...], float]:
    readings = world.runner.figures.readings()
    return {(one.name, *one.labels.values()): one.number for one in readings}


def test_figures_tell_what_was_collected_refilled_dropped_and_lost(new_world: NewWorld) -> None:
    world = new_world(retention=HOUR)

    def spoil(rows: list[Any]) -> list[Any]:
        metric, labels, _ = rows[0]
        return [*rows, metric_struct(metric, labels, {world.array.newest: -1.0})]

    world.array.spoil = spoil
    for turn in world.minutes(120):
        world.array.trouble = AWAY if 10 <= turn < 90 else None
    found = figures(world)
    standing = world.standing()
    assert found["collections", "done"] > 20
    assert found["collections", "failed"] > 5
    assert found["collections", "left_alone"] > 30
    assert found["collections", "partial"] == 0
    samples = found["collected_samples", "current"], found["collected_samples", "refilled"]
    assert min(samples) > 0
    assert sum(samples) == standing["samples"]
    assert found["collection_dropped_samples", "negative"] == standing["dropped"]["negative"]
    assert found["collection_dropped_samples", "future"] == 0
    lost = sum(end - start for start, end in world.gaps())
    assert found["collection_gaps",] >= len(world.gaps()) > 0
    assert found["collection_gap_seconds",] == lost / 1000


def test_a_collection_that_started_late_is_told(world: World) -> None:
    lease = world.lease()
    world.bench.queue.put_back(lease, -30)
    late = world.bench.queue.lease("world")
    assert late is not None
    assert late.due <= utcnow_ms() - 30_000
    world.runner(late, world.bench.stopping)
    assert 30 <= figures(world)["collection_delay_seconds",] < 60


def test_a_collection_that_the_database_ends_counts_as_failed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = world.lease()

    def away() -> Any:
        raise db_exception.DBConnectionError

    monkeypatch.setattr(world.bench.database, "reader", away)
    with pytest.raises(db_exception.DBConnectionError):
        world.runner(lease, world.bench.stopping)
    assert figures(world)["collections", "failed"] == 1


def test_the_page_has_every_figure_from_the_start(world: World) -> None:
    app = MetricsApp("p", dict, dict, readings=world.runner.figures.readings)
    page = b"".join(app({"PATH_INFO": "/metrics"}, lambda *_: None)).decode()
    assert 'delfin_collections_total{process="p",result="done"} 0.0' in page
    assert 'delfin_collection_dropped_samples_total{process="p",reason="behind"} 0.0' in page
    assert 'delfin_collected_samples_total{process="p",reading="refilled"} 0.0' in page
    assert 'delfin_collection_gaps_total{process="p"} 0.0' in page
