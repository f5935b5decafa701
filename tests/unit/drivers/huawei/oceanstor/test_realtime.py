"""Last samples over each of the interfaces that an OceanStor may have for them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from delfin import exception
from delfin.common import constants
from delfin.drivers.huawei.oceanstor import metrics, realtime
from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.testing.simulated.oceanstor import OceanStor, Sizes, api
from delfin.testing.simulated.server import Answer, Request
from tests.unit.drivers.huawei.oceanstor.conftest import Connect, Meanwhile

WANTED: dict[str, Any] = OceanStorDriver.get_capabilities(None)["resource_metrics"]
MINUTE = 60_000
OLD, FIXED, NEW = "performace_statistic", "performance_statistic", "performance_data"
FEW = Sizes(luns=10, disks=6)

Changed = Callable[[Callable[[dict[str, Any]], Any]], None]


@pytest.fixture
def array(clock: list[int]) -> Iterator[OceanStor]:
    with OceanStor(release="V5", sizes=FEW, clock_ms=lambda: clock[0]) as array:
        yield array


@pytest.fixture
def changed(array: OceanStor, monkeypatch: pytest.MonkeyPatch) -> Changed:
    """What is told of one object becomes what the function makes of it."""
    answer = array.answer

    def order(change: Callable[[dict[str, Any]], Any]) -> None:
        def changed(asked: Request) -> Answer:
            told = answer(asked)
            return api.good(change(told.body["data"][0])) if OLD in asked.path else told

        monkeypatch.setattr(array, "answer", changed)

    return order


def collected(driver: OceanStorDriver, end: int, *kinds: str) -> list[constants.metric_struct]:
    wanted = {kind: WANTED[kind] for kind in kinds or WANTED}
    return driver.collect_perf_metrics(None, "s1", wanted, end - 5 * MINUTE, end)


@pytest.mark.parametrize("is_refused", [False, True])
@pytest.mark.parametrize("interface", [OLD, FIXED, NEW])
def test_each_interface_tells_the_same(
    array: OceanStor, connect: Connect, clock: list[int], interface: str, is_refused: bool
) -> None:
    """Whether the array says of the others that there is no such page, or does not support them."""
    array.realtime, array.refuses_unknown = {NEW}, is_refused
    expected = collected(connect(array), clock[0])
    assert {(one.labels["resource_type"], one.name) for one in expected} == {
        (kind, name) for kind, names in WANTED.items() for name in names
    }
    array.realtime = {interface}
    assert collected(connect(array), clock[0]) == expected


@pytest.mark.parametrize(("interface", "missed"), [(OLD, [1, 0]), (FIXED, [1, 1])])
def test_which_there_is_is_found_out_once(
    array: OceanStor, driver: OceanStorDriver, clock: list[int], interface: str, missed: list[int]
) -> None:
    array.realtime = {interface}
    collected(driver, clock[0])
    collected(driver, clock[0])
    others = [NEW, OLD if interface == FIXED else FIXED]
    assert [array.counters.by_endpoint[one] for one in others] == missed
    things = FEW.pools + FEW.luns + FEW.controllers + FEW.fc_ports + FEW.eth_ports + FEW.disks
    # One of them to find out.
    assert array.counters.by_endpoint[interface] == 2 * things + 1


def test_an_array_that_tells_of_all_at_once_is_asked_that(
    array: OceanStor, driver: OceanStorDriver, clock: list[int]
) -> None:
    array.realtime = {OLD, NEW}
    collected(driver, clock[0], "volume", "disk")
    assert [array.counters.by_endpoint[one] for one in (NEW, OLD)] == [2, 0]


@pytest.mark.parametrize("is_refused", [False, True])
def test_an_array_with_none_of_them_measures_nothing(
    array: OceanStor, driver: OceanStorDriver, clock: list[int], is_refused: bool
) -> None:
    array.realtime, array.refuses_unknown = set(), is_refused
    with pytest.raises(NotImplementedError):
        collected(driver, clock[0])


@pytest.mark.parametrize(("before", "after"), [(NEW, OLD), (OLD, NEW)])
def test_an_array_that_changes_its_mind_is_asked_anew(
    array: OceanStor, driver: OceanStorDriver, clock: list[int], before: str, after: str
) -> None:
    array.realtime = {before}
    assert collected(driver, clock[0], "volume")
    array.realtime = {after}
    with pytest.raises(NotImplementedError):
        collected(driver, clock[0], "volume")
    assert collected(driver, clock[0], "volume")
    array.realtime = {before}
    driver.reset_connection(None, verify=str(array.certificate_path))
    assert collected(driver, clock[0], "volume")


def test_a_spelling_that_is_a_wrong_parameter_is_not_that_of_the_array(
    array: OceanStor, driver: OceanStorDriver, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    array.realtime = {FIXED}
    answer = array.answer

    def refusing(asked: Request) -> Answer:
        return api.Refusal(api.WRONG_PARAMETER).answer if OLD in asked.path else answer(asked)

    monkeypatch.setattr(array, "answer", refusing)
    assert collected(driver, clock[0], "volume")
    array.realtime = set()
    driver.reset_connection(None, verify=str(array.certificate_path))
    with pytest.raises(exception.StorageBackendException, match="parameter"):
        collected(driver, clock[0], "volume")


def test_a_lun_that_is_removed_meanwhile_is_left_out(
    array: OceanStor, driver: OceanStorDriver, clock: list[int], meanwhile: Meanwhile
) -> None:
    meanwhile("lun", 1, lambda: array.gone.add(("lun", 5)))
    found = {one.labels["resource_id"] for one in collected(driver, clock[0], "volume")}
    assert found == {str(number) for number in range(FEW.luns)} - {"5"}


def test_one_that_is_refused_and_listed_still_is_an_error(
    array: OceanStor, driver: OceanStorDriver, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = array.answer

    def refusing(asked: Request) -> Answer:
        if asked.query.get("CMO_STATISTIC_UUID") == "11:5":
            return api.Refusal(api.NO_SUCH_OBJECT).answer
        return answer(asked)

    monkeypatch.setattr(array, "answer", refusing)
    with pytest.raises(exception.ComponentNotFound, match="does not exist"):
        collected(driver, clock[0], "volume")


def test_new_luns_are_measured_from_the_next_time_on(
    array: OceanStor, driver: OceanStorDriver, clock: list[int]
) -> None:
    collected(driver, clock[0], "volume")
    array.resize(FEW.changed({"luns": 11}))
    found = collected(driver, clock[0], "volume")
    names = {one.labels["resource_id"]: one.labels["resource_name"] for one in found}
    assert str(names["10"]).endswith("_000011")


@pytest.mark.parametrize("is_counted", [False, True])
def test_more_than_can_be_asked_for_in_time_are_not_measured(
    array: OceanStor,
    driver: OceanStorDriver,
    clock: list[int],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    is_counted: bool,
) -> None:
    """An array that counts them is not asked for a list; its other things are measured."""
    monkeypatch.setattr(realtime, "MOST", 9)
    if not is_counted:
        request.getfixturevalue("uncounted")
    with pytest.raises(NotImplementedError, match="volume"):
        collected(driver, clock[0], "volume")
    assert not array.counters.by_endpoint[OLD]
    assert array.counters.by_endpoint["lun"] == (1 if is_counted else 3)
    kinds = {one.labels["resource_type"] for one in collected(driver, clock[0])}
    assert kinds == set(WANTED) - {"volume"}


def test_few_are_asked_for_at_a_time(
    array: OceanStor, driver: OceanStorDriver, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, lock = array.answer, threading.Lock()
    now, most = 0, 0

    def counting(asked: Request) -> Answer:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        try:
            return answer(asked)
        finally:
            with lock:
                now -= 1

    monkeypatch.setattr(array, "answer", counting)
    array.resize(FEW.changed({"luns": 300}))
    collected(driver, clock[0], "volume")
    assert 1 <= most <= realtime.AT_ONCE


@pytest.mark.parametrize("nothing", [None, [], {}])
def test_an_object_of_which_nothing_is_told_has_no_values(
    driver: OceanStorDriver, clock: list[int], changed: Changed, nothing: Any
) -> None:
    changed(lambda told: nothing if told["CMO_STATISTIC_UUID"] == "11:5" else told)
    found = {one.labels["resource_id"] for one in collected(driver, clock[0], "volume")}
    assert found == {str(number) for number in range(FEW.luns)} - {"5"}


def test_one_object_in_place_of_a_list_is_taken(
    driver: OceanStorDriver, clock: list[int], changed: Changed
) -> None:
    before = collected(driver, clock[0], "controller")
    changed(lambda told: told)
    assert collected(driver, clock[0], "controller") == before


@pytest.mark.parametrize("value", ["--", "-1", ""])
def test_what_is_not_measured_is_left_out(value: str) -> None:
    told = [
        {
            "object_id": "0A",
            "timestamp": "60",
            "indicators": ["22", "68"],
            "indicator_values": ["5", value],
        }
    ]
    (part,) = metrics.parts(told, {}, MINUTE)
    assert part["samples"] == [{"22": "5", "time": MINUTE}]


@pytest.mark.parametrize(
    "wrong",
    [
        {"CMO_STATISTIC_TIMESTAMP": "yesterday"},
        {"CMO_STATISTIC_DATA_LIST": "1,2"},
        {"CMO_STATISTIC_DATA_LIST": "x,x,x,x,x,x,x,x"},
    ],
)
def test_a_sample_that_is_none_is_told(
    driver: OceanStorDriver, clock: list[int], changed: Changed, wrong: dict[str, str]
) -> None:
    changed(lambda told: [{**told, **wrong}])
    with pytest.raises(exception.InvalidResults, match="controller"):
        collected(driver, clock[0], "controller")
