"""From a registration to the inventory, over REST, and what a restart keeps of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from delfin.inventory.block import VOLUMES
from delfin.inventory.catalog import KINDS
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.api.client import Reply
from tests.service.standalone import stored
from tests.service.standalone.conftest import Start
from tests.service.standalone.process import Delfin
from tests.service.standalone.rest import PASSWORD, Rest, access

pytestmark = pytest.mark.service

# A number of its own for each kind, so that none is taken for another.
SIZES = {
    "storage_pools": ("pools", 3),
    "volumes": ("volumes", 1103),
    "controllers": ("controllers", 2),
    "ports": ("ports", 13),
    "disks": ("disks", 47),
    "filesystems": ("filesystems", 5),
    "qtrees": ("qtrees", 11),
    "quotas": ("quotas", 19),
    "shares": ("shares", 17),
    "storage_host_initiators": ("initiators", 31),
    "storage_hosts": ("hosts", 23),
    "storage_host_groups": ("host_groups", 4),
    "port_groups": ("port_groups", 6),
    "volume_groups": ("volume_groups", 7),
    "masking_views": ("masking_views", 8),
}
COUNTS = {kind: count for kind, (_, count) in SIZES.items()}
ATTRIBUTES = {attribute: str(count) for attribute, count in SIZES.values()}


def inventory(rest: Rest, storage_id: str) -> dict[str, list[dict[str, Any]]]:
    return {kind.key: rest.rows(kind, storage_id) for kind in KINDS}


def test_all_kinds_are_listed_with_as_many_rows_as_the_array_has(
    delfin: Delfin, array: FakeStorage
) -> None:
    rest = delfin.rest
    storage_id = rest.register(array, serial="WHOLE1", **ATTRIBUTES)
    storage = rest.synced(storage_id)
    assert storage["last_sync"]["result"] == "done"
    assert storage["last_sync"]["failed_kinds"] == []
    assert storage["unsupported_kinds"] == []
    assert rest.totals(storage_id) == COUNTS
    found = inventory(rest, storage_id)
    assert {key: len(rows) for key, rows in found.items()} == COUNTS
    for kind in KINDS:
        ids = {row[kind.native_id] for row in found[kind.key]}
        assert len(ids) == COUNTS[kind.key], f"{kind.key}: a row is shown twice"
        assert {row["storage_id"] for row in found[kind.key]} == {storage_id}


def test_every_row_is_shown_by_its_id(delfin: Delfin, array: FakeStorage) -> None:
    rest = delfin.rest
    storage_id = rest.register(array, serial="WHOLE2")
    rest.synced(storage_id)
    for kind in KINDS:
        if not kind.nested:
            for row in rest.rows(kind, storage_id)[:2]:
                assert rest.get(f"/v1/{kind.path}/{row['id']}").json == row


def test_a_restart_keeps_everything(start: Start, array: FakeStorage) -> None:
    delfin = start()
    rest = delfin.rest
    storage_id = rest.register(array, serial="KEPT1", **ATTRIBUTES)
    rest.synced(storage_id)
    rest.settled()
    paths = (
        *(f"/v1/storages/{storage_id}", f"/v1/storages/{storage_id}/access-info", "/v1/jobs"),
        *(f"/v1/storages/{storage_id}/{part}" for part in ("resources", "capacity-history")),
    )
    before = inventory(rest, storage_id), [rest.get(path).json for path in paths]
    delfin.restart()
    assert (inventory(rest, storage_id), [rest.get(path).json for path in paths]) == before
    # The password is kept as well.
    assert rest.sync(storage_id)["last_sync"]["result"] == "done"


def at_once(calls: list[Callable[[], Reply]]) -> list[Reply]:
    """The answers to calls that are made at the same moment."""
    ready = threading.Barrier(len(calls))

    def call(one: Callable[[], Reply]) -> Reply:
        ready.wait(30)
        return one()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call, calls))


class TestTwentyRegistrationsInParallel:
    @pytest.mark.parametrize(
        ("hosts", "logins"),
        [
            pytest.param(["127.0.0.1"], 2, id="by_one_address"),
            # At the address that is not stored each asks who it is; the serial number decides.
            pytest.param(["127.0.0.1", "localhost"], 12, id="by_two_addresses"),
        ],
    )
    def test_one_is_stored_and_the_others_are_told_so(
        self, delfin: Delfin, array: FakeStorage, hosts: list[str], logins: int
    ) -> None:
        bodies = [access(array, serial="CROWD1") for _ in range(20)]
        for number, body in enumerate(bodies):
            body["rest"]["host"] = hosts[number % len(hosts)]
        answers = at_once([partial(delfin.rest.post, "/v1/storages", body) for body in bodies])
        refused = [answer for answer in answers if answer.status == 400]
        stored_as = [answer.json["id"] for answer in answers if answer.status == 201]
        assert len(stored_as) == 1
        assert [answer.code for answer in refused] == ["StorageAlreadyExists"] * 19
        delfin.rest.synced(stored_as[0])
        delfin.rest.settled()
        for table, column in (("storages", "id"), ("access_info", "storage_id")):
            query = f"SELECT {column} FROM {table}"  # noqa: S608 - our own names
            assert stored.values(delfin.database, query) == stored_as
        # One login to ask who it is, and the one session of those who synchronise.
        assert array.sessions.open == 1
        assert 2 <= array.sessions.logins <= logins
        assert array.sessions.logouts == array.sessions.logins - 1
        assert array.sessions.failed_logins == 0


def wwns_told(array: FakeStorage, serial: str) -> set[str]:
    snapshot = array.array(serial).snapshot
    return {item["wwn"] for item in snapshot.page("volumes", 0, 10**6)}


@pytest.mark.parametrize("simulators", [1, 2])
def test_two_arrays_of_one_model_never_mix(
    delfin: Delfin, array: FakeStorage, simulators: int
) -> None:
    rest = delfin.rest
    with FakeStorage(password=PASSWORD) as other:
        played = {"TWIN1": array, "TWIN2": array if simulators == 1 else other}
        ids = {s: rest.register(a, serial=s, volumes="300") for s, a in played.items()}
        for _ in range(2):
            for serial, storage_id in ids.items():
                storage = rest.synced(storage_id)
                assert storage["serial_number"] == serial
                shown = {row["wwn"] for row in rest.rows(VOLUMES, storage_id)}
                assert shown == wwns_told(played[serial], serial)
            # Both again, at the same time, after only one has changed.
            played["TWIN1"].change_volumes("remove", 10, "TWIN1")
            assert rest.post("/v1/storages/sync").status == 202
            rest.settled()
        assert len(rest.rows(VOLUMES, ids["TWIN1"])) < len(rest.rows(VOLUMES, ids["TWIN2"])) == 300
        # The other simulator is about to end.
        for storage_id in ids.values():
            rest.delete(f"/v1/storages/{storage_id}")
        rest.settled()


def test_one_login_serves_all_synchronisations(delfin: Delfin, array: FakeStorage) -> None:
    rest = delfin.rest
    storage_id = rest.register(array, serial="SERIES1")
    rest.synced(storage_id)
    assert array.sessions.logouts == 1, "the API process leaves no session"
    for _ in range(5):
        assert rest.sync(storage_id)["last_sync"]["result"] == "done"
    assert array.sessions.logins == 2
    assert array.sessions.open == 1
