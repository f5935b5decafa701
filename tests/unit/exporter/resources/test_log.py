"""The inventory reaches an exporter: all of it once, then what changes, also after years away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from oslo_config import cfg
from sqlalchemy import func, select

from delfin.alerts.keeping import keep_house
from delfin.db import storages
from delfin.db.alerts import ExportCursor
from delfin.db.resource_exports import ExportedKind
from delfin.db.session import Database
from delfin.exporter.resources import log
from delfin.exporter.resources.log import ResourceLog
from delfin.inventory.block import POOLS, VOLUMES
from tests.unit.conftest import Bench
from tests.unit.scripted import Script
from tests.unit.task_manager.reporting import reported

Told = tuple[str, str, str]


def volumes(*names: str, used: int = 1) -> list[dict[str, Any]]:
    return [
        {"native_volume_id": name, "name": f"vol {name}", "used_capacity": used} for name in names
    ]


@pytest.fixture
def script() -> Script:
    """An array with one pool and two volumes."""
    script = Script("SN1")
    script.listings[POOLS.lister] = [{"native_storage_pool_id": "p0", "name": "gold"}]
    script.listings[VOLUMES.lister] = volumes("a", "b")
    return script


@pytest.fixture
def follow(bench: Bench) -> Callable[..., ResourceLog]:
    bench.conf.set_override("poll_interval", 0.01, "exporters")

    def make(exporter: str = "one", owner: str = "me") -> ResourceLog:
        return ResourceLog(bench.database, bench.conf, exporter, owner)

    return make


def everything(entries: ResourceLog, most: int = 100) -> list[dict[str, Any]]:
    """Read and deliver until nothing comes for a while."""
    assert entries.acquire()
    found: list[dict[str, Any]] = []
    while True:
        entries._look_at = 0.0
        batch = entries.read(most)
        if not batch:
            return found
        told = [data for _, data in batch if data is not None]
        found += told
        assert entries.commit(batch[-1][0], told, 0, 0)


def in_short(told: list[dict[str, Any]]) -> list[Told]:
    return [(one["change"], one["kind"], one["native_id"]) for one in told]


def test_all_is_told_once_storages_first(
    bench: Bench, script: Script, follow: Callable[..., ResourceLog]
) -> None:
    storage_id = bench.register(script)
    bench.sync(storage_id)
    entries = follow()
    told = everything(entries)
    assert in_short(told) == [
        ("present", "storages", storage_id),
        ("present", "storage_pools", "p0"),
        ("present", "volumes", "a"),
        ("present", "volumes", "b"),
    ]
    assert {one["storage_id"] for one in told} == {storage_id}
    assert told[0]["resource"]["serial_number"] == "SN1"
    assert told[2]["resource"]["name"] == "vol a"
    assert everything(entries) == []
    bench.sync(storage_id)
    assert everything(entries) == []


def test_a_report_is_read_again_only_when_it_brought_something_new(
    bench: Bench, script: Script, follow: Callable[..., ResourceLog]
) -> None:
    storage_id = bench.register(script)
    bench.sync(storage_id)
    entries = follow()
    everything(entries)
    before = bench.kind_state(POOLS, storage_id)
    reported(bench, storage_id)
    after = bench.kind_state(POOLS, storage_id)
    assert (after.last_success, entries._unread()) == (before.last_success, [])
    assert after.last_attempt > before.last_attempt
    script.listings[POOLS.lister] = [{"native_storage_pool_id": "p0", "name": "silver"}]
    reported(bench, storage_id)
    assert in_short(everything(entries)) == [("changed", "storage_pools", "p0")]


def test_a_report_after_one_that_failed_counts_as_a_good_reading(
    bench: Bench, script: Script
) -> None:
    storage_id = bench.register(script)
    good, script.listings[POOLS.lister] = script.listings[POOLS.lister], ValueError
    bench.sync(storage_id)
    script.listings[POOLS.lister] = good
    reported(bench, storage_id)
    first = bench.kind_state(POOLS, storage_id)
    script.listings[POOLS.lister] = ValueError
    bench.sync(storage_id)
    script.listings[POOLS.lister] = good
    reported(bench, storage_id)
    again = bench.kind_state(POOLS, storage_id)
    assert again.error_code is None
    assert again.last_success == again.last_attempt > first.last_attempt


def test_then_what_is_added_changed_and_removed(
    bench: Bench, script: Script, follow: Callable[..., ResourceLog]
) -> None:
    storage_id = bench.register(script)
    bench.sync(storage_id)
    entries = follow()
    everything(entries)
    script.listings[VOLUMES.lister] = [*volumes("b", used=5), *volumes("c")]
    bench.sync(storage_id)
    told = everything(entries)
    assert in_short(told) == [
        ("changed", "volumes", "b"),
        ("added", "volumes", "c"),
        ("removed", "volumes", "a"),
    ]
    assert told[0]["resource"]["used_capacity"] == 5
    assert told[2]["resource"] is None


def test_another_process_goes_on_where_this_one_was_killed(
    bench: Bench, script: Script, follow: Callable[..., ResourceLog]
) -> None:
    script.listings[VOLUMES.lister] = volumes(*(f"v{n}" for n in range(30)))
    storage_id = bench.register(script)
    bench.sync(storage_id)
    killed = follow()
    assert killed.acquire()
    batch = killed.read(1)
    assert killed.commit(batch[-1][0], [one for _, one in batch if one], 0, 0)
    killed._look_at = 0.0
    killed.read(10)
    other = follow(owner="other")
    assert not other.acquire()
    killed.release()
    told = everything(other, most=7)
    assert len(told) == len({one["native_id"] for one in told}) == 31
    assert {one["change"] for one in told} == {"present"}


def test_what_is_not_delivered_is_told_again(
    bench: Bench, script: Script, follow: Callable[..., ResourceLog]
) -> None:
    storage_id = bench.register(script)
    bench.sync(storage_id)
    entries = follow()
    assert entries.acquire()
    first = entries.read(10)
    entries.failed("the receiver is away")
    assert [position for position, _ in entries.read(10)] == [position for position, _ in first]
    with bench.database.reader() as session:
        cursor = session.get_one(ExportCursor, "resources:one")
        assert (cursor.error, cursor.delivered) == ("the receiver is away", 0)
    assert len(everything(entries)) == 4
    with bench.database.reader() as session:
        cursor = session.get_one(ExportCursor, "resources:one")
        assert (cursor.error, cursor.delivered) == (None, 4)


def test_many_rows_come_in_parts(
    bench: Bench,
    script: Script,
    follow: Callable[..., ResourceLog],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log, "_AT_ONCE", 10)
    script.listings[VOLUMES.lister] = volumes(*(f"v{n}" for n in range(35)))
    storage_id = bench.register(script)
    bench.sync(storage_id)
    entries = follow()
    told = [one for one in in_short(everything(entries, 4)) if one[1] == "volumes"]
    assert sorted(told) == sorted(("present", "volumes", f"v{n}") for n in range(35))
    script.listings[VOLUMES.lister] = volumes(*(f"w{n}" for n in range(20)))
    bench.sync(storage_id)
    changes = [one[0] for one in in_short(everything(entries, 4))]
    assert sorted(changes) == ["added"] * 20 + ["removed"] * 35


def test_a_removed_storage_is_told_and_leaves_nothing(
    bench: Bench, script: Script, follow: Callable[..., ResourceLog]
) -> None:
    storage_id = bench.register(script)
    bench.sync(storage_id)
    entries = follow()
    everything(entries)
    bench.remove(storage_id)
    with bench.database.reader() as session:
        assert session.scalar(select(func.count()).select_from(ExportedKind)) == 0
    assert in_short(everything(entries)) == [("removed", "storages", storage_id)]
    assert everything(entries) == []


def test_two_exporters_are_told_by_themselves(
    bench: Bench, script: Script, follow: Callable[..., ResourceLog]
) -> None:
    storage_id = bench.register(script)
    bench.sync(storage_id)
    assert len(everything(follow("one"))) == 4
    script.listings[VOLUMES.lister] = volumes("a")
    bench.sync(storage_id)
    assert in_short(everything(follow("other")))[2:] == [("present", "volumes", "a")]


def test_a_storage_that_goes_in_the_middle_ends_the_matter(
    bench: Bench, script: Script, follow: Callable[..., ResourceLog]
) -> None:
    storage_id = bench.register(script)
    bench.sync(storage_id)
    entries = follow()
    assert entries.acquire()
    ((position, told),) = entries.read(10)
    assert told is not None
    assert entries.commit(position, [told], 0, 0)
    entries._look_at = 0.0
    batch = entries.read(10)
    with bench.database.writer() as session:
        storages.bury(session, storage_id)
        storages.forget(session, storage_id)
    assert entries.commit(batch[-1][0], [one for _, one in batch if one], 0, 0)
    assert in_short(everything(entries)) == [("removed", "storages", storage_id)]


def test_alerts_are_deleted_whatever_exporters_of_resources_have_got(
    conf: cfg.ConfigOpts, database: Database, follow: Callable[..., ResourceLog]
) -> None:
    entries = follow()
    assert entries.acquire()
    assert keep_house(database, conf) == 0
