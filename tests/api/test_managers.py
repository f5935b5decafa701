"""Several storages behind one manager: one session, credentials changed for all of them at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from delfin.db import access_info
from delfin.drivers.fake_storage.managed.driver import FakeManagerDriver
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.api.client import Client
from tests.api.conftest import PASSWORD, Stage
from tests.waiting import wait_until

Body = Callable[..., dict[str, Any]]
NEW_PASSWORD = "An0ther-pass-w0rd"


@pytest.fixture
def managed(body: Body) -> Callable[[str], dict[str, Any]]:
    """The registration of one array of the manager."""

    def make(serial: str) -> dict[str, Any]:
        return {**body(), "model": "fake_manager", "storage_name": serial}

    return make


@pytest.fixture
def pair(stage: Stage, managed: Callable[[str], dict[str, Any]]) -> tuple[str, str]:
    """Two storages of one manager, synchronised."""
    return stage.synced(managed("ONE")), stage.synced(managed("TWO"))


def key_of(client: Client, storage_id: str) -> str | None:
    found: str | None = client.get(f"/v1/storages/{storage_id}/access-info").json["manager_key"]
    return found


def rest_with(body: Body, password: str) -> dict[str, Any]:
    return {**body()["rest"], "password": password}


def sync(stage: Stage, storage_id: str) -> Any:
    stage.client.post(f"/v1/storages/{storage_id}/sync")
    stage.run_jobs()
    return stage.client.get(f"/v1/storages/{storage_id}").json["last_sync"]["result"]


def test_two_arrays_of_a_manager_are_read_over_one_session(
    stage: Stage, client: Client, array: FakeStorage, pair: tuple[str, str]
) -> None:
    assert array.sessions.open == 1
    assert array.sessions.logins == 3, "two registrations, and one session for both"
    for storage_id, serial in zip(pair, ("ONE", "TWO"), strict=True):
        storage = client.get(f"/v1/storages/{storage_id}").json
        assert (storage["serial_number"], storage["last_sync"]["result"]) == (serial, "done")
        assert client.get(f"/v1/volumes?storage_id={storage_id}").headers["x-total-count"] == "7"
    assert key_of(client, pair[0]) == key_of(client, pair[1]) is not None


def test_nothing_is_shared_unless_the_driver_says_that_it_can(
    stage: Stage,
    array: FakeStorage,
    managed: Callable[[str], dict[str, Any]],
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(FakeManagerDriver, "shares_manager_session", False)
    for serial in ("ONE", "TWO"):
        assert key_of(client, stage.synced(managed(serial))) is None
    assert array.sessions.open == 2


def test_another_user_of_the_manager_is_another_session(
    stage: Stage, client: Client, managed: Callable[[str], dict[str, Any]], array: FakeStorage
) -> None:
    first = stage.register(managed("ONE"))
    array.sessions.username = "other"
    second = managed("TWO")
    second["rest"]["username"] = "other"
    assert key_of(client, first) != key_of(client, stage.register(second))


def test_removing_one_keeps_the_others(
    stage: Stage, client: Client, array: FakeStorage, pair: tuple[str, str]
) -> None:
    first, second = pair
    logins = array.sessions.logins
    assert client.delete(f"/v1/storages/{first}").status == 202
    stage.run_jobs()
    assert array.sessions.open == 1
    assert sync(stage, second) == "done"
    assert array.sessions.logins == logins
    assert client.delete(f"/v1/storages/{second}").status == 202
    stage.run_jobs()
    wait_until(lambda: array.sessions.open == 0)


def test_credentials_are_changed_once_for_all(
    stage: Stage, client: Client, body: Body, array: FakeStorage, pair: tuple[str, str]
) -> None:
    first, second = pair
    key = key_of(client, first)
    array.sessions.change_password(NEW_PASSWORD, keep=True)
    array.reset_counters()
    client.secrets.append(NEW_PASSWORD)
    update = {"scope": "manager", "rest": rest_with(body, NEW_PASSWORD)}
    changed = client.put(f"/v1/storages/{second}/access-info", update)
    assert (changed.status, changed.json["storage_id"]) == (200, second), changed
    assert array.sessions.logins == 1, "one login validates all of them"
    assert set(stage.evicted) == {first, second}
    assert [sync(stage, storage_id) for storage_id in pair] == ["done", "done"]
    assert array.sessions.logins == 2
    wait_until(lambda: array.sessions.open_by_generation() == {2: 1})
    assert key_of(client, first) == key_of(client, second) == key
    assert array.sessions.failed_logins == 0


def test_all_are_changed_or_none(
    stage: Stage, client: Client, body: Body, array: FakeStorage, pair: tuple[str, str]
) -> None:
    """The manager that is named now has the first array, but another one as the second."""
    first, second = pair
    with stage.parts.database.writer() as session:
        access_info.get(session, second).storage_name = "THREE"
    before = [client.get(f"/v1/storages/{one}/access-info").json for one in pair]
    refused = client.put(
        f"/v1/storages/{first}/access-info", {"scope": "manager", "rest": body()["rest"]}
    )
    assert (refused.status, refused.code) == (400, "StorageSerialNumberMismatch")
    assert [client.get(f"/v1/storages/{one}/access-info").json for one in pair] == before
    assert stage.evicted == []


def test_a_wrong_password_for_all_is_tried_once(
    stage: Stage, client: Client, body: Body, array: FakeStorage, pair: tuple[str, str]
) -> None:
    client.secrets.append(NEW_PASSWORD)
    update = {"scope": "manager", "rest": rest_with(body, NEW_PASSWORD)}
    refused = client.put(f"/v1/storages/{pair[0]}/access-info", update)
    assert refused.code == "InvalidUsernameOrPassword"
    assert array.sessions.failed_logins == 1
    assert [sync(stage, storage_id) for storage_id in pair] == ["done", "done"]


def test_a_refused_password_is_tried_once_for_all_storages(
    stage: Stage, client: Client, array: FakeStorage, pair: tuple[str, str]
) -> None:
    array.sessions.change_password(NEW_PASSWORD)
    for storage_id in pair:
        stage.drivers.sessions.evict(storage_id)
    wait_until(lambda: array.sessions.open == 0)
    array.reset_counters()
    assert [sync(stage, storage_id) for storage_id in pair] == ["failed", "failed"]
    assert array.sessions.failed_logins == 1


def test_a_storage_whose_credentials_are_changed_alone_leaves_the_group(
    stage: Stage, client: Client, body: Body, array: FakeStorage, pair: tuple[str, str]
) -> None:
    first, second = pair
    array.sessions.change_password(NEW_PASSWORD, keep=True)
    client.secrets.append(NEW_PASSWORD)
    update = {"rest": rest_with(body, NEW_PASSWORD)}
    assert client.put(f"/v1/storages/{first}/access-info", update).status == 200
    assert key_of(client, first) != key_of(client, second)
    assert stage.evicted == [first]
    assert client.put(f"/v1/storages/{second}/access-info", update).status == 200
    assert key_of(client, first) == key_of(client, second), "they meet again"


@pytest.mark.parametrize(
    ("update", "said"),
    [
        ({"scope": "all"}, "scope must be one of storage, manager"),
        ({"name": "x"}, "name is of one storage"),
        ({"extra_attributes": {"volumes": "8"}}, "extra_attributes is of one storage"),
    ],
)
def test_what_is_of_one_storage_is_not_changed_for_all(
    client: Client, body: Body, pair: tuple[str, str], update: dict[str, Any], said: str
) -> None:
    wish = {"scope": "manager", "rest": body()["rest"], **update}
    refused = client.put(f"/v1/storages/{pair[0]}/access-info", wish)
    assert (refused.status, refused.code) == (400, "InvalidInput")
    assert said in refused.message


def test_a_storage_of_its_own_has_no_manager_to_change(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.register(body())
    wish = {"scope": "manager", "rest": {**body()["rest"], "password": PASSWORD}}
    refused = client.put(f"/v1/storages/{storage_id}/access-info", wish)
    assert (refused.status, refused.code) == (400, "InvalidInput")
    assert "shares no manager" in refused.message


def test_a_storage_that_joins_meanwhile_is_not_left_behind(
    stage: Stage,
    client: Client,
    body: Body,
    managed: Callable[[str], dict[str, Any]],
    pair: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask = stage.drivers.update_manager

    def joined(*arguments: Any) -> Any:
        stage.register(managed("THREE"))
        return ask(*arguments)

    monkeypatch.setattr(stage.drivers, "update_manager", joined)
    wish = {"scope": "manager", "rest": body()["rest"]}
    late = client.put(f"/v1/storages/{pair[0]}/access-info", wish)
    assert (late.status, late.code) == (400, "AccessInfoChanged")


def test_a_storage_that_is_removed_meanwhile_stops_the_change_of_all(
    stage: Stage,
    client: Client,
    body: Body,
    pair: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = pair
    ask = stage.drivers.update_manager

    def removed(*arguments: Any) -> Any:
        assert client.delete(f"/v1/storages/{second}").status == 202
        return ask(*arguments)

    monkeypatch.setattr(stage.drivers, "update_manager", removed)
    wish = {"scope": "manager", "rest": body()["rest"]}
    late = client.put(f"/v1/storages/{first}/access-info", wish)
    assert (late.status, late.code) == (400, "AccessInfoChanged")
    assert client.get(f"/v1/storages/{first}/access-info").json["updated_at"] is None
