"""A simulated OceanStor on a real socket, and drivers connected to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from delfin import cryptor
from delfin.drivers.huawei.oceanstor import client
from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.testing.simulated.oceanstor import OceanStor

STORAGE_ID = "3f3f6b1e-0000-4000-8000-000000000000"
USER, PASSWORD = "admin", "Fake-Array-1"

Connect = Callable[..., OceanStorDriver]


@pytest.fixture
def clock() -> list[int]:
    """The array's clock in ms, to be moved; half past a minute."""
    return [1_795_640_430_000]


@pytest.fixture
def array(clock: list[int]) -> Iterator[OceanStor]:
    with OceanStor(clock_ms=lambda: clock[0]) as array:
        yield array


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes drivers for an array, and closes them after the story."""
    made = []

    def make(array: Any, password: str = PASSWORD) -> OceanStorDriver:
        driver = OceanStorDriver(
            storage_id=STORAGE_ID,
            vendor="huawei",
            model="oceanstor",
            rest={
                "host": array.host,
                "port": array.port,
                "username": USER,
                "password": cryptor.encode(password),
            },
            verify=str(array.certificate_path),
        )
        made.append(driver)
        return driver

    yield make
    for driver in made:
        driver.close_connection()


@pytest.fixture
def driver(array: OceanStor, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> OceanStorDriver:
    monkeypatch.setattr(client, "BUSY_PAUSE", 0.01)
    return connect(array)
