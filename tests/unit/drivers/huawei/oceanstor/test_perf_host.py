"""Hosts of an OceanStor that have performance files: those that are down, refuse, or still write."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from delfin import exception
from delfin.drivers.huawei.oceanstor import perf_host
from delfin.testing.simulated.oceanstor import OceanStor
from delfin.testing.simulated.sftp import File
from tests.unit.drivers.huawei.oceanstor.conftest import Connect
from tests.unit.drivers.huawei.oceanstor.kept_files import (
    HOUR,
    MINUTE,
    SMALL,
    collected,
    is_down,
    ssh,
)


@pytest.fixture
def array(clock: list[int]) -> Iterator[OceanStor]:
    with OceanStor(sizes=SMALL, clock_ms=lambda: clock[0], has_files=True) as array:
        yield array


def test_a_controller_that_is_down_keeps_nobody_waiting(
    array: OceanStor, connect: Connect, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the first that is listed, and takes connections without a word."""
    monkeypatch.setattr(perf_host, "SIGN_IN_TIMEOUT", 0.1)
    monkeypatch.setattr(perf_host, "CONNECT_TIMEOUT", 0.1)
    with socket.create_server((array.host, 0)) as mute:
        mute.setblocking(False)
        access = ssh(array)
        access["ssh"]["port"] = mute.getsockname()[1]
        driver = connect(array, **access)
        is_down(monkeypatch, driver, "0A")
        told = driver.get_latest_perf_timestamp(None)
        assert collected(driver, told - MINUTE, told, "disk")
        assert attempts(mute) == 1
        # After a while it is asked in its turn again.
        monkeypatch.setattr(perf_host, "AVOIDED", 0.0)
        other = connect(array, **access)
        is_down(monkeypatch, other, "0A")
        attempts(mute)
        assert other.get_latest_perf_timestamp(None) == told
        assert attempts(mute) == 1


def attempts(listener: socket.socket) -> int:
    """How many connections were made since it was asked before."""
    made = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            listener.accept()[0].close()
            made += 1
    return made


