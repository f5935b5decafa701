"""How the driver signs in to an OceanStor, keeps its session and signs out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from delfin import exception
from delfin.drivers.huawei.oceanstor import client
from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.testing.simulated.oceanstor import OceanStor
from delfin.testing.simulated.server import Answer
from tests.unit.drivers.huawei.oceanstor.conftest import Meanwhile


def test_one_session_from_construction_to_close(array: OceanStor, driver: OceanStorDriver) -> None:
    driver.list_volumes(None)
    driver.list_ports(None)
    assert (array.sessions.logins, array.sessions.open) == (1, 1)
    driver.close_connection()
    assert (array.sessions.logouts, array.sessions.open) == (1, 0)


@pytest.mark.parametrize("release", ["V5", "V6"])
def test_a_wrong_password_is_tried_once_and_told_nowhere(release: str, connect: Any) -> None:
    """Releases have another code for it each."""
    with OceanStor(release=release) as array:
        with pytest.raises(exception.InvalidUsernameOrPassword) as caught:
            connect(array, "not-the-password")
        assert "not-the-password" not in str(caught.value)
        assert (array.sessions.failed_logins, array.sessions.open) == (1, 0)


def test_a_session_that_ended_is_opened_once_for_all_threads(
    array: OceanStor, driver: OceanStorDriver
) -> None:
    array.sessions.expire_all()
    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(lambda _: len(driver.list_volumes(None)), range(8)))
    assert counts == [200] * 8
    assert (array.sessions.logins, array.sessions.open) == (2, 1)


def test_a_session_that_ends_in_the_middle_of_a_listing_is_not_noticed(
    array: OceanStor, driver: OceanStorDriver, meanwhile: Meanwhile
) -> None:
    meanwhile("lun", 1, array.sessions.expire_all)
    found = driver.client.rows("lun")
    assert len({one["ID"] for one in found}) == len(found) == 200
    assert array.sessions.logins == 2


@pytest.mark.parametrize("state", [3, 4, 9, "expired", None, 1.5])
def test_an_account_that_must_change_its_password_waits_for_a_person(
    array: OceanStor, connect: Any, state: Any
) -> None:
    array.account_state = state
    with pytest.raises(exception.InvalidUsernameOrPassword):
        connect(array)
    assert (array.sessions.logins, array.sessions.open) == (1, 0)


@pytest.mark.parametrize("told", [Answer(500, {}), Answer(404, {}), Answer(200, b"<html>")])
def test_such_an_account_waits_also_when_it_cannot_be_signed_out(
    array: OceanStor, connect: Any, monkeypatch: pytest.MonkeyPatch, told: Answer
) -> None:
    array.account_state = 3
    answer = array.answer
    monkeypatch.setattr(
        array, "answer", lambda asked: told if asked.method == "DELETE" else answer(asked)
    )
    with pytest.raises(exception.InvalidUsernameOrPassword):
        connect(array)
    assert array.sessions.logins == 1


def test_the_limit_of_users_is_told_in_the_words_of_the_array(
    array: OceanStor, connect: Any
) -> None:
    array.sessions.limit = 0
    with pytest.raises(exception.StorageMaxUserCountException, match="online users"):
        connect(array)


def test_a_busy_array_is_asked_again(array: OceanStor, driver: OceanStorDriver) -> None:
    array.busy = 2
    assert len(driver.list_controllers(None)) == 2


def test_an_array_that_stays_busy_is_left_alone(array: OceanStor, driver: OceanStorDriver) -> None:
    array.busy = 1000
    with pytest.raises(exception.StorageBackendException, match="busy"):
        driver.list_controllers(None)
    assert array.counters.by_endpoint["controller"] == 3


def test_reset_signs_in_anew_and_reads_the_firmware_anew(
    array: OceanStor, driver: OceanStorDriver
) -> None:
    driver.list_volumes(None)
    driver.reset_connection(None, verify=str(array.certificate_path))
    driver.list_volumes(None)
    driver.list_volumes(None)
    assert (array.sessions.logins, array.sessions.logouts) == (2, 1)
    assert array.counters.by_endpoint["system"] == 2


def test_closing_when_the_array_is_gone_says_nothing(
    array: OceanStor, driver: OceanStorDriver
) -> None:
    array.close()
    driver.close_connection()


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
    array: OceanStor, driver: OceanStorDriver, fault: str, error: type[Exception]
) -> None:
    array.faults.order(fault, "lun")
    with pytest.raises(error):
        driver.list_volumes(None)
    assert driver.list_ports(None)
    array.faults.clear()
    assert len(driver.list_volumes(None)) == 200
    assert array.sessions.logins == 1


def test_a_hanging_array_is_left(
    array: OceanStor, driver: OceanStorDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TIMEOUT", 0.2)
    array.faults.order("hang", "lun")
    with pytest.raises(exception.StorageBackendException, match="timed out"):
        list(driver.client.rows("lun"))
    array.faults.clear()


def test_an_empty_listing_is_handed_on(array: OceanStor, driver: OceanStorDriver) -> None:
    array.faults.order("empty_list", "lun")
    assert driver.list_volumes(None) == []


def test_no_secret_is_logged(
    array: OceanStor, connect: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        driver = connect(array)
        driver.list_volumes(None)
        token = driver.client._token
        driver.close_connection()
    assert token is not None
    assert token not in caplog.text
    assert "Fake-Array-1" not in caplog.text
