"""How storages are reached: shown without secrets, changed once the array agrees."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from delfin import exception
from delfin.db import access_info
from delfin.db.access_secrets import open_for_driver
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.api.client import Client
from tests.api.conftest import PASSWORD, Stage

Body = Callable[..., dict[str, Any]]
NEW_PASSWORD = "An0ther-pass-w0rd"


def opened(stage: Stage, storage_id: str) -> dict[str, Any]:
    with stage.parts.database.reader() as session:
        return open_for_driver(stage.parts.keyring, access_info.get(session, storage_id))


def generation(stage: Stage, storage_id: str) -> int:
    with stage.parts.database.reader() as session:
        return access_info.get(session, storage_id).generation


def test_it_is_shown_without_secrets(stage: Stage, client: Client, body: Body) -> None:
    client.secrets.append("T0ken-in-an-attribute")
    storage_id = stage.register(body(api_token="T0ken-in-an-attribute"))
    shown = client.get(f"/v1/storages/{storage_id}/access-info").json
    assert shown["storage_id"] == storage_id
    assert (shown["vendor"], shown["model"]) == ("fake_storage", "fake_driver")
    assert set(shown["rest"]) == {"host", "port", "username"}
    assert shown["ssh"] == shown["cli"] == shown["smis"] == {}
    assert shown["extra_attributes"] == {"volumes": "7"}
    assert opened(stage, storage_id)["extra_attributes"]["api_token"] == "T0ken-in-an-attribute"


@pytest.mark.parametrize("path", ["/v1/access-infos", "/v1/storages/access-infos"])
def test_all_of_them_are_listed_at_both_paths(
    stage: Stage, client: Client, body: Body, path: str
) -> None:
    assert client.get(path).json == {"access_infos": []}
    ids = [stage.register(body(serial=serial)) for serial in ("ONE", "TWO")]
    listed = client.get(f"{path}?limit=1&offset=oops")
    assert [row["storage_id"] for row in listed.json["access_infos"]] == ids
    assert listed.headers["x-total-count"] == "2"


@pytest.mark.parametrize("method", ["get", "put"])
def test_an_unknown_storage_has_none(client: Client, body: Body, method: str) -> None:
    options = {"body": {"rest": body()["rest"]}} if method == "put" else {}
    missing = getattr(client, method)("/v1/storages/nobody/access-info", **options)
    assert (missing.status, missing.code) == (404, "AccessInfoNotFound")
    assert missing.json["error_args"] == ["nobody"]


def test_an_update_logs_in_once_and_takes_effect_at_once(
    stage: Stage, client: Client, body: Body, array: FakeStorage
) -> None:
    storage_id = stage.register(body())
    array.sessions.change_password(NEW_PASSWORD)
    array.reset_counters()
    client.secrets.append(NEW_PASSWORD)
    rest = {**body()["rest"], "password": NEW_PASSWORD}
    changed = client.put(f"/v1/storages/{storage_id}/access-info", {"rest": rest})
    assert changed.status == 200
    assert changed.json["updated_at"] is not None
    assert stage.evicted == [storage_id]
    assert generation(stage, storage_id) == 2
    counters = array.read_counters()
    assert (counters["logins"], counters["failed_logins"], counters["open_sessions"]) == (1, 0, 0)
    stage.run_jobs()
    assert client.get(f"/v1/storages/{storage_id}").json["last_sync"]["result"] == "done"


def test_fields_that_are_left_out_stay(stage: Stage, client: Client, body: Body) -> None:
    sent = {**body(), "name": "Paris", "description": "cellar"}
    sent["ssh"] = {
        "host": "h.example",
        "port": 22,
        "username": "u",
        "password": PASSWORD,
        "pub_key": "AAAA",
        "pub_key_type": "ssh-rsa",
    }
    storage_id = stage.register(sent)
    before = opened(stage, storage_id)["ssh"]
    changed = client.put(
        f"/v1/storages/{storage_id}/access-info",
        {"ssh": {"host": "i.example", "port": "2222", "username": "v"}, "name": "Rome"},
    )
    assert changed.status == 200, changed
    assert (changed.json["name"], changed.json["description"]) == ("Rome", "cellar")
    assert changed.json["ssh"] == {
        "host": "i.example",
        "port": 2222,
        "username": "v",
        "pub_key": "AAAA",
        "pub_key_type": "ssh-rsa",
    }
    assert changed.json["rest"]["host"] == sent["rest"]["host"]
    assert before is not None
    assert "password" in opened(stage, storage_id)["ssh"]


def test_extra_attributes_are_stored_and_reach_the_driver(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.register(body())
    update = {"rest": body()["rest"], "extra_attributes": {"volumes": "9", "disks": "3"}}
    changed = client.put(f"/v1/storages/{storage_id}/access-info", update)
    assert changed.json["extra_attributes"] == {"volumes": "9", "disks": "3"}
    stage.run_jobs()
    assert len(client.get(f"/v1/volumes?storage_id={storage_id}").json["volumes"]) == 9


def test_extra_attributes_are_merged_and_null_takes_one_away(
    stage: Stage, client: Client, body: Body
) -> None:
    client.secrets.append("T0ken-in-an-attribute")
    storage_id = stage.register(body(disks="3", api_token="T0ken-in-an-attribute", ports="2"))
    path = f"/v1/storages/{storage_id}/access-info"
    update = {"rest": body()["rest"], "extra_attributes": {"disks": "4", "ports": None}}
    changed = client.put(path, update)
    assert changed.json["extra_attributes"] == {"volumes": "7", "disks": "4"}
    assert opened(stage, storage_id)["extra_attributes"] == {
        "volumes": "7",
        "disks": "4",
        "api_token": "T0ken-in-an-attribute",
    }
    gone = {"rest": body()["rest"], "extra_attributes": {"api_token": None}}
    assert client.put(path, gone).status == 200
    assert "api_token" not in opened(stage, storage_id)["extra_attributes"]


def test_of_two_updates_at_the_same_time_one_is_told_and_logs_in_nowhere(
    stage: Stage,
    client: Client,
    body: Body,
    array: FakeStorage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    storage_id = stage.register(body())
    array.reset_counters()
    path, update = f"/v1/storages/{storage_id}/access-info", {"rest": body()["rest"]}
    ask, lock = stage.drivers.update_access_info, stage.parts.coordinator.lock
    waiting, answers = threading.Semaphore(0), []

    def counted(*arguments: Any, **options: Any) -> Any:
        waiting.release()
        return lock(*arguments, **options)

    def slow(*arguments: Any) -> dict[str, Any]:
        # Both have read the old access by now.
        for _ in range(2):
            assert waiting.acquire(timeout=30)
        return ask(*arguments)

    monkeypatch.setattr(stage.parts.coordinator, "lock", counted)
    monkeypatch.setattr(stage.drivers, "update_access_info", slow)
    threads = [
        threading.Thread(target=lambda: answers.append(client.put(path, update))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answer.status for answer in answers) == [200, 400]
    assert [answer.code for answer in answers if answer.status == 400] == ["AccessInfoChanged"]
    assert (generation(stage, storage_id), array.sessions.logins) == (2, 1)


def test_only_the_named_storage_is_touched(stage: Stage, client: Client, body: Body) -> None:
    first, second = (stage.register(body(serial=serial)) for serial in ("ONE", "TWO"))
    before = client.get(f"/v1/storages/{second}/access-info").json
    update = {"rest": {**body()["rest"], "host": "localhost"}}
    assert client.put(f"/v1/storages/{first}/access-info", update).status == 200
    assert client.get(f"/v1/storages/{second}/access-info").json == before
    assert generation(stage, second) == 1


def test_another_array_is_refused_and_nothing_changes(
    stage: Stage, client: Client, body: Body, array: FakeStorage
) -> None:
    storage_id = stage.register(body(serial="ONE"))
    before = client.get(f"/v1/storages/{storage_id}/access-info").json
    update = {"rest": body()["rest"], "extra_attributes": {"serial": "TWO"}}
    refused = client.put(f"/v1/storages/{storage_id}/access-info", update)
    assert (refused.status, refused.code) == (400, "StorageSerialNumberMismatch")
    assert client.get(f"/v1/storages/{storage_id}/access-info").json == before
    assert stage.evicted == []
    stage.drivers.sessions.close()
    assert array.read_counters()["open_sessions"] == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"password": "Wr0ng-one"}, "InvalidUsernameOrPassword"),
        ({"username": "nobody"}, "InvalidUsernameOrPassword"),
        ({"port": 1}, "InvalidIpOrPort"),
        ({"host": "no-such-host.invalid"}, "InvalidIpOrPort"),
    ],
)
def test_what_the_array_refuses_changes_nothing(
    stage: Stage, client: Client, body: Body, change: dict[str, Any], code: str
) -> None:
    storage_id = stage.register(body())
    before = opened(stage, storage_id)["rest"]
    client.secrets.append("Wr0ng-one")
    update = {"rest": {**body()["rest"], **change}}
    refused = client.put(f"/v1/storages/{storage_id}/access-info", update)
    assert (refused.status, refused.code) == (400, code)
    after = opened(stage, storage_id)["rest"]
    assert {**after, "password": ""} == {**before, "password": ""}
    assert generation(stage, storage_id) == 1


@pytest.mark.parametrize(
    ("update", "said"),
    [
        ({}, "one of rest, ssh, cli, smis, tls is required"),
        ({"name": "alone"}, "one of rest, ssh, cli, smis, tls is required"),
        ({"vendor": "x"}, "vendor is not a known field"),
        ({"model": "x"}, "model is not a known field"),
        ({"storage_name": "x"}, "storage_name is not a known field"),
        ({"rest": {"host": "h", "port": 1, "username": "u"}}, "rest.password is required"),
        ({"cli": {"host": "h", "username": "u"}}, "cli.password is required"),
        ({"ssh": {"host": "h", "username": "u"}}, "ssh.port is required"),
        ({"ssh": {"host": "h", "port": 22, "username": "u"}}, "ssh.password is required, none is"),
    ],
)
def test_a_wrong_update_names_the_field(
    stage: Stage, client: Client, body: Body, update: dict[str, Any], said: str
) -> None:
    storage_id = stage.register(body())
    refused = client.put(f"/v1/storages/{storage_id}/access-info", update)
    assert (refused.status, refused.code) == (400, "InvalidInput")
    assert said in refused.message


def test_the_slower_of_two_updates_without_locks_is_told(
    stage: Stage, client: Client, body: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the lock server is away: the generation decides."""
    storage_id = stage.register(body())
    ask = stage.drivers.update_access_info

    def overtaken(*arguments: Any) -> dict[str, Any]:
        reported = ask(*arguments)
        with stage.parts.database.writer() as session:
            access_info.get(session, storage_id).generation += 1
        return reported

    monkeypatch.setattr(stage.drivers, "update_access_info", overtaken)
    late = client.put(f"/v1/storages/{storage_id}/access-info", {"rest": body()["rest"]})
    assert (late.status, late.code) == (400, "AccessInfoChanged")
    assert late.json["error_args"] == [storage_id]


def test_reads_need_no_lock_service(
    stage: Stage, client: Client, body: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage_id = stage.register(body())

    def away(*_: Any, **__: Any) -> None:
        raise exception.LockAcquisitionFailed

    monkeypatch.setattr(stage.parts.coordinator, "lock", away)
    for path in ("storages", "volumes", "access-infos", f"storages/{storage_id}/capabilities"):
        assert client.get(f"/v1/{path}").status == 200
    assert client.post("/v1/storages/sync").status == 202
    assert client.put(f"/v1/storages/{storage_id}/access-info", {"rest": body()["rest"]}).code == (
        "LockAcquisitionFailed"
    )
    assert client.delete(f"/v1/storages/{storage_id}").status == 202
