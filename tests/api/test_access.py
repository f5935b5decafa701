"""Whether an array lets delfin in: shown, checked by hand, and mended by new access information."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from oslo_config import cfg
from sqlalchemy import select

from delfin.db.alerts import Alert
from delfin.drivers.fake_storage.driver import FakeStorageDriver
from delfin.task_manager.probe import Prober
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.api.client import Client
from tests.api.conftest import PASSWORD, Stage
from tests.waiting import wait_until

Body = Callable[..., dict[str, Any]]
OTHER = "An0ther-d00r-of-the-array"


@pytest.fixture
def quick_probes(conf: cfg.ConfigOpts) -> cfg.ConfigOpts:
    """To be asked for before the stage, which reads it."""
    conf.set_override("probe_interval", 0.1, "storage_driver")
    return conf


def access(client: Client, storage_id: str) -> Any:
    return client.get(f"/v1/storages/{storage_id}").json["access"]


def alerts(stage: Stage) -> list[tuple[str | None, str]]:
    with stage.parts.database.reader() as session:
        return [(row.alert_id, row.state) for row in session.scalars(select(Alert))]


def sync(stage: Stage, client: Client, storage_id: str) -> Any:
    assert client.post(f"/v1/storages/{storage_id}/sync").status == 202
    stage.run_jobs()
    return client.get(f"/v1/storages/{storage_id}").json["last_sync"]


def locked_out(stage: Stage, client: Client, array: FakeStorage, body: Body) -> str:
    """A storage whose password was changed at the array."""
    client.secrets.append(OTHER)
    storage_id = stage.synced(body())
    array.sessions.change_password(OTHER)
    array.sessions.reset_counters()
    assert sync(stage, client, storage_id)["error_code"] == "InvalidUsernameOrPassword"
    return storage_id


def test_all_is_well(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.synced(body())
    assert access(client, storage_id)["state"] == "ok"
    (session,) = client.get(f"/v1/storages/{storage_id}/sessions").json["sessions"]
    assert (session["tier"], session["slot"], session["generation"]) == ("task", 0, 1)
    assert 0 <= session["age"] < 60
    assert client.get("/v1/storages/unknown/sessions").code == "StorageNotFound"


def test_a_refused_password_is_told_and_tried_twice_at_most(
    stage: Stage, client: Client, array: FakeStorage, body: Body
) -> None:
    storage_id = locked_out(stage, client, array, body)
    told = access(client, storage_id)
    assert (told["state"], told["error_code"]) == (
        "credentials_invalid",
        "InvalidUsernameOrPassword",
    )
    assert alerts(stage) == [("delfin.access_failed", "open")]
    for _ in range(2):
        failed = sync(stage, client, storage_id)
        assert "refused since 20" in failed["error_msg"]
    check = f"/v1/storages/{storage_id}/access-info/check"
    codes = [client.post(check) for _ in range(3)]
    assert {reply.code for reply in codes} == {"InvalidUsernameOrPassword"}
    assert "may be tried at 20" in codes[-1].message
    assert array.sessions.failed_logins == 2
    assert alerts(stage) == [("delfin.access_failed", "open")]


def test_good_access_information_ends_it_and_runs_the_missed_sync(
    stage: Stage, client: Client, array: FakeStorage, body: Body
) -> None:
    storage_id = locked_out(stage, client, array, body)
    rings = stage.bell.rings
    block = {**body()["rest"], "password": OTHER}
    assert client.put(f"/v1/storages/{storage_id}/access-info", {"rest": block}).status == 200
    assert access(client, storage_id)["state"] == "ok"
    assert alerts(stage) == [("delfin.access_failed", "cleared")]
    shown = client.get(f"/v1/storages/{storage_id}").json
    assert shown["sync_status"] == "SYNCING"
    assert stage.bell.rings > rings
    stage.run_jobs()
    assert client.get(f"/v1/storages/{storage_id}").json["last_sync"]["result"] == "done"


def test_a_check_by_hand_after_the_password_was_changed_back(
    stage: Stage, client: Client, array: FakeStorage, body: Body
) -> None:
    storage_id = locked_out(stage, client, array, body)
    array.sessions.change_password(PASSWORD)
    checked = client.post(f"/v1/storages/{storage_id}/access-info/check")
    assert (checked.status, checked.json["state"]) == (200, "ok")
    assert alerts(stage) == [("delfin.access_failed", "cleared")]
    stage.run_jobs()
    assert client.get(f"/v1/storages/{storage_id}").json["last_sync"]["result"] == "done"


def test_a_probe_finds_by_itself_that_the_password_is_good_again(
    quick_probes: cfg.ConfigOpts, stage: Stage, client: Client, array: FakeStorage, body: Body
) -> None:
    storage_id = locked_out(stage, client, array, body)
    array.sessions.change_password(PASSWORD)
    prober = Prober(stage.parts.database, stage.queue, quick_probes)

    def is_well() -> bool:
        prober.queue_due()
        stage.run_jobs()
        return bool(access(client, storage_id)["state"] == "ok")

    wait_until(is_well)
    assert alerts(stage) == [("delfin.access_failed", "cleared")]
    assert array.sessions.failed_logins == 1
    assert client.get(f"/v1/storages/{storage_id}").json["last_sync"]["result"] == "done"


def test_every_kind_has_a_standing(
    stage: Stage,
    client: Client,
    array: FakeStorage,
    body: Body,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(FakeStorageDriver, "unsupported_kinds", frozenset({"qtrees"}))
    storage_id = stage.register(body())

    def standing() -> dict[str, str]:
        rows = client.get(f"/v1/storages/{storage_id}/resources").json["resources"]
        return {row["kind"]: row["status"] for row in rows}

    assert set(standing().values()) == {"unknown"}
    array.faults.order("server_error", "disks")
    array.faults.order("unsupported", "shares")
    stage.run_jobs()
    found = standing()
    assert (found["volumes"], found["disks"]) == ("supported", "failing")
    assert (found["shares"], found["qtrees"]) == ("unsupported", "unsupported")
    assert array.counters.by_endpoint["qtrees"] == 0, "by capability: nobody asked"
    shown = client.get(f"/v1/storages/{storage_id}").json
    assert shown["unsupported_kinds"] == ["qtrees", "shares"]
