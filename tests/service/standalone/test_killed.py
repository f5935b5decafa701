"""What `kill -9` cannot undo: whatever was accepted is finished once delfin runs again."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import requests

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.standalone import stored
from tests.service.standalone.conftest import Start
from tests.service.standalone.process import Delfin
from tests.service.standalone.rest import access
from tests.waiting import wait_until

pytestmark = pytest.mark.service

MANY = 10_000
PAGES = MANY // 1000


def asked(array: FakeStorage, collection: str) -> int:
    """How often the array was asked for a page of the collection."""
    return array.counters.by_endpoint[collection]


def told(array: FakeStorage, serial: str) -> list[str]:
    """The ids of the volumes that the array has."""
    return [item["id"] for item in array.array(serial).snapshot.page("volumes", 0, 10**6)]


def until_a_page_in_the_middle(array: FakeStorage) -> None:
    array.faults.order("drip", "volumes", chunk=4096, interval=0.01)
    wait_until(lambda: asked(array, "volumes") >= PAGES // 2)


def until_all_pages_are_read(array: FakeStorage) -> None:
    """The rows are being compared and written, or have just been."""
    array.faults.order("hang", "disks")
    wait_until(lambda: asked(array, "volumes") == PAGES and not array.counters.concurrent)


def until_the_volumes_are_stored(array: FakeStorage) -> None:
    array.faults.order("hang", "disks")
    wait_until(lambda: asked(array, "disks"))


MOMENTS = pytest.mark.parametrize(
    "until",
    [until_a_page_in_the_middle, until_all_pages_are_read, until_the_volumes_are_stored],
)


class TestKilledDuringASynchronisation:
    @MOMENTS
    def test_the_first_one_is_completed_after_the_restart(
        self, start: Start, array: FakeStorage, until: Callable[[FakeStorage], None]
    ) -> None:
        # Nobody has to wait for the end of the dead process's lease.
        delfin = start(OS_JOBS__LEASE_TIME="600")
        storage_id = delfin.rest.register(array, serial="CUT1", volumes=str(MANY))
        until(array)
        delfin.kill()
        assert stored.job_states(delfin.database, storage_id) == ["running"], "killed too late"
        before = stored.natives(delfin.database, storage_id)
        assert len(before) in {0, MANY}, "a kind is stored as a whole or not at all"
        self.comes_back(delfin, array, storage_id)

    @MOMENTS
    def test_a_later_one_is_completed_after_the_restart(
        self, start: Start, array: FakeStorage, until: Callable[[FakeStorage], None]
    ) -> None:
        delfin = start()
        storage_id = delfin.rest.register(array, serial="CUT1", volumes=str(MANY))
        delfin.rest.synced(storage_id)
        delfin.rest.settled()
        kept = dict(ids_by_native(delfin, storage_id))
        for action in ("rename", "remove", "add"):
            array.change_volumes(action, 10)
        array.reset_counters()
        assert delfin.rest.post(f"/v1/storages/{storage_id}/sync").status == 202
        until(array)
        delfin.kill()
        assert "running" in stored.job_states(delfin.database, storage_id), "killed too late"
        self.comes_back(delfin, array, storage_id)
        for native_id, row_id in ids_by_native(delfin, storage_id):
            assert kept.get(native_id, row_id) == row_id, "a volume that stayed has a new id"

    def comes_back(self, delfin: Delfin, array: FakeStorage, storage_id: str) -> None:
        """Starts delfin; without any request the storage is complete."""
        array.faults.clear()
        delfin.start()
        storage = delfin.rest.until(storage_id, "done")
        assert storage["sync_status"] == "SYNCED"
        delfin.rest.settled()
        assert sorted(stored.natives(delfin.database, storage_id)) == sorted(told(array, "CUT1"))
        for kind in delfin.rest.get(f"/v1/storages/{storage_id}/resources").json["resources"]:
            assert kind["supported"] is True
            assert kind["error_code"] is None
        job = delfin.rest.get(f"/v1/jobs/{storage['last_sync']['job_id']}").json
        assert (job["state"], job["crashes"]) == ("done", 1)


def ids_by_native(delfin: Delfin, storage_id: str) -> list[tuple[str, str]]:
    with stored.opened(delfin.database) as connection:
        query = "SELECT native_volume_id, id FROM volumes WHERE storage_id = ?"
        return connection.execute(query, (storage_id,)).fetchall()


@dataclass
class Customer(threading.Thread):
    """Asks for this and that until delfin is gone; remembers what was accepted."""

    delfin: Delfin
    array: FakeStorage
    dice: random.Random
    registered: dict[str, str] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    number: int = 0

    def __post_init__(self) -> None:
        super().__init__(name="customer")

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        try:
            while True:
                self.dice.choice([self.register, self.register, self.sync, self.remove])()
        except requests.RequestException:
            return

    def again(self) -> Customer:
        """One that goes on where this one had to end."""
        known = (self.registered, self.removed, self.unknown, self.number)
        return Customer(self.delfin, self.array, self.dice, *known)

    def register(self) -> None:
        self.number += 1
        body = access(self.array, serial=f"LOOP{self.number}", volumes="900")
        made = self.delfin.rest.post("/v1/storages", body)
        assert made.status == 201, made
        self.registered[made.json["id"]] = f"LOOP{self.number}"

    def sync(self) -> None:
        storage_id = self.one()
        answer = self.delfin.rest.post(f"/v1/storages/{storage_id}/sync")
        assert answer.status == 202 or answer.code in {"StorageIsSyncing", "StorageNotFound"}

    def remove(self) -> None:
        storage_id = self.one()
        self.unknown.add(storage_id)
        answer = self.delfin.rest.delete(f"/v1/storages/{storage_id}")
        self.unknown.discard(storage_id)
        if answer.status == 202:
            self.removed.add(storage_id)

    def one(self) -> str:
        live = [i for i in self.registered if i not in self.removed and i not in self.unknown]
        return self.dice.choice(live) if live else "none"


def test_killed_again_and_again_every_accepted_request_is_finished(
    start: Start, array: FakeStorage
) -> None:
    # A job that is met by chance three times must not be taken for the killer.
    delfin = start(OS_JOBS__CRASH_LIMIT="100")
    dice = random.Random(20261120)  # noqa: S311 - the same moments each time
    customer = Customer(delfin, array, dice)
    for _ in range(5):
        customer.start()
        customer.join(dice.uniform(0.2, 1.2))
        delfin.kill()
        customer.join(60)
        assert not customer.is_alive()
        customer = customer.again()
        delfin.start()
    delfin.rest.settled()
    rest = delfin.rest
    assert len(customer.registered) > 5
    assert customer.removed
    for storage_id in customer.removed:
        assert rest.get(f"/v1/storages/{storage_id}").status == 404
        assert stored.naming(delfin.database, storage_id) == {}
    for storage_id, serial in customer.registered.items():
        if storage_id not in customer.removed | customer.unknown:
            storage = rest.storage(storage_id)
            assert storage["last_sync"]["result"] == "done"
            native = stored.natives(delfin.database, storage_id)
            assert sorted(native) == sorted(told(array, serial))
    # Of a request that was not answered all is there, or nothing.
    for storage_id in stored.values(delfin.database, "SELECT id FROM storages"):
        assert len(stored.natives(delfin.database, storage_id)) == 900
