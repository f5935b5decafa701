"""Passwords that change or are wrong, tokens that expire, and arrays with no session to spare."""

from __future__ import annotations

from typing import Any

import pytest

from delfin.inventory.block import VOLUMES
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.standalone import stored
from tests.service.standalone.process import Delfin
from tests.service.standalone.rest import LONGEST, access
from tests.waiting import wait_until

pytestmark = pytest.mark.service

OTHER = "An0ther-d00r-of-the-array"


def stored_access(delfin: Delfin) -> list[tuple[Any, ...]]:
    with stored.opened(delfin.database) as connection:
        return connection.execute("SELECT * FROM access_info").fetchall()


def rest_block(array: FakeStorage, password: str) -> dict[str, Any]:
    return {"rest": {**access(array)["rest"], "password": password}}


class TestANewPassword:
    def test_is_used_by_the_next_synchronisation(self, delfin: Delfin, array: FakeStorage) -> None:
        rest = delfin.rest
        storage_id = rest.register(array, serial="PASS1")
        rest.synced(storage_id)
        array.sessions.change_password(OTHER)
        array.reset_counters()
        changed = rest.put(f"/v1/storages/{storage_id}/access-info", rest_block(array, OTHER))
        assert changed.status == 200, changed
        assert rest.sync(storage_id)["last_sync"]["result"] == "done"
        assert array.sessions.failed_logins == 0
        assert array.sessions.logins == 2, "one to validate, one for the session"
        assert array.sessions.open == 1

    def test_ends_the_session_of_the_old_one(self, delfin: Delfin, array: FakeStorage) -> None:
        rest = delfin.rest
        storage_id = rest.register(array, serial="PASS2")
        rest.synced(storage_id)
        rest.settled()
        assert array.sessions.open == 1
        array.reset_counters()
        block = rest_block(array, access(array)["rest"]["password"])
        assert rest.put(f"/v1/storages/{storage_id}/access-info", block).status == 200
        # Nobody waits for the array to log out.
        wait_until(lambda: array.sessions.open == 0)
        assert array.sessions.logouts == 2

    def test_is_asked_for_after_one_refused_login(self, delfin: Delfin, array: FakeStorage) -> None:
        rest = delfin.rest
        storage_id = rest.register(array, serial="PASS3")
        rest.synced(storage_id)
        array.sessions.change_password(OTHER)
        for _ in range(3):
            last = rest.sync(storage_id)["last_sync"]
            assert last["result"] == "failed"
            assert last["error_code"] == "InvalidUsernameOrPassword"
        assert array.sessions.failed_logins == 1, "more may lock the account"
        assert rest.total(VOLUMES, storage_id) == 7
        assert (
            rest.put(f"/v1/storages/{storage_id}/access-info", rest_block(array, OTHER)).status
            == 200
        )
        # The synchronisation that was missed runs by itself.
        rest.until(storage_id, "done")
        assert array.sessions.failed_logins == 1


class TestAWrongPassword:
    def test_in_an_update_is_tried_once_and_changes_nothing(
        self, delfin: Delfin, array: FakeStorage
    ) -> None:
        rest = delfin.rest
        storage_id = rest.register(array, serial="WRONG1")
        rest.synced(storage_id)
        rest.settled()
        shown = rest.get(f"/v1/storages/{storage_id}/access-info").json
        before = stored_access(delfin)
        refused = rest.put(f"/v1/storages/{storage_id}/access-info", rest_block(array, OTHER))
        assert (refused.status, refused.code) == (400, "InvalidUsernameOrPassword")
        assert OTHER not in refused.message
        assert array.sessions.failed_logins == 1
        assert rest.get(f"/v1/storages/{storage_id}/access-info").json == shown
        assert stored_access(delfin) == before
        assert rest.sync(storage_id)["last_sync"]["result"] == "done"
        assert array.sessions.failed_logins == 1

    def test_in_a_registration_is_tried_once_and_nothing_is_stored(
        self, delfin: Delfin, array: FakeStorage
    ) -> None:
        body = {**access(array, serial="WRONG2"), **rest_block(array, OTHER)}
        refused = delfin.rest.post("/v1/storages", body)
        assert (refused.status, refused.code) == (400, "InvalidUsernameOrPassword")
        assert OTHER not in refused.message
        assert (array.sessions.failed_logins, array.sessions.logins) == (1, 0)
        assert array.sessions.open == 0
        assert stored_access(delfin) == []
        assert stored.values(delfin.database, "SELECT id FROM storages") == []


class TestAnExpiredToken:
    def test_costs_one_login_and_no_row(self, delfin: Delfin, array: FakeStorage) -> None:
        rest = delfin.rest
        storage_id = rest.register(array, serial="TOKEN1")
        rest.synced(storage_id)
        array.reset_counters()
        assert array.sessions.expire_all() == 1
        assert rest.sync(storage_id)["last_sync"]["result"] == "done"
        assert (array.sessions.logins, array.sessions.failed_logins) == (1, 0)

    def test_between_two_pages_costs_one_login_and_no_row(
        self, delfin: Delfin, array: FakeStorage
    ) -> None:
        rest = delfin.rest
        array.faults.order("drip", "volumes", chunk=4096, interval=0.05, times=1)
        storage_id = rest.register(array, serial="TOKEN2", volumes="2500")
        wait_until(lambda: array.counters.by_endpoint["volumes"])
        array.reset_counters()
        assert array.sessions.expire_all() == 1
        array.faults.clear()
        storage = rest.synced(storage_id)
        assert storage["last_sync"]["result"] == "done"
        assert rest.total(VOLUMES, storage_id) == 2500
        assert (array.sessions.logins, array.sessions.failed_logins) == (1, 0)


class TestTheSessionLimit:
    def test_is_shown_and_waited_for(self, delfin: Delfin, array: FakeStorage) -> None:
        rest = delfin.rest
        storage_id = rest.register(array, serial="LIMIT1")
        rest.synced(storage_id)
        array.sessions.limit = 0
        array.sessions.expire_all()
        last = rest.sync(storage_id)["last_sync"]
        assert last["result"] == "failed"
        assert last["error_code"] == "StorageMaxUserCountException"
        # It is tried again by itself, and ends well once there is a session to be had.
        refused = array.sessions.refused_logins
        wait_until(lambda: array.sessions.refused_logins > refused, LONGEST)
        array.sessions.limit = 64
        assert rest.until(storage_id, "done")["last_sync"]["error_code"] is None
        assert rest.total(VOLUMES, storage_id) == 7

    def test_refuses_a_registration(self, delfin: Delfin, array: FakeStorage) -> None:
        array.sessions.limit = 0
        refused = delfin.rest.post("/v1/storages", access(array, serial="LIMIT2"))
        assert refused.code == "StorageMaxUserCountException"
        assert stored.values(delfin.database, "SELECT id FROM storages") == []
        array.sessions.limit = 64
        assert array.sessions.open == 0
