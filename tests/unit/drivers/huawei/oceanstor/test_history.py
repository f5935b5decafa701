"""What an OceanStor measured before: files of its controllers, over SFTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from delfin import exception
from delfin.drivers.capabilities import checked, filters_for
from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.drivers.huawei.oceanstor.history import RETENTION
from delfin.testing.simulated.oceanstor import OceanStor
from tests.unit.drivers.huawei.oceanstor.conftest import Connect
from tests.unit.drivers.huawei.oceanstor.kept_files import (
    ACCESS,
    HOUR,
    MINUTE,
    SMALL,
    WANTED,
    collected,
    ssh,
    without_files_of,
)


@pytest.fixture(params=["V5", "V6"])
def older(request: pytest.FixtureRequest, clock: list[int]) -> Iterator[OceanStor]:
    """An array of each release, with files."""
    with OceanStor(
        release=request.param, sizes=SMALL, clock_ms=lambda: clock[0], has_files=True
    ) as array:
        yield array


@pytest.fixture
def array(clock: list[int]) -> Iterator[OceanStor]:
    with OceanStor(sizes=SMALL, clock_ms=lambda: clock[0], has_files=True) as array:
        yield array


def test_each_minute_of_an_hour_ago_is_read_of_everything(
    older: OceanStor, connect: Connect, clock: list[int]
) -> None:
    end = clock[0] // HOUR * HOUR - HOUR
    found = collected(connect(older, **ssh(older)), end - 20 * MINUTE, end)
    every = [end - n * MINUTE for n in range(20)]
    assert all(sorted(one.values) == sorted(every) for one in found)
    ids = {(one.labels["resource_type"], one.labels["resource_id"]) for one in found}
    assert {kind for kind, _ in ids} == set(WANTED)
    assert len(ids) == 4 + 5 + 2 + 4 + 3
    assert all(one.labels["resource_name"] for one in found)


def test_files_and_the_interface_tell_the_same(
    older: OceanStor, connect: Connect, clock: list[int]
) -> None:
    """But whole numbers only: what a file has lost is less than one.

    Both controllers tell of volumes and pools, each of what it has served.
    """
    now = clock[0] = clock[0] // MINUTE * MINUTE
    kinds = ("volume", "storagePool", "disk")
    last = values(collected(connect(older), now - MINUTE, now, *kinds), now)
    clock[0] += HOUR
    kept = values(collected(connect(older, **ssh(older)), now - MINUTE, now, *kinds), now)
    assert kept.keys() == last.keys()
    for which, value in kept.items():
        assert value == pytest.approx(last[which], abs=1), which


def values(found: list[Any], at: int) -> dict[tuple[str, str, str], float]:
    return {
        (one.name, one.labels["resource_type"], one.labels["resource_id"]): one.values[at]
        for one in found
    }


def test_the_newest_is_what_every_controller_has_written(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    driver = connect(array, **ssh(array))
    told = driver.get_latest_perf_timestamp(None)
    assert told == clock[0] // (15 * MINUTE) * 15 * MINUTE - MINUTE
    found = collected(driver, told - MINUTE, told)
    assert {at for one in found for at in one.values} == {told}


def test_a_controller_that_writes_a_little_later_is_waited_for(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    driver = connect(array, **ssh(array))
    told = driver.get_latest_perf_timestamp(None)
    written = array.controllers[1].files
    newest = max(written())
    array.controllers[1].files = lambda: {
        path: file for path, file in written().items() if path < newest
    }
    assert driver.get_latest_perf_timestamp(None) == told - 15 * MINUTE


def test_what_is_not_written_yet_is_asked_for_again(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    """Else it would count as read, and be lost."""
    clock[0] = clock[0] // HOUR * HOUR + 10 * MINUTE
    driver = connect(array, **ssh(array))
    start, end = clock[0] - 8 * MINUTE, clock[0] - 3 * MINUTE
    with pytest.raises(exception.StorageBackendException, match="last performance file so far"):
        collected(driver, start, end, "disk")
    clock[0] += 6 * MINUTE
    times = {at for one in collected(driver, start, end, "disk") for at in one.values}
    assert len(times) == 5


def test_a_time_in_which_nothing_was_measured_is_over(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    """Between two files the array was down: it writes on, so nothing of it comes any more."""
    began, ended = clock[0] - 5 * HOUR, clock[0] - 3 * HOUR
    for controller in array.controllers:
        without_files_of(controller, began // 1000, ended // 1000)
    window = began + MINUTE, ended - 16 * MINUTE
    assert collected(connect(array, **ssh(array)), *window, "disk") == []


def test_what_is_older_than_the_oldest_file_is_told(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    """With the moment up to which there is nothing; what comes after it can be asked for."""
    oldest = clock[0] // (15 * MINUTE) * 15 * MINUTE - 6 * HOUR
    without_files_of(array.controllers[1], 0, oldest // 1000)
    driver = connect(array, **ssh(array))
    kept = oldest - 16 * MINUTE
    for start, end in ((kept - HOUR, kept), (kept - MINUTE, oldest)):
        with pytest.raises(exception.PerformanceNotKept) as told:
            collected(driver, start, end, "disk")
        assert told.value.error_args == (kept,)
    times = {at for one in collected(driver, kept, oldest, "disk") for at in one.values}
    assert min(times) == kept + MINUTE


def test_a_controller_whose_files_cannot_be_had_is_missed(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    driver = connect(array, **ssh(array, extra_attributes={}))
    end = clock[0] - HOUR
    with pytest.raises(exception.StorageBackendException, match="1 of 2 controllers"):
        collected(driver, end - HOUR, end, "disk")


def test_history_is_promised_only_where_files_can_be_read() -> None:
    told = checked(OceanStorDriver.get_capabilities(None, ACCESS))
    assert (told["is_historic"], told["performance_metric_retention_window"]) == (True, RETENTION)
    early = filters_for(OceanStorDriver, None, ["rest", "ssh"])
    assert OceanStorDriver.get_capabilities(None, early) == told
    for filters in (None, {"firmware_version": "6.1.6"}, {**ACCESS, "access": ["rest"]}):
        other = checked(OceanStorDriver.get_capabilities(None, filters))
        assert other["is_historic"] is False
        assert "performance_metric_retention_window" not in other
        assert (
            told["resource_metrics"]["volume"].keys() < other["resource_metrics"]["volume"].keys()
        )
