"""Arrays that hang, drip, lie or break: what is known stays, what failed is shown and tried again."""

from __future__ import annotations

import pytest

from delfin.inventory.access import VOLUME_GROUPS
from delfin.inventory.block import VOLUMES
from delfin.inventory.file import QTREES, QUOTAS
from delfin.inventory.hardware import DISKS
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.standalone.conftest import Start
from tests.service.standalone.process import Delfin
from tests.service.standalone.rest import LONGEST
from tests.waiting import wait_until

pytestmark = pytest.mark.service


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_a_slow_array_does_not_delay_another(
    delfin: Delfin, array: FakeStorage, fault: str
) -> None:
    rest = delfin.rest
    slow_id = rest.register(array, serial="SLOW1")
    rest.synced(slow_id)
    array.faults.order(fault, "volumes", serial="SLOW1", chunk=1, interval=1)
    rest.post(f"/v1/storages/{slow_id}/sync")
    wait_until(lambda: array.counters.concurrent)
    # All of this happens while that one request is being answered.
    other_id = rest.register(array, serial="FAST1")
    assert rest.synced(other_id)["last_sync"]["result"] == "done"
    assert rest.sync(other_id)["last_sync"]["result"] == "done"
    assert rest.storage(slow_id)["sync_status"] == "SYNCING"
    assert array.counters.by_endpoint["volumes"] == 4
    assert array.counters.concurrent == 1
    assert rest.total(VOLUMES, slow_id) == 7
    array.faults.clear()
    assert rest.until(slow_id, "done")["sync_status"] == "SYNCED"


BROKEN = {
    "server_error": ("StorageBackendException", "500"),
    "html": ("InvalidResults", "not a JSON object"),
    "cut_body": ("BadResponse", ""),
    "short_list": ("InvalidResults", "23 of 47"),
}


class TestABrokenListing:
    @pytest.mark.parametrize("fault", BROKEN)
    def test_costs_no_row_is_shown_and_recovers(
        self, delfin: Delfin, array: FakeStorage, fault: str
    ) -> None:
        rest = delfin.rest
        storage_id = rest.register(array, serial="BROKEN1", disks="47")
        rest.synced(storage_id)
        disks = rest.rows(DISKS, storage_id)
        array.faults.order(fault, "disks")
        array.change_volumes("add", 100)
        storage = rest.sync(storage_id)
        assert storage["sync_status"] == "SYNCED"
        assert storage["last_sync"]["result"] == "partial"
        (failed,) = storage["last_sync"]["failed_kinds"]
        code, reason = BROKEN[fault]
        assert (failed["kind"], failed["error_code"]) == ("disks", code)
        assert reason in failed["error_msg"]
        assert rest.rows(DISKS, storage_id) == disks
        assert rest.total(VOLUMES, storage_id) == 14, "the other kinds go on"
        # The kind is tried again by itself, also more than once.
        asked = array.counters.by_endpoint["disks"]
        wait_until(lambda: array.counters.by_endpoint["disks"] > asked + 1, LONGEST)
        assert rest.rows(DISKS, storage_id) == disks
        volumes = array.counters.by_endpoint["volumes"]
        array.faults.clear()
        storage = rest.until(storage_id, "done")
        assert storage["last_sync"]["failed_kinds"] == []
        assert rest.rows(DISKS, storage_id) == disks
        assert array.counters.by_endpoint["volumes"] == volumes, "only what failed is read again"

    def test_of_the_array_itself_fails_the_synchronisation(
        self, delfin: Delfin, array: FakeStorage
    ) -> None:
        rest = delfin.rest
        storage_id = rest.register(array, serial="BROKEN2")
        rest.synced(storage_id)
        array.faults.order("server_error", "system")
        last = rest.sync(storage_id)["last_sync"]
        assert (last["result"], last["error_code"]) == ("failed", "StorageBackendException")
        array.faults.clear()
        assert rest.until(storage_id, "done")["last_sync"]["error_msg"] is None


class TestASuddenlyEmptyListing:
    def test_deletes_nothing_when_the_second_reading_is_full(
        self, delfin: Delfin, array: FakeStorage
    ) -> None:
        rest = delfin.rest
        storage_id = rest.register(array, serial="EMPTY1")
        rest.synced(storage_id)
        rows = {kind.key: rest.rows(kind, storage_id) for kind in (VOLUMES, VOLUME_GROUPS)}
        for collection in ("volumes", "volume_groups"):
            array.faults.order("empty_list", collection, times=1)
        failed = rest.sync(storage_id)["last_sync"]["failed_kinds"]
        assert {kind["kind"] for kind in failed} <= set(rows)
        assert not rest.until(storage_id, "done")["last_sync"]["failed_kinds"]
        assert array.counters.by_endpoint["volumes"] >= 3, "one of them was empty"
        for kind in (VOLUMES, VOLUME_GROUPS):
            assert rest.rows(kind, storage_id) == rows[kind.key]

    def test_deletes_only_when_a_second_reading_agrees(
        self, start: Start, array: FakeStorage
    ) -> None:
        # Nothing is tried again by itself here: a request stands for each reading.
        rest = start(OS_JOBS__RETRY_DELAY="600", OS_JOBS__RETRY_LONGEST_DELAY="600").rest
        storage_id = rest.register(array, serial="EMPTY2")
        rest.synced(storage_id)
        array.faults.order("empty_list", "volumes")
        storage = rest.sync(storage_id)
        assert storage["last_sync"]["result"] == "partial"
        (failed,) = storage["last_sync"]["failed_kinds"]
        assert (failed["kind"], failed["error_code"]) == ("volumes", "InvalidResults")
        assert "0 rows were reported, 7 are stored" in failed["error_msg"]
        assert rest.total(VOLUMES, storage_id) == 7

        def agreed() -> bool:
            return bool(rest.sync(storage_id)["last_sync"]["result"] == "done")

        # A reading too soon after the first one does not count.
        wait_until(agreed, LONGEST)
        assert rest.total(VOLUMES, storage_id) == 0


def test_what_the_array_lacks_is_not_shown_as_empty(delfin: Delfin, array: FakeStorage) -> None:
    rest = delfin.rest
    for collection in ("quotas", "qtrees"):
        array.faults.order("unsupported", collection)
    storage_id = rest.register(array, serial="LACKS1", filesystems="0")
    storage = rest.synced(storage_id)
    assert storage["last_sync"]["result"] == "done", "that is no failure"
    assert storage["last_sync"]["failed_kinds"] == []
    assert sorted(storage["unsupported_kinds"]) == ["qtrees", "quotas"]
    found = rest.get(f"/v1/storages/{storage_id}/resources").json["resources"]
    kinds = {row["kind"]: (row["supported"], row["row_count"]) for row in found}
    assert kinds["qtrees"] == kinds["quotas"] == (False, None)
    assert kinds["filesystems"] == (True, 0), "empty is something else"
    # New firmware brings them.
    array.faults.clear()
    assert rest.sync(storage_id)["unsupported_kinds"] == []
    assert rest.total(QTREES, storage_id) == 12
    assert rest.total(QUOTAS, storage_id) == 18
