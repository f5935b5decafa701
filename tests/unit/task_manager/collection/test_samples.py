"""What reaches the sink: good samples of an array that is still there, in batches, with their names."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from delfin.common.constants import ResourceType, metric_struct
from delfin.db import collection, storages
from delfin.drivers.kit.metrics import OWNERS
from delfin.inventory.block import VOLUMES
from delfin.inventory.catalog import BY_KEY
from delfin.inventory.reconcile import reconcile
from delfin.jobs.queue import DONE, LeaseLostError
from delfin.jobs.worker import StoppedError
from delfin.task_manager.collection.runner import CollectRunner, _names
from delfin.telemetry.collected import lacking
from delfin.telemetry.samples import Batch
from delfin.telemetry.standing import standing
from tests.unit.conftest import Bench
from tests.unit.scripted import Script
from tests.unit.task_manager.collection.conftest import NewWorld
from tests.unit.task_manager.collection.world import HOUR, MINUTE, Recording, World


def test_a_sample_is_what_the_array_said_with_the_labels_of_the_operator(world: World) -> None:
    world.labels, world.metrics = (("site", "north"),), frozenset({"iops"})
    assert world.collect().state == DONE
    batch = world.sink.batches[0]
    assert batch.source.storage_id == world.storage_id
    assert batch.source.storage_name == "array"
    assert batch.source.labels == (("site", "north"),)
    assert {one.metric for one in batch.series} == {"iops"}
    assert {one.resource_name for one in batch.series} == {"name 0", "name 1"}


def test_bad_samples_are_counted_and_all_others_exported(world: World) -> None:
    def spoil(rows: list[Any]) -> list[Any]:
        labels, now = rows[0].labels, world.array.newest
        bad = [
            metric_struct("iops", {**labels, "resource_id": "x"}, {now: None}),
            metric_struct("iops", {**labels, "resource_id": "x"}, {now: float("nan")}),
            metric_struct("iops", {**labels, "resource_id": "x"}, {now: -5}),
            metric_struct("iops", {**labels, "resource_id": "x"}, {now + HOUR: 5}),
            metric_struct("iops", {k: labels[k] for k in labels if k != "storage_id"}, {now: 5}),
        ]
        return [*bad, *rows]

    world.array.spoil = spoil
    assert world.collect().state == DONE
    dropped = world.standing()["dropped"]
    # One reading of current data, and some of the history.
    one = dropped["negative"]
    assert dropped["not_a_number"] == 2 * one
    assert dropped["future"] == dropped["labels"] == one
    assert not [key for key in world.sink.values if key[1] == "x"]
    world.assert_whole(world.array.newest - 30 * MINUTE, world.array.newest)


def test_one_sample_of_the_future_does_not_move_the_window(new_world: NewWorld) -> None:
    world = new_world(tells_newest=False, resources=3)

    def spoil(rows: list[Any]) -> list[Any]:
        rows[0].values[world.array.newest + HOUR] = 1.0
        return rows

    world.array.spoil = spoil
    world.pass_by(10)
    world.assert_whole(world.array.newest - 20 * MINUTE, world.array.newest - MINUTE, resource="r2")
    assert world.standing()["dropped"]["future"] >= 10


def test_a_storage_that_is_deleted_during_a_collection_sends_nothing_more(
    new_world: NewWorld,
) -> None:
    world = new_world(kinds=("volume", "port"))

    def delete(_batch: Batch) -> None:
        with world.bench.database.writer() as session:
            storages.bury(session, world.storage_id)
            world.bench.board.request_removal(session, world.storage_id)

    world.sink.before = delete
    with pytest.raises(LeaseLostError):
        world.collect()
    assert len(world.sink.batches) == 1


def test_a_service_that_stops_hands_the_job_back_and_keeps_what_it_has(
    new_world: NewWorld,
) -> None:
    world = new_world(kinds=("volume", "port"))
    stopping = threading.Event()
    world.sink.before = lambda _batch: stopping.set()
    with pytest.raises(StoppedError):
        world.runner(world.lease(), stopping)
    (kept,) = world.standing()["resources"]
    assert kept["resource_type"] == "volume"
    assert kept["collected_until"] == world.array.newest


def test_samples_that_the_sink_does_not_take_are_read_again(world: World) -> None:
    def full(_batch: Batch) -> None:
        raise OSError("no space left")

    world.sink.before = full
    finished = world.collect()
    assert finished.result["error_code"] == "DelfinException"
    assert world.sink.given == 0
    world.sink.before = lambda _batch: None
    world.time.sleep(5 * MINUTE)
    assert world.collect().state == DONE
    world.assert_whole(world.array.newest - 30 * MINUTE, world.array.newest)


def test_a_driver_may_give_its_series_one_after_the_other(world: World) -> None:
    world.array.spoil = iter
    assert world.collect().state == DONE
    world.assert_whole(world.array.newest - 30 * MINUTE, world.array.newest)


def test_a_resource_that_the_driver_leaves_unnamed_has_the_name_of_the_inventory(
    world: World,
) -> None:
    def unnamed(rows: list[Any]) -> list[Any]:
        return [
            row._replace(labels={k: row.labels[k] for k in row.labels if k != "resource_name"})
            for row in rows
        ]

    world.array.spoil = unnamed
    with world.bench.database.writer() as session:
        rows = [{**dict.fromkeys(VOLUMES.reported), "native_volume_id": "r0", "name": "payroll"}]
        reconcile(session, VOLUMES, world.storage_id, rows)
    world.collect()
    names = {one.resource_id: one.resource_name for one in world.sink.batches[0].series}
    assert names == {"r0": "payroll", "r1": ""}


@pytest.mark.parametrize("resource_type", sorted(OWNERS.keys() - {ResourceType.STORAGE}))
def test_every_type_that_is_measured_finds_its_names_in_the_inventory(
    bench: Bench, resource_type: str
) -> None:
    storage_id = bench.register(Script())
    words = {word: f"{word}s" for word in OWNERS} | {
        ResourceType.STORAGE_POOL: "storage_pools",
        ResourceType.VOLUME_GROUP: "volume_groups",
    }
    kind = BY_KEY[words[resource_type]]
    with bench.database.writer() as session:
        row = {**dict.fromkeys(kind.reported), kind.native_id: "r0", "name": "payroll"}
        reconcile(session, kind, storage_id, [row])
        assert _names(session, storage_id, resource_type) == {"r0": "payroll"}


def test_an_array_that_measures_nothing_is_done(bench: Bench) -> None:
    storage_id = bench.register(Script())
    with bench.database.writer() as session:
        bench.board.request_collection(session, storage_id)
    lease = bench.queue.lease("a")
    assert lease is not None
    sink = Recording()
    runner = CollectRunner(bench.database, bench.queue, bench.arrays, bench.conf, sink)
    finished = runner(lease, bench.stopping)
    assert (finished.state, finished.result) == (DONE, {"supported": False})
    assert sink.given == 0


def test_what_the_driver_does_not_offer_is_done_with_nothing(world: World) -> None:
    world.metrics = frozenset({"cpuUsage"})
    finished = world.collect()
    assert (finished.state, finished.result) == (DONE, {"samples": 0})


def test_what_is_not_due_is_not_read(new_world: NewWorld) -> None:
    world = new_world(kinds=("volume", "port"))
    lease = replace(world.lease(), payload={"resource_types": ["port"]})
    world.runner(lease, threading.Event())
    assert {key[0] for key in world.sink.values} == {"port"}


def test_a_type_that_the_array_turns_out_to_lack_is_known_until_it_has_it(world: World) -> None:
    def state() -> tuple[Any, frozenset[str]]:
        with world.bench.database.reader() as session:
            row = collection.read(session, world.storage_id)
            assert row is not None
            return standing(session, world.storage_id), lacking(row.kinds)

    world.collect()
    world.array.trouble = NotImplementedError
    world.array.tells_newest = False
    world.time.sleep(5 * MINUTE)
    assert world.collect().state == DONE
    stands, lacks = state()
    assert (stands["resources"], stands["failures"]) == ([], 0)
    assert lacks == {"volume"}
    world.array.trouble = None
    world.array.tells_newest = True
    world.time.sleep(5 * MINUTE)
    assert world.collect().state == DONE
    stands, lacks = state()
    assert [one["resource_type"] for one in stands["resources"]] == ["volume"]
    assert lacks == frozenset()
    world.assert_whole(world.array.newest - 30 * MINUTE, world.array.newest)
