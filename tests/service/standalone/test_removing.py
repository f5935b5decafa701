"""Removing a storage: gone at once for readers, and soon without a trace."""

from __future__ import annotations

import pytest

from delfin.inventory.catalog import KINDS
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.standalone import stored
from tests.service.standalone.process import Delfin
from tests.waiting import wait_until

pytestmark = pytest.mark.service


def is_gone(delfin: Delfin, storage_id: str) -> None:
    """Fails unless no request finds the storage."""
    rest = delfin.rest
    assert rest.get(f"/v1/storages/{storage_id}").code == "StorageNotFound"
    assert rest.get(f"/v1/storages/{storage_id}/access-info").code == "AccessInfoNotFound"
    assert rest.post(f"/v1/storages/{storage_id}/sync").code == "StorageNotFound"
    assert rest.delete(f"/v1/storages/{storage_id}").code == "StorageNotFound"
    assert storage_id not in {s["id"] for s in rest.get("/v1/storages").json["storages"]}


def test_a_removed_storage_is_gone_at_once_and_soon_without_a_trace(
    delfin: Delfin, array: FakeStorage
) -> None:
    rest = delfin.rest
    storage_id, kept_id = (rest.register(array, serial=s) for s in ("GONE1", "STAYS1"))
    rest.synced(storage_id)
    rest.synced(kept_id)
    rest.settled()
    tables = stored.naming(delfin.database, storage_id)
    assert len(tables) >= len(KINDS) + 4, "there is something to look for"
    kept = stored.naming(delfin.database, kept_id)
    volume_id = stored.values(
        delfin.database, "SELECT id FROM volumes WHERE storage_id = ?", storage_id
    )[0]
    assert array.sessions.open == 2
    assert rest.delete(f"/v1/storages/{storage_id}").status == 202
    is_gone(delfin, storage_id)
    assert array.sessions.open == 1
    rest.settled()
    assert stored.naming(delfin.database, storage_id) == {}
    assert rest.get(f"/v1/volumes/{volume_id}").code == "VolumeNotFound"
    assert set(rest.totals(storage_id).values()) == {0}
    jobs = rest.get("/v1/jobs?kind=removal").json["jobs"]
    (job,) = [j for j in jobs if (j["result"] or {}).get("removed_storage") == storage_id]
    assert job["state"] == "done"
    assert stored.naming(delfin.database, kept_id) == kept
    assert rest.sync(kept_id)["last_sync"]["result"] == "done"


def test_a_storage_is_removed_while_it_is_being_read(delfin: Delfin, array: FakeStorage) -> None:
    rest = delfin.rest
    array.faults.order("drip", "volumes", serial="READ1", chunk=4096, interval=0.05)
    storage_id = rest.register(array, serial="READ1", volumes="3000")
    wait_until(lambda: array.counters.by_endpoint["volumes"])
    assert rest.storage(storage_id)["sync_status"] == "SYNCING"
    logins = array.sessions.logins
    assert rest.delete(f"/v1/storages/{storage_id}").status == 202
    is_gone(delfin, storage_id)
    array.faults.clear()
    rest.settled()
    assert stored.naming(delfin.database, storage_id) == {}
    wait_until(lambda: array.sessions.open == 0)
    assert array.sessions.logins == logins
    assert not array.counters.by_endpoint["controllers"], "nothing more is asked of the array"


def test_the_same_array_is_registered_again_under_a_new_id(
    delfin: Delfin, array: FakeStorage
) -> None:
    rest = delfin.rest
    first = rest.register(array, serial="AGAIN1")
    rest.synced(first)
    assert rest.delete(f"/v1/storages/{first}").status == 202
    # While the rows of the first one may still be there.
    second = rest.register(array, serial="AGAIN1")
    assert second != first
    assert rest.synced(second)["last_sync"]["result"] == "done"
    rest.settled()
    assert stored.naming(delfin.database, first) == {}
    assert len(stored.natives(delfin.database, second)) == 7
    assert array.sessions.open == 1


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_a_removal_does_not_wait_for_a_call_that_hangs(
    delfin: Delfin, array: FakeStorage, fault: str
) -> None:
    rest = delfin.rest
    array.faults.order(fault, "volumes", chunk=1, interval=1)
    storage_id = rest.register(array, serial="HANGS1")
    wait_until(lambda: array.counters.by_endpoint["volumes"])
    assert rest.delete(f"/v1/storages/{storage_id}").status == 202
    rest.settled()
    assert stored.naming(delfin.database, storage_id) == {}
    assert array.counters.concurrent == 1, "the call is still being answered"
    array.faults.clear()
    wait_until(lambda: array.sessions.open == 0)
    assert array.counters.by_endpoint["disks"] == 0
