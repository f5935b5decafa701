"""How the fake driver signs in, keeps its session and signs out."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from delfin import cryptor, exception
from delfin.drivers.fake_storage.driver import FakeStorageDriver
from delfin.testing.simulated.fake_storage import FakeStorage


@pytest.mark.parametrize("missing", ["rest", "host", "port", "username", "password"])
def test_missing_access_info_is_invalid_input(
    array: FakeStorage, access: dict[str, Any], missing: str
) -> None:
    (access if missing == "rest" else access["rest"]).pop(missing)
    with pytest.raises(exception.InvalidInput, match=missing):
        FakeStorageDriver(**access)
    assert array.counters.requests == 0


def test_one_session_from_construction_to_close(array: FakeStorage, connect: Any) -> None:
    driver = connect()
    driver.list_volumes(None)
    driver.list_ports(None)
    assert (array.sessions.logins, array.sessions.open) == (1, 1)
    driver.close_connection()
    assert (array.sessions.logouts, array.sessions.open) == (1, 0)


def test_a_wrong_password_is_tried_once(array: FakeStorage, access: dict[str, Any]) -> None:
    access["rest"]["password"] = cryptor.encode("wrong")
    with pytest.raises(exception.InvalidUsernameOrPassword) as caught:
        FakeStorageDriver(**access)
    assert "wrong" not in str(caught.value)
    assert (array.sessions.failed_logins, array.sessions.open) == (1, 0)


def test_a_changed_password_is_tried_once_by_all_threads(
    array: FakeStorage, driver: FakeStorageDriver
) -> None:
    array.sessions.change_password("new")
    with ThreadPoolExecutor(8) as threads:
        ended = [threads.submit(driver.list_volumes, None) for _ in range(8)]
        assert all(isinstance(f.exception(), exception.InvalidUsernameOrPassword) for f in ended)
    assert array.sessions.failed_logins == 1


def test_an_expired_token_is_renewed_once_for_all_threads(
    array: FakeStorage, driver: FakeStorageDriver
) -> None:
    array.sessions.expire_all()
    with ThreadPoolExecutor(16) as threads:
        counts = list(threads.map(lambda _: len(driver.list_volumes(None)), range(16)))
    assert counts == [200] * 16
    assert (array.sessions.logins, array.sessions.open) == (2, 1)


def test_a_token_refused_twice_is_an_error(
    array: FakeStorage, driver: FakeStorageDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(array.sessions, "find", lambda _: None)
    with pytest.raises(exception.NotAuthorized):
        driver.list_volumes(None)
    assert array.sessions.logins == 2


def test_the_session_limit_is_told(array: FakeStorage, connect: Any) -> None:
    array.sessions.limit = 1
    connect()
    with pytest.raises(exception.StorageMaxUserCountException):
        connect()
    assert (array.sessions.open, array.sessions.refused_logins) == (1, 1)


def test_closing_during_a_call_leaves_no_session(
    array: FakeStorage, driver: FakeStorageDriver
) -> None:
    fault = array.faults.order("hang", "volumes")
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(driver.list_volumes, None)
        _wait_for(lambda: array.counters.concurrent == 1)
        driver.close_connection()
        array.faults.clear()
        assert isinstance(call.exception(), exception.DelfinException)
    assert fault.cancelled.is_set()
    assert (array.sessions.logins, array.sessions.open) == (1, 0)


def test_a_closed_driver_signs_in_to_nothing(array: FakeStorage, driver: FakeStorageDriver) -> None:
    driver.close_connection()
    driver.close_connection()
    with pytest.raises(exception.StorageBackendException, match="closed"):
        driver.list_volumes(None)
    assert (array.sessions.logins, array.sessions.logouts) == (1, 1)


def test_reset_signs_in_anew(array: FakeStorage, driver: FakeStorageDriver) -> None:
    driver.reset_connection(None, verify=str(array.certificate_path))
    assert driver.list_volumes(None)
    assert (array.sessions.logins, array.sessions.logouts, array.sessions.open) == (2, 1, 1)


def test_closing_when_the_array_is_gone_says_nothing(
    array: FakeStorage, driver: FakeStorageDriver
) -> None:
    array.close()
    driver.close_connection()


def test_the_certificate_is_verified(access: dict[str, Any]) -> None:
    with FakeStorage() as stranger:
        access["verify"] = str(stranger.certificate_path)
        with pytest.raises(exception.SSLCertificateFailed):
            FakeStorageDriver(**access)


def test_a_closed_port_is_an_invalid_port(array: FakeStorage, access: dict[str, Any]) -> None:
    array.close()
    access["verify"] = False
    with pytest.raises(exception.InvalidIpOrPort):
        FakeStorageDriver(**access)


def test_no_secret_is_logged(
    array: FakeStorage, connect: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        driver = connect()
        driver.list_volumes(None)
        token = driver.client._token
        driver.close_connection()
    assert "Fake-Array-1" not in caplog.text
    assert token is not None
    assert token not in caplog.text


def _wait_for(condition: Any) -> None:
    """Until the condition holds; the deadline is only there to fail."""
    tick = threading.Event()
    for _ in range(500):
        if condition():
            return
        tick.wait(0.01)
    raise AssertionError("it never happened")