def test_a_controller_that_runs_and_cannot_be_reached_is_told(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    driver = connect(array, **ssh(array))
    array.controllers[1].close()
    with pytest.raises(exception.StorageBackendException, match="performance files of 127"):
        driver.get_latest_perf_timestamp(None)


def test_a_file_is_fetched_once_for_all_types(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    end = clock[0] // HOUR * HOUR - HOUR
    collected(connect(array, **ssh(array)), end - 10 * MINUTE, end - MINUTE)
    assert [len(one.reads) for one in array.controllers] == [1, 1]


def cut_off(array: OceanStor, which: int) -> Callable[[], None]:
    """Half of one file of the first controller is there, counted from the newest; call to end it."""
    controller = array.controllers[0]
    whole = controller.files
    path = sorted(whole())[-1 - which]
    file = whole()[path]
    half = file.content()[: len(file.content()) // 2]
    controller.files = lambda: {**whole(), path: File(file.changed, lambda: half, len(half))}

    def end() -> None:
        controller.files = whole

    return end


def test_a_file_that_is_being_written_is_read_when_it_is_whole(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    driver = connect(array, **ssh(array))
    last = clock[0] // (15 * MINUTE) * 15 * MINUTE - MINUTE
    end = cut_off(array, 0)
    assert driver.get_latest_perf_timestamp(None) == last - 15 * MINUTE
    with pytest.raises(exception.StorageBackendException, match="last performance file so far"):
        collected(driver, last - MINUTE, last, "disk")
    end()
    assert driver.get_latest_perf_timestamp(None) == last
    assert collected(driver, last - MINUTE, last, "disk")


def test_a_file_that_grows_is_read_again(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    """Within the same second, as far as times tell, and whole each time."""
    driver = connect(array, **ssh(array))
    controller = array.controllers[0]
    whole = controller.files
    *_, before, newest = sorted(whole())
    less = whole()[before].content()
    controller.files = lambda: {
        **whole(),
        newest: File(whole()[newest].changed, lambda: less, len(less)),
    }
    told = driver.get_latest_perf_timestamp(None)
    controller.files = whole
    assert driver.get_latest_perf_timestamp(None) == told + 15 * MINUTE


def test_an_older_file_that_is_cut_off_is_told(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    """And read when it turns out to be whole."""
    driver = connect(array, **ssh(array))
    end = cut_off(array, 1)
    told = driver.get_latest_perf_timestamp(None)
    window = told - 20 * MINUTE, told - 16 * MINUTE
    with pytest.raises(exception.InvalidResults, match=r"SP0_.*unpacked"):
        collected(driver, *window, "disk")
    end()
    assert collected(driver, *window, "disk")


def test_a_host_that_does_not_answer_hardly_delays_the_sign_in(
    array: OceanStor, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The array is served, and the host has heard no password that could be wrong."""
    monkeypatch.setattr(perf_host, "SIGN_IN_TIMEOUT", 0.1)
    with socket.create_server((array.host, 0)) as mute:
        mute.setblocking(False)
        access = ssh(array)
        access["ssh"]["port"] = mute.getsockname()[1]
        began = time.monotonic()
        assert connect(array, **access).list_disks(None)
        assert time.monotonic() - began < perf_host.CONNECT_TIMEOUT / 2
        assert attempts(mute) == 1


def test_a_host_that_has_the_password_may_take_its_time_to_refuse_it(
    array: OceanStor, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would have counted a try that delfin has not, and be asked again."""
    monkeypatch.setattr(perf_host, "SIGN_IN_TIMEOUT", 1.0)

    def refuse_late(_user: str, _password: str) -> bool:
        return threading.Event().wait(1.3)

    array.controllers[0].knows = refuse_late
    with pytest.raises(exception.InvalidUsernameOrPassword, match="performance files of"):
        connect(array, **ssh(array))
    assert logins(array) == [1, 0]


def test_a_sign_in_opens_no_channel(array: OceanStor, connect: Connect) -> None:
    """A host that is slow with it would be waited for."""
    opened: list[int] = []

    def open_one() -> bool:
        opened.append(1)
        return True

    array.controllers[0].opens = open_one
    connect(array, **ssh(array))
    assert (logins(array), opened) == ([1, 0], [])


def logins(array: OceanStor) -> list[int]:
    return [one.logins for one in array.controllers]


def test_a_refused_password_is_told_with_each_sign_in(array: OceanStor, connect: Connect) -> None:
    """Who registers the array hears it, and delfin counts it; no session is left at the array."""
    for tries in (1, 2):
        with pytest.raises(
            exception.InvalidUsernameOrPassword, match="performance files of"
        ) as told:
            connect(array, **ssh(array, "wrong-Passw0rd"))
        assert "wrong" not in str(told.value)
        assert logins(array) == [tries, 0]
    assert (array.sessions.logins, array.sessions.open) == (2, 0)


def test_a_password_that_rest_refuses_is_not_tried_for_files(
    array: OceanStor, connect: Connect
) -> None:
    with pytest.raises(exception.InvalidUsernameOrPassword):
        connect(array, "wrong-Passw0rd", **ssh(array))
    assert logins(array) == [0, 0]


def test_where_no_files_can_be_had_the_array_is_served(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    array.controllers[0].opens = lambda: False
    driver = connect(array, **ssh(array))
    with pytest.raises(exception.StorageBackendException, match="performance files of"):
        driver.get_latest_perf_timestamp(None)
    array.controllers[0].close()
    assert connect(array, **ssh(array)).list_disks(None)


def test_after_one_host_refused_the_password_no_other_is_tried(
    connect: Connect, clock: list[int]
) -> None:
    with OceanStor(
        sizes=SMALL.changed({"controllers": 3}), clock_ms=lambda: clock[0], has_files=True
    ) as array:
        driver = connect(array, **ssh(array))
        array.controllers[1].knows = lambda *_account: False
        for _ in range(2):
            with pytest.raises(exception.InvalidUsernameOrPassword, match="performance files of"):
                driver.get_latest_perf_timestamp(None)
            with pytest.raises(exception.InvalidUsernameOrPassword, match="performance files of"):
                collected(driver, clock[0] - 2 * HOUR, clock[0] - HOUR, "disk")
        assert logins(array) == [2, 1, 0]


def test_another_host_key_gets_no_password(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    first, second = array.controllers
    told = f"{second.host}:{second.port} {first.fingerprint}"
    driver = connect(array, **ssh(array, extra_attributes={"performance_hosts": told}))
    with pytest.raises(exception.StorageBackendException, match="host key"):
        collected(driver, clock[0] - 2 * HOUR, clock[0] - HOUR, "disk")
    assert second.logins == 0


@pytest.mark.parametrize("told", ["10.0.0.2", "10.0.0.2:many SHA256:x", "SHA256:x"])
def test_other_controllers_want_an_address_and_a_key(
    array: OceanStor, connect: Connect, told: str
) -> None:
    with pytest.raises(exception.InvalidInput, match="performance_hosts"):
        connect(array, **ssh(array, extra_attributes={"performance_hosts": told}))
