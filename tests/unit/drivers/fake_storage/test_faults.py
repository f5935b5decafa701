"""Every fault of the array reaches the caller as an error of the right class, or not at all."""

from __future__ import annotations

import time
from typing import Any

import pytest

from delfin import exception
from delfin.drivers.fake_storage import client
from delfin.drivers.fake_storage.driver import FakeStorageDriver
from delfin.testing.simulated.fake_storage import FakeStorage


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("server_error", exception.StorageBackendException),
        ("html", exception.InvalidResults),
        ("cut_body", exception.BadResponse),
        ("short_list", exception.InvalidResults),
        ("unsupported", NotImplementedError),
    ],
)
def test_a_fault_is_told_and_passes(
    array: FakeStorage, driver: FakeStorageDriver, fault: str, error: type[Exception]
) -> None:
    array.faults.order(fault, "volumes")
    with pytest.raises(error):
        driver.list_volumes(None)
    assert driver.list_ports(None)
    array.faults.clear()
    assert len(driver.list_volumes(None)) == 200
    assert array.sessions.logins == 1


def test_a_hanging_array_is_left(
    array: FakeStorage, driver: FakeStorageDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TIMEOUT", 0.2)
    array.faults.order("hang", "volumes")
    with pytest.raises(exception.StorageBackendException, match="timed out"):
        driver.list_volumes(None)


def test_a_slow_drip_is_only_slow(array: FakeStorage, driver: FakeStorageDriver) -> None:
    array.faults.order("drip", "system", chunk=100, interval=0.01)
    start = time.monotonic()
    assert driver.get_storage(None)["serial_number"] == array.default_serial
    assert time.monotonic() - start > 0.02


@pytest.mark.parametrize("fault", ["server_error", "html", "cut_body"])
def test_a_fault_at_sign_in_is_told(array: FakeStorage, connect: Any, fault: str) -> None:
    array.faults.order(fault, "sessions", times=1)
    with pytest.raises(exception.DelfinException):
        connect()
    assert len(array.counters.by_endpoint) == 1
    assert array.counters.requests == 1


@pytest.mark.parametrize("volumes", ["1", "200", "3000"])
def test_a_cut_off_listing_never_looks_whole(
    array: FakeStorage, connect: Any, volumes: str
) -> None:
    driver = connect(volumes=volumes)
    array.faults.order("short_list", "volumes", times=1)
    with pytest.raises(exception.InvalidResults, match="volumes: the listing ends after"):
        driver.list_volumes(None)
    assert len(driver.list_volumes(None)) == int(volumes)


def test_a_suddenly_empty_listing_is_handed_on(
    array: FakeStorage, driver: FakeStorageDriver
) -> None:
    array.faults.order("empty_list", "volumes", times=1)
    assert driver.list_volumes(None) == []
    assert len(driver.list_volumes(None)) == 200


def test_a_fault_meets_only_the_array_it_is_aimed_at(array: FakeStorage, connect: Any) -> None:
    one, two = connect(serial="ONE"), connect(serial="TWO")
    array.faults.order("server_error", serial="ONE")
    with pytest.raises(exception.StorageBackendException):
        one.list_volumes(None)
    assert two.list_volumes(None)


@pytest.mark.parametrize(
    "page", [{}, {"total": 1}, {"total": "1", "items": []}, {"total": 1, "items": {}}]
)
def test_a_malformed_page_is_told(
    driver: FakeStorageDriver, monkeypatch: pytest.MonkeyPatch, page: dict[str, Any]
) -> None:
    monkeypatch.setattr(driver.client, "get", lambda _: page)
    with pytest.raises(exception.InvalidResults, match="volumes"):
        driver.list_volumes(None)


def test_an_endless_listing_ends(
    driver: FakeStorageDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MOST_PAGES", 3)
    monkeypatch.setattr(driver.client, "get", lambda _: {"total": 10**9, "items": [{}]})
    with pytest.raises(exception.InvalidResults, match="more than 3 pages"):
        list(driver.client.items("volumes"))
