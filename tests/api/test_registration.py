"""Registering a storage: what is checked, what is stored, what is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from delfin import exception
from delfin.db.access_info import AccessInfo
from delfin.db.jobs import Job
from delfin.db.storages import Storage
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.api.client import Client
from tests.api.conftest import PASSWORD, Stage

Body = Callable[..., dict[str, Any]]


def assert_nothing_left(stage: Stage, array: FakeStorage) -> None:
    counters = array.read_counters()
    assert counters["open_sessions"] == 0
    assert stage.count(Storage) == stage.count(AccessInfo) == stage.count(Job) == 0
    assert stage.bell.rings == 0


def test_a_registered_storage_is_syncing_at_once(
    stage: Stage, client: Client, body: Body, array: FakeStorage
) -> None:
    made = client.post("/v1/storages", body())
    assert made.status == 201
    shown = made.json
    assert shown["sync_status"] == "SYNCING"
    assert shown["updated_at"] is None
    assert shown["last_sync"] is None
    assert shown["serial_number"] == array.default_serial
    assert (shown["vendor"], shown["model"]) == ("fake_vendor", "fake_model")
    assert shown["deleted"] is False
    assert shown["deleted_at"] is None
    assert stage.bell.rings == 1
    assert client.get(f"/v1/storages/{shown['id']}").json == shown
    assert client.get("/v1/storages").json == {"storages": [shown]}


def test_registering_logs_in_once_and_out_again(
    client: Client, body: Body, array: FakeStorage
) -> None:
    assert client.post("/v1/storages", body()).status == 201
    counters = array.read_counters()
    assert (counters["logins"], counters["logouts"], counters["open_sessions"]) == (1, 1, 0)


def test_twenty_identical_registrations_make_one_storage(
    stage: Stage, client: Client, body: Body, array: FakeStorage
) -> None:
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: client.post("/v1/storages", body()), range(20)))
    told = Counter((reply.status, reply.json.get("error_code")) for reply in replies)
    assert told == {(201, None): 1, (400, "StorageAlreadyExists"): 19}
    assert stage.count(Storage) == stage.count(AccessInfo) == stage.count(Job) == 1
    counters = array.read_counters()
    assert (counters["logins"], counters["open_sessions"]) == (1, 0)


def test_the_same_array_by_two_addresses_at_once_is_one_storage(
    stage: Stage, client: Client, body: Body, array: FakeStorage
) -> None:
    bodies = [body(), body(pools="4")] * 5
    with ThreadPoolExecutor(10) as pool:
        replies = list(pool.map(lambda sent: client.post("/v1/storages", sent), bodies))
    assert sorted(reply.status for reply in replies) == [201] + [400] * 9
    assert stage.count(Storage) == 1
    assert array.read_counters()["open_sessions"] == 0


def test_a_known_address_is_refused_without_a_login(
    client: Client, body: Body, array: FakeStorage
) -> None:
    client.post("/v1/storages", body())
    array.reset_counters()
    again = client.post("/v1/storages", body())
    assert (again.status, again.code, again.json["error_args"]) == (400, "StorageAlreadyExists", [])
    assert array.read_counters()["logins"] == 0


def test_a_known_serial_number_is_refused_at_another_address(
    stage: Stage, client: Client, body: Body, array: FakeStorage
) -> None:
    client.post("/v1/storages", body())
    other = body()
    other["rest"]["host"] = "localhost"
    assert client.post("/v1/storages", other).code == "StorageAlreadyExists"
    assert stage.count(Storage) == stage.count(AccessInfo) == 1
    assert array.read_counters()["open_sessions"] == 0


def test_other_attributes_at_a_known_address_may_be_another_array(
    client: Client, body: Body
) -> None:
    first = client.post("/v1/storages", body(serial="ONE"))
    second = client.post("/v1/storages", body(serial="TWO"))
    assert [reply.json["serial_number"] for reply in (first, second)] == ["ONE", "TWO"]
    assert client.post("/v1/storages", body(serial="TWO")).code == "StorageAlreadyExists"


def test_cli_without_a_port_can_be_registered_twice_and_is_refused(
    client: Client, body: Body, array: FakeStorage
) -> None:
    sent = body()
    sent["cli"] = {"host": "cli.example", "username": "u", "password": PASSWORD}
    assert client.post("/v1/storages", sent).status == 201
    assert client.post("/v1/storages", sent).code == "StorageAlreadyExists"


def test_name_and_description_and_key_forms_are_kept_and_shown(client: Client, body: Body) -> None:
    sent = {**body(), "name": "Paris", "description": "", "storage_name": "000123"}
    sent["ssh"] = {
        "host": "h.example",
        "port": "22",
        "username": "u",
        "password": PASSWORD,
        "pub_key": "SHA256:n2Vn",
        "pub_key_type": "ed25519",
    }
    made = client.post("/v1/storages", sent).json
    shown = client.get(f"/v1/storages/{made['id']}/access-info").json
    assert (shown["name"], shown["description"], shown["storage_name"]) == ("Paris", "", "000123")
    assert shown["ssh"] == {
        "host": "h.example",
        "port": 22,
        "username": "u",
        "pub_key": "SHA256:n2Vn",
        "pub_key_type": "ed25519",
    }
    assert shown["cli"] == shown["smis"] == {}


def test_a_removed_array_can_be_registered_again(stage: Stage, client: Client, body: Body) -> None:
    first = stage.register(body())
    client.delete(f"/v1/storages/{first}")
    again = client.post("/v1/storages", body())
    assert again.status == 201
    assert again.json["id"] != first


def test_wrong_password_is_tried_once(
    stage: Stage, client: Client, body: Body, array: FakeStorage
) -> None:
    sent = body()
    sent["rest"]["password"] = "Wr0ng-one"
    client.secrets.append("Wr0ng-one")
    refused = client.post("/v1/storages", sent)
    assert (refused.status, refused.code) == (400, "InvalidUsernameOrPassword")
    assert array.read_counters()["failed_logins"] == 1
    assert_nothing_left(stage, array)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"port": 1}, 400, "InvalidIpOrPort"),
        ({"host": "no-such-host.invalid"}, 400, "InvalidIpOrPort"),
    ],
)
def test_wrong_address(
    stage: Stage,
    client: Client,
    body: Body,
    array: FakeStorage,
    change: dict[str, Any],
    status: int,
    code: str,
) -> None:
    sent = body()
    sent["rest"].update(change)
    refused = client.post("/v1/storages", sent)
    assert (refused.status, refused.code) == (status, code)
    assert_nothing_left(stage, array)


def test_unknown_model_is_not_found(
    stage: Stage, client: Client, body: Body, array: FakeStorage
) -> None:
    refused = client.post("/v1/storages", {**body(), "model": "no_driver"})
    assert (refused.status, refused.code) == (404, "StorageDriverNotFound")
    assert refused.json["error_args"] == ["fake_storage no_driver"]
    assert array.read_counters()["logins"] == 0
    assert_nothing_left(stage, array)


def test_a_failing_store_leaves_nothing(
    stage: Stage, client: Client, body: Body, array: FakeStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> str:
        raise exception.StorageBackendException("cannot be queued")

    monkeypatch.setattr(stage.parts.jobs, "request_sync", fail)
    assert client.post("/v1/storages", body()).status == 500
    assert_nothing_left(stage, array)


def test_an_array_that_repeats_the_password_is_not_quoted(
    stage: Stage, client: Client, body: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    def repeat(*_: Any) -> dict[str, Any]:
        raise exception.StorageBackendException(
            f"admin/{PASSWORD} may not; {PASSWORD.encode().hex()}"
        )

    monkeypatch.setattr(stage.drivers, "discover_storage", repeat)
    refused = client.post("/v1/storages", body())
    assert (refused.status, refused.code) == (500, "StorageBackendException")
    assert "admin/*** may not" in refused.message


def test_a_driver_with_a_bug_answers_500_with_the_request_id(
    stage: Stage,
    client: Client,
    body: Body,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def bug(*_: Any) -> dict[str, Any]:
        raise KeyError("rack")

    monkeypatch.setattr(stage.drivers, "discover_storage", bug)
    failed = client.post("/v1/storages", body())
    assert (failed.status, failed.code, failed.json["error_args"]) == (500, "DelfinException", [])
    assert failed.headers["x-compute-request-id"] in failed.message
    assert "rack" not in failed.message
    tracebacks = [record for record in caplog.records if record.exc_info]
    assert len(tracebacks) == 1
