"""Controllers of an OceanStor that go down and come back: what of their files is whole without them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from delfin import exception
from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.testing.simulated.oceanstor import OceanStor
from tests.unit.drivers.huawei.oceanstor.conftest import Connect
from tests.unit.drivers.huawei.oceanstor.kept_files import (
    HOUR,
    MINUTE,
    SMALL,
    collected,
    is_down,
    ssh,
    without_files_of,
)

FILE = 15 * MINUTE


@pytest.fixture
def array(clock: list[int]) -> Iterator[OceanStor]:
    """Files have just been written."""
    clock[0] = clock[0] // HOUR * HOUR + MINUTE
    with OceanStor(sizes=SMALL, clock_ms=lambda: clock[0], has_files=True) as array:
        yield array


def times(driver: OceanStorDriver, start: int, end: int, kind: str) -> list[int]:
    """At which all volumes, or all disks of the first controller, have samples."""
    found = collected(driver, start, end, kind)
    first = min((one.labels["resource_id"] for one in found), default="")
    told = [one for one in found if kind != "disk" or one.labels["resource_id"] == first]
    every = [set(one.values) for one in told]
    assert all(one == every[0] for one in every)
    return sorted(every[0]) if every else []


def each_minute(start: int, end: int) -> list[int]:
    return list(range(start + MINUTE, end + 1, MINUTE))


def test_one_that_has_come_back_holds_back_what_it_may_have_measured(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    """It has files of before only: it has run for less than two files, or there would be more."""
    driver = connect(array, **ssh(array))
    told = driver.get_latest_perf_timestamp(None)
    down = clock[0] // 1000
    clock[0] += HOUR
    without_files_of(array.controllers[1], down, clock[0] // 1000)
    assert driver.get_latest_perf_timestamp(None) == told + HOUR - 2 * FILE
    whole = told + FILE, told + HOUR - 2 * FILE
    assert times(driver, *whole, "volume") == each_minute(*whole)
    with pytest.raises(exception.StorageBackendException, match="last performance file so far"):
        collected(driver, whole[0], whole[1] + 2 * MINUTE, "volume")
    clock[0] += FILE
    assert driver.get_latest_perf_timestamp(None) == told + HOUR + FILE


def test_one_that_runs_on_without_writing_is_told(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    """What the others tell is not the whole, and time does not pass over it."""
    driver = connect(array, **ssh(array))
    told = driver.get_latest_perf_timestamp(None)
    without_files_of(array.controllers[1], clock[0] // 1000, 2 * clock[0] // 1000)
    for number in range(1, 6):
        clock[0] += FILE
        until = told + max(0, number - 2) * FILE
        assert driver.get_latest_perf_timestamp(None) == until
    clock[0] += FILE
    with pytest.raises(exception.StorageBackendException, match=r"SP1 runs.* 90 minutes"):
        driver.get_latest_perf_timestamp(None)
    # Another outage is another matter.
    with pytest.MonkeyPatch.context() as patch:
        is_down(patch, driver, "0B")
        assert driver.get_latest_perf_timestamp(None) == told + 6 * FILE
    assert driver.get_latest_perf_timestamp(None) == told + 4 * FILE


def test_what_one_served_before_it_went_down_is_in_no_sum(
    array: OceanStor, connect: Connect, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When in the time of a file it went down, nobody knows; what others alone measure is whole."""
    driver = connect(array, **ssh(array))
    told = driver.get_latest_perf_timestamp(None)
    is_down(monkeypatch, driver, "0B")
    array.controllers[1].close()
    clock[0] += 2 * FILE
    assert driver.get_latest_perf_timestamp(None) == told + 2 * FILE
    window = told, told + 2 * FILE
    assert times(driver, *window, "disk") == each_minute(*window)
    for kind in ("volume", "storagePool"):
        assert times(driver, *window, kind) == each_minute(told + FILE, window[1])


def test_the_same_is_in_no_sum_when_it_is_read_afterwards(
    array: OceanStor, connect: Connect, clock: list[int]
) -> None:
    """Seen from the files alone: by a process that was not there, in windows of any length."""
    went, came = clock[0] - 3 * HOUR, clock[0] - 2 * HOUR
    without_files_of(array.controllers[1], went // 1000, came // 1000)
    driver = connect(array, **ssh(array))
    last = went - 2 * MINUTE
    window = last - HOUR, came
    kept = [*each_minute(window[0], last), *each_minute(last + FILE, came)]
    assert times(driver, *window, "disk") == each_minute(*window)
    assert times(driver, *window, "volume") == kept
    minutes = zip(each_minute(*window), each_minute(*window)[1:], strict=False)
    assert [at for one in minutes for at in times(driver, *one, "volume")] == kept[1:]


def test_files_in_one_place_are_read_although_their_controller_is_down(
    array: OceanStor, connect: Connect, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it served before it went down is as much of a volume as what the other one did."""
    first, second = array.controllers
    of_first, of_second = first.files, second.files
    without_files_of(second, clock[0] // 1000 - 3600, clock[0] // 1000)
    one_place = ssh(array, extra_attributes={})
    first.files = lambda: {**of_first(), **of_second()}
    driver = connect(array, **one_place)
    window = clock[0] - 2 * HOUR, clock[0] - HOUR - 16 * MINUTE
    whole = collected(driver, *window, "volume")
    first.files = lambda: {**of_first(), **second.files()}
    driver = connect(array, **one_place)
    is_down(monkeypatch, driver, "0B")
    assert driver.get_latest_perf_timestamp(None) > clock[0] - 20 * MINUTE
    assert collected(driver, *window, "volume") == whole
    assert collected(driver, clock[0] - HOUR, clock[0] - 20 * MINUTE, "volume")
