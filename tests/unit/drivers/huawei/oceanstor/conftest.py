"""A simulated OceanStor on a real socket, and drivers connected to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from delfin import cryptor
from delfin.drivers.huawei.oceanstor import client
from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.testing.simulated.oceanstor import OceanStor
from delfin.testing.simulated.server import Answer, Request

STORAGE_ID = "3f3f6b1e-0000-4000-8000-000000000000"
USER, PASSWORD = "admin", "Fake-Array-1"

Connect = Callable[..., OceanStorDriver]
# Collection, page, and what happens at the array as soon as that page has been told.
Meanwhile = Callable[[str, int, Callable[[], object]], None]


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

    def make(array: Any, password: str = PASSWORD, **more: Any) -> OceanStorDriver:
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
            **more,
        )
        made.append(driver)
        return driver

    yield make
    for driver in made:
        driver.close_connection()


@pytest.fixture
def meanwhile(array: OceanStor, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    def order(collection: str, page: int, act: Callable[[], object]) -> None:
        answer, pages = array.answer, iter(range(1, 1_000))

        def then(request: Request) -> Answer:
            told = answer(request)
            if request.path.endswith(f"/{collection}") and next(pages) == page:
                act()
            return told

        monkeypatch.setattr(array, "answer", then)

    return order


@pytest.fixture
def uncounted(array: OceanStor, monkeypatch: pytest.MonkeyPatch) -> None:
    """An array that counts nothing."""
    answer = array.answer

    def but_counts(request: Request) -> Answer:
        if request.path.endswith("/count"):
            return Answer(404, b"<html>404 Not Found</html>", content_type="text/html")
        return answer(request)

    monkeypatch.setattr(array, "answer", but_counts)


@pytest.fixture
def driver(array: OceanStor, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> OceanStorDriver:
    monkeypatch.setattr(client, "BUSY_PAUSE", 0.01)
    return connect(array)
