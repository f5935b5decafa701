"""Reconciling makes the table show what the array reports, and touches nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from delfin.db.query import Page
from delfin.db.session import Database
from delfin.inventory import reconcile, store
from delfin.inventory.access import HOST_INITIATORS, HOSTS, PORT_GROUPS
from delfin.inventory.block import POOLS, VOLUMES
from delfin.inventory.kind import ResourceKind, table_of
from delfin.inventory.reconcile import Tally
from tests.unit.db.stored import add_storage


def full(kind: ResourceKind, **values: Any) -> dict[str, Any]:
    return dict.fromkeys(kind.reported) | values


def volumes(*names: str, **values: Any) -> list[dict[str, Any]]:
    return [full(VOLUMES, native_volume_id=f"n-{name}", name=name, **values) for name in names]


def apply(database: Database, storage_id: str, kind: ResourceKind, rows: list[Any]) -> Tally:
    with database.writer() as session:
        return reconcile.reconcile(session, kind, storage_id, rows)


def stored(database: Database, kind: ResourceKind, storage_id: str) -> dict[str, dict[str, Any]]:
    with database.reader() as session:
        found = store.listing(session, kind, Page(), storage_id=storage_id)
    return {row[kind.native_id]: row for row in found.rows}


@pytest.fixture
def storage_id(database: Database) -> str:
    with database.writer() as session:
        return add_storage(session)


def test_rows_are_added_updated_and_removed(database: Database, storage_id: str) -> None:
    assert apply(database, storage_id, VOLUMES, volumes("a", "b", "c")) == Tally(3, 0, 0, 0)
    before = stored(database, VOLUMES, storage_id)
    rows = [*volumes("a"), *volumes("b", total_capacity=2**40), *volumes("d")]
    assert apply(database, storage_id, VOLUMES, rows) == Tally(1, 1, 1, 1)
    after = stored(database, VOLUMES, storage_id)
    assert set(after) == {"n-a", "n-b", "n-d"}
    assert after["n-b"]["id"] == before["n-b"]["id"]
    assert after["n-b"]["total_capacity"] == 2**40
    assert after["n-b"]["updated_at"] >= after["n-b"]["created_at"]


def test_unchanged_rows_are_not_written(database: Database, storage_id: str) -> None:
    rows = volumes("a", "b", compressed=True, total_capacity=1)
    apply(database, storage_id, VOLUMES, rows)
    assert apply(database, storage_id, VOLUMES, rows) == Tally(0, 0, 0, 2)
    assert {r["updated_at"] for r in stored(database, VOLUMES, storage_id).values()} == {None}


def test_empty_report_empties_the_table(database: Database, storage_id: str) -> None:
    apply(database, storage_id, POOLS, [full(POOLS, native_storage_pool_id="p")])
    assert apply(database, storage_id, POOLS, []).removed == 1
    assert stored(database, POOLS, storage_id) == {}


def test_a_value_that_becomes_unknown_is_unknown(database: Database, storage_id: str) -> None:
    apply(database, storage_id, VOLUMES, volumes("a", total_capacity=0, compressed=False))
    apply(database, storage_id, VOLUMES, volumes("a"))
    row = stored(database, VOLUMES, storage_id)["n-a"]
    assert row["total_capacity"] is None
    assert row["compressed"] is None


def test_rows_of_another_array_with_the_same_ids_are_not_touched(
    database: Database, storage_id: str
) -> None:
    with database.writer() as session:
        other = add_storage(session, "SN2")
    apply(database, storage_id, VOLUMES, volumes("a", "b"))
    apply(database, other, VOLUMES, volumes("a", "b", total_capacity=7))
    apply(database, storage_id, VOLUMES, [])
    assert {r["total_capacity"] for r in stored(database, VOLUMES, other).values()} == {7}


def test_more_rows_than_a_batch_all_arrive(
    database: Database, storage_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "BATCH", 10)
    monkeypatch.setattr(reconcile, "DELETE_BATCH", 10)
    names = [f"v{i}" for i in range(35)]
    assert apply(database, storage_id, VOLUMES, volumes(*names)).added == 35
    assert apply(database, storage_id, VOLUMES, volumes(*names, total_capacity=1)).updated == 35
    assert apply(database, storage_id, VOLUMES, volumes("v3")).removed == 34


def members(database: Database, storage_id: str, pairs: set[tuple[str, str]]) -> None:
    with database.writer() as session:
        reconcile.reconcile_members(session, PORT_GROUPS, storage_id, pairs)


def test_members_follow_the_report_and_do_not_leak_between_arrays(
    database: Database, storage_id: str
) -> None:
    with database.writer() as session:
        other = add_storage(session, "SN2")
    for owner, ports in ((storage_id, "ab"), (other, "c")):
        apply(database, owner, PORT_GROUPS, [full(PORT_GROUPS, native_port_group_id="g")])
        members(database, owner, {("g", port) for port in ports})
    assert stored(database, PORT_GROUPS, storage_id)["g"]["ports"] == ["a", "b"]
    assert stored(database, PORT_GROUPS, other)["g"]["ports"] == ["c"]
    members(database, storage_id, {("g", "b"), ("g", "d")})
    assert stored(database, PORT_GROUPS, storage_id)["g"]["ports"] == ["b", "d"]
    members(database, storage_id, set())
    assert stored(database, PORT_GROUPS, storage_id)["g"]["ports"] == []


def test_hosts_show_their_initiators(database: Database, storage_id: str) -> None:
    apply(database, storage_id, HOSTS, [full(HOSTS, native_storage_host_id="h")])
    rows = [
        full(HOST_INITIATORS, native_storage_host_initiator_id=i, native_storage_host_id="h")
        for i in "ab"
    ]
    apply(database, storage_id, HOST_INITIATORS, rows)
    assert stored(database, HOSTS, storage_id)["h"]["storage_host_initiators"] == ["a", "b"]


def test_forget_leaves_no_row_of_the_array(database: Database, storage_id: str) -> None:
    apply(database, storage_id, PORT_GROUPS, [full(PORT_GROUPS, native_port_group_id="g")])
    members(database, storage_id, {("g", "p")})
    with database.writer() as session:
        reconcile.forget(session, PORT_GROUPS, storage_id)
    assert PORT_GROUPS.embed is not None
    with database.reader() as session:
        for table in (PORT_GROUPS.table, table_of(PORT_GROUPS.embed.model)):
            assert session.execute(select(table)).all() == []
