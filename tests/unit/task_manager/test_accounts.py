"""What stands for a storage when an owner is looked for."""

from __future__ import annotations

import threading
import time
from typing import NoReturn, cast

from delfin.coordination.accounts import Accounts
from delfin.db.access_info import AccessInfo
from delfin.db.session import Database
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


class Hanging:
    """A database that lets nobody in until the story is over."""

    def __init__(self) -> None:
        self.asked, self.over = threading.Event(), threading.Event()

    def reader(self) -> NoReturn:
        self.asked.set()
        self.over.wait(30)
        raise OSError("away")


def test_a_database_that_hangs_keeps_no_process_from_stopping() -> None:
    hanging = Hanging()
    accounts = Accounts(cast("Database", hanging))
    accounts.start()
    try:
        assert hanging.asked.wait(10)
        began = time.monotonic()
        accounts.stop()
        accounts.wait()
        assert time.monotonic() - began < 8
    finally:
        hanging.over.set()
