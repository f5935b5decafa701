"""What stands for a storage when an owner is looked for."""

from __future__ import annotations

from delfin.coordination.accounts import Accounts
from delfin.db.access_info import AccessInfo
from tests.unit.conftest import Bench
from tests.unit.scripted import Script
from tests.waiting import wait_until


def test_a_manager_stands_for_its_storages_and_others_for_themselves(bench: Bench) -> None:
    alone, first, second = (bench.register(Script(f"SN{n}")) for n in range(3))
    accounts = Accounts(bench.database)
    assert accounts.place_of(first) == first, "nothing is read yet"
    with bench.database.writer() as session:
        for storage_id in (first, second):
            session.get_one(AccessInfo, storage_id).manager_key = "unisphere"
    accounts.start()
    try:
        wait_until(lambda: accounts.place_of(first) == "unisphere")
        assert accounts.place_of(second) == "unisphere"
        assert accounts.place_of(alone) == alone
    finally:
        accounts.stop()
        accounts.wait(10)
