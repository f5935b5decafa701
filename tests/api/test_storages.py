"""Storages after registration: shown, synchronised, removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from delfin.db.jobs import Job
from delfin.db.storages import KindState, Storage
from delfin.inventory.block import Volume
from delfin.inventory.catalog import KINDS
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.api.client import Client
from tests.api.conftest import Stage

Body = Callable[..., dict[str, Any]]


def test_the_inventory_is_served_after_the_sync(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.synced(body())
    for kind in KINDS:
        path = f"storages/{storage_id}/{kind.path}" if kind.nested else kind.path
        rows = client.get(f"/v1/{path}").json[kind.key]
        assert rows, kind.key
        assert {row["storage_id"] for row in rows} == {storage_id}
        if not kind.nested:
            assert client.get(f"/v1/{path}/{rows[0]['id']}").json == rows[0]
            assert client.get(f"/v1/{path}?storage_id=other").json == {kind.key: []}


def test_a_good_sync_is_told(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.synced(body())
    shown = client.get(f"/v1/storages/{storage_id}").json
    assert shown["sync_status"] == "SYNCED"
    assert shown["last_sync"]["result"] == "done"
    assert shown["last_sync"]["failed_kinds"] == []
    job = client.get(f"/v1/jobs/{shown['last_sync']['job_id']}").json
    assert job["state"] == "done"
    assert shown["unsupported_kinds"] == []


def test_a_failed_kind_is_told_and_the_storage_is_not_syncing(
    stage: Stage, client: Client, body: Body, array: FakeStorage
) -> None:
    array.faults.order("server_error", "disks")
    array.faults.order("unsupported", "shares")
    storage_id = stage.synced(body())
    shown = client.get(f"/v1/storages/{storage_id}").json
    assert shown["sync_status"] == "SYNCED"
    assert shown["last_sync"]["result"] == "partial"
    assert [failed["kind"] for failed in shown["last_sync"]["failed_kinds"]] == ["disks"]
    assert shown["last_sync"]["failed_kinds"][0]["error_code"] == "StorageBackendException"
    assert shown["unsupported_kinds"] == ["shares"]
    states = client.get(f"/v1/storages/{storage_id}/resources").json["resources"]
    by_kind = {state["kind"]: state for state in states}
    assert by_kind["volumes"]["row_count"] == 7
    assert by_kind["shares"]["supported"] is False
    assert by_kind["disks"]["last_success"] is None


def test_a_sync_that_waits_refuses_another(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.synced(body())
    assert client.post(f"/v1/storages/{storage_id}/sync").status == 202
    assert client.get(f"/v1/storages/{storage_id}").json["sync_status"] == "SYNCING"
    refused = client.post(f"/v1/storages/{storage_id}/sync")
    assert (refused.status, refused.code) == (400, "StorageIsSyncing")
    assert refused.json["error_args"] == [storage_id]


def test_sync_all_skips_the_busy_ones(stage: Stage, client: Client, body: Body) -> None:
    ids = [stage.synced(body(serial=serial)) for serial in ("ONE", "TWO", "THREE")]
    client.post(f"/v1/storages/{min(ids)}/sync")
    rings = stage.bell.rings
    answered = client.post("/v1/storages/sync")
    assert (answered.status, answered.raw) == (202, b"")
    assert stage.bell.rings == rings + 1
    listed = client.get("/v1/jobs?state=queued&kind=sync").json["jobs"]
    assert sorted(job["storage_id"] for job in listed) == sorted(ids)


def test_a_removed_storage_is_gone_at_once_and_later_without_a_trace(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.synced(body())
    kept = stage.synced(body(serial="KEPT"))
    gone = client.delete(f"/v1/storages/{storage_id}")
    assert (gone.status, gone.raw) == (202, b"")
    assert stage.evicted == [storage_id]
    for path in ("", "/access-info", "/capabilities", "/resources", "/capacity-history"):
        assert client.get(f"/v1/storages/{storage_id}{path}").status == 404
    assert [row["id"] for row in client.get("/v1/storages").json["storages"]] == [kept]
    assert client.post(f"/v1/storages/{storage_id}/sync").code == "StorageNotFound"
    assert client.delete(f"/v1/storages/{storage_id}").code == "StorageNotFound"
    stage.run_jobs()
    assert stage.count(Storage) == 1
    assert stage.count(Volume) == 7
    assert client.get(f"/v1/volumes?storage_id={storage_id}").json == {"volumes": []}


def test_removal_ends_a_sync_that_waits(stage: Stage, client: Client, body: Body) -> None:
    storage_id = client.post("/v1/storages", body()).json["id"]
    client.delete(f"/v1/storages/{storage_id}")
    stage.run_jobs()
    assert stage.count(Storage) == stage.count(KindState) == stage.count(Volume) == 0
    assert stage.count(Job) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/sync"),
        ("GET", "/capabilities"),
        ("GET", "/resources"),
        ("GET", "/capacity-history"),
    ],
)
def test_an_unknown_storage_is_not_found(client: Client, method: str, path: str) -> None:
    missing = client.send(method, f"/v1/storages/nobody{path}")
    assert (missing.status, missing.code) == (404, "StorageNotFound")
    assert missing.json["error_args"] == ["nobody"]


def test_words_are_ids_where_they_are_not_routes(client: Client) -> None:
    assert client.get("/v1/storages/sync").code == "StorageNotFound"
    for word in ("sync", "snmp-configs", "access-infos"):
        assert client.delete(f"/v1/storages/{word}").code == "StorageNotFound"


def test_capabilities(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.synced(body())
    told = client.get(f"/v1/storages/{storage_id}/capabilities").json
    assert told["metadata"] == {"vendor": "fake_vendor", "model": "fake_model"}
    assert told["spec"]["is_historic"] in {True, False}


def test_capacity_history(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.synced(body(pools="2"))
    path = f"/v1/storages/{storage_id}/capacity-history"
    history = client.get(path)
    rows = history.json["capacity_history"]
    assert len(rows) == 3
    assert history.headers["x-total-count"] == "3"
    whole, *pools = rows
    assert whole["native_storage_pool_id"] == ""
    assert (
        whole["total_capacity"] == client.get(f"/v1/storages/{storage_id}").json["total_capacity"]
    )
    today = whole["day"]
    assert client.get(f"{path}?limit=1&offset=1").json["capacity_history"] == pools[:1]
    assert client.get(f"{path}?begin={today}&end={today}").json["capacity_history"] == rows
    assert client.get(f"{path}?end=2020-01-01").json == {"capacity_history": []}
    assert client.get(f"{path}?native_storage_pool_id=").json["capacity_history"] == [whole]
    assert client.get(f"{path}?native_storage_pool_id=%00").json == {"capacity_history": []}
    refused = client.get(f"{path}?begin=yesterday")
    assert (refused.status, refused.code) == (400, "InvalidInput")
    assert "begin" in refused.message
