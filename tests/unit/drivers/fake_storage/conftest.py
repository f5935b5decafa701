"""A simulated array on a real socket, and drivers connected to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from delfin import cryptor
from delfin.drivers.fake_storage.driver import FakeStorageDriver
from delfin.testing.simulated.fake_storage import FakeStorage

USER, PASSWORD = "admin", "Fake-Array-1"
STORAGE_ID = "3f3f6b1e-0000-4000-8000-000000000000"

Connect = Callable[..., FakeStorageDriver]


@pytest.fixture
def array() -> Iterator[FakeStorage]:
    with FakeStorage(username=USER, password=PASSWORD) as array:
        yield array


@pytest.fixture
def access(array: FakeStorage) -> dict[str, Any]:
    """What delfin hands to a driver."""
    return {
        "storage_id": STORAGE_ID,
        "vendor": "fake_storage",
        "model": "fake_driver",
        "rest": {
            "host": array.host,
            "port": array.port,
            "username": USER,
            "password": cryptor.encode(PASSWORD),
        },
        "extra_attributes": {},
        "verify": str(array.certificate_path),
    }


@pytest.fixture
def connect(array: FakeStorage, access: dict[str, Any]) -> Iterator[Connect]:
    """Makes drivers, with the keywords as extra attributes, and closes them after the story."""
    made = []

    def make(**extra_attributes: str) -> FakeStorageDriver:
        driver = FakeStorageDriver(**{**access, "extra_attributes": extra_attributes})
        made.append(driver)
        return driver

    yield make
    array.faults.clear()
    for driver in made:
        driver.close_connection()


@pytest.fixture
def driver(connect: Connect) -> FakeStorageDriver:
    return connect()
