"""Performance of volumes: many with a request, by the hour, and where Unisphere tells it at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from delfin import exception
from delfin.common import constants as c
from delfin.drivers.dellemc.vmax.array import Array
from delfin.drivers.dellemc.vmax.driver import VmaxDriver
from delfin.drivers.dellemc.vmax.volumes import _spans
from delfin.testing.simulated.powermax import PowerMax, Sizes
from delfin.testing.simulated.powermax.measured import STEP_MS
from delfin.testing.simulated.powermax.simulator import ARRAY
from delfin.testing.simulated.server import Answer, Request
from tests.unit.drivers.dellemc.vmax.conftest import STORAGE_ID, Connect, Simulate

HOUR_MS = 3_600_000


def collect(driver: VmaxDriver, begin: int, end: int, *kinds: str) -> list[c.metric_struct]:
    wanted = VmaxDriver.get_capabilities(None)["resource_metrics"]
    asked = {kind: wanted[kind] for kind in kinds or ("volume",)}
    return driver.collect_perf_metrics(None, STORAGE_ID, asked, begin, end)


def newest(driver: VmaxDriver) -> int:
    return driver.get_latest_perf_timestamp(None) or 0


def asked_of(
    unisphere: PowerMax, monkeypatch: pytest.MonkeyPatch, refused: Answer | None = None
) -> list[Any]:
    """What will be asked about volumes; all of it is refused with an answer that is given."""
    bodies: list[Any] = []
    answer = unisphere.answer

    def noted(request: Request) -> Answer:
        if request.path.endswith("/performance/Volume/metrics"):
            bodies.append(request.body)
            return refused or answer(request)
        return answer(request)

    monkeypatch.setattr(unisphere, "answer", noted)
    return bodies


def test_each_volume_has_its_own_values_and_the_inventory_has_its_name(driver: VmaxDriver) -> None:
    end = newest(driver)
    found = collect(driver, end - STEP_MS, end)
    volumes = {row["native_volume_id"] for row in driver.list_volumes(None)}
    assert {one.labels["resource_id"] for one in found} == volumes
    assert {one.labels["resource_name"] for one in found} == {None}
    assert {tuple(one.values) for one in found} == {(end - STEP_MS, end)}
    one = {m.name: m.values[end] for m in found if m.labels["resource_id"] == "00007"}
    assert one["iops"] == pytest.approx(one["readIops"] + one["writeIops"], abs=0.01)
    assert one["throughput"] == pytest.approx(
        one["readThroughput"] + one["writeThroughput"], abs=0.01
    )
    times = sorted((one["readResponseTime"], one["writeResponseTime"]))
    assert times[0] <= one["responseTime"] <= times[1]
    rates = {tuple(m.values.values()) for m in found if m.name == "readIops"}
    assert len(rates) > 1


def test_thousands_of_volumes_take_a_request_a_thousand(
    simulate: Simulate, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    unisphere = simulate(arrays={ARRAY: Sizes(volumes=2500)})
    driver = connect(unisphere)
    end = newest(driver)
    bodies = asked_of(unisphere, monkeypatch)
    found = collect(driver, end, end)
    assert len({one.labels["resource_id"] for one in found}) == 2500
    spans = sorted((body["volumeStartRange"], body["volumeEndRange"]) for body in bodies)
    assert spans == [("00001", "003E8"), ("003E9", "007D0"), ("007D1", "009C4")]
    assert unisphere.iterators.open == 0


def test_more_than_an_hour_is_asked_for_by_the_hour(
    unisphere: PowerMax, driver: VmaxDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = newest(driver)
    bodies = asked_of(unisphere, monkeypatch)
    found = collect(driver, end - 3 * HOUR_MS, end)
    assert len(bodies) == 4
    assert {len(one.values) for one in found} == {3 * 12 + 1}
    names = [(one.labels["resource_id"], one.name) for one in found]
    assert len(set(names)) == len(names)


def test_ids_far_apart_are_not_asked_for_together() -> None:
    ids = ["00010", "0000A", "0271F", "1FFFF", "02719"]
    assert _spans(ids) == [("0000A", "02719"), ("0271F", "0271F"), ("1FFFF", "1FFFF")]
    assert _spans([]) == []
    with pytest.raises(exception.InvalidResults, match="no hexadecimal"):
        _spans(["00001", "vol-1"])


def test_an_array_without_volumes_has_none_that_are_measured(
    simulate: Simulate, connect: Connect
) -> None:
    driver = connect(simulate(arrays={ARRAY: Sizes(volumes=0)}))
    assert collect(driver, newest(driver), newest(driver)) == []


def test_a_unisphere_before_10_does_not_measure_volumes_and_says_the_rest(
    simulate: Simulate, connect: Connect
) -> None:
    unisphere = simulate(version="92")
    driver = connect(unisphere)
    end = newest(driver)
    with pytest.raises(NotImplementedError):
        collect(driver, end, end)
    assert {m.labels["resource_type"] for m in collect(driver, end, end, "volume", "storage")} == {
        "storage"
    }


def test_an_upgrade_to_10_is_noticed_though_the_old_version_is_still_served(
    simulate: Simulate, connect: Connect
) -> None:
    unisphere = simulate(version="92")
    driver = connect(unisphere)
    end = newest(driver)
    unisphere.served = ("91", "92", "100")
    assert {one.labels["resource_type"] for one in collect(driver, end, end)} == {"volume"}
    assert driver.client.version == "100"
    assert len(driver.list_volumes(None)) == 40
    assert unisphere.sessions.logins == 1


def test_volumes_that_a_unisphere_does_not_find_are_not_measured(
    unisphere: PowerMax, driver: VmaxDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = newest(driver)
    asked_of(unisphere, monkeypatch, Answer(404, {}))
    with pytest.raises(NotImplementedError):
        collect(driver, end, end)


def not_found(
    unisphere: PowerMax,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    times: int,
    body: Callable[[Any], bool] = lambda _: True,
    then: Callable[[], None] = lambda: None,
) -> None:
    """Refuse so many of the requests whose path ends so; 'then' happens with each."""
    answer, left = unisphere.answer, iter(range(times))

    def refused(request: Request) -> Answer:
        if request.path.endswith(path) and body(request.body) and next(left, None) is not None:
            then()
            return Answer(404, {"message": "Not found"})
        return answer(request)

    monkeypatch.setattr(unisphere, "answer", refused)


OF_VOLUMES = "/performance/Volume/metrics"


def second_thousand(body: Any) -> bool:
    return bool(body["volumeStartRange"] == "003E9")


@pytest.mark.parametrize("times", [1, 2])
def test_some_volumes_that_are_not_found_are_asked_for_again_and_not_passed_over(
    simulate: Simulate, connect: Connect, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    unisphere = simulate(arrays={ARRAY: Sizes(volumes=1100)})
    driver = connect(unisphere)
    end = newest(driver)
    not_found(unisphere, monkeypatch, OF_VOLUMES, times, second_thousand)
    if times == 1:
        assert len({one.labels["resource_id"] for one in collect(driver, end, end)}) == 1100
    else:
        with pytest.raises(exception.ComponentNotFound):
            collect(driver, end, end)


@pytest.mark.parametrize("times", [1, 2])
def test_an_hour_that_is_not_found_is_asked_for_again_and_not_passed_over(
    unisphere: PowerMax, driver: VmaxDriver, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    end = newest(driver)
    begin = end - 2 * HOUR_MS
    not_found(unisphere, monkeypatch, OF_VOLUMES, times, lambda body: body["startDate"] == begin)
    if times == 1:
        assert {len(one.values) for one in collect(driver, begin, end)} == {2 * 12 + 1}
    else:
        with pytest.raises(exception.ComponentNotFound):
            collect(driver, begin, end)


def test_volumes_that_were_removed_meanwhile_are_not_missing(
    simulate: Simulate, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    unisphere = simulate(arrays={ARRAY: Sizes(volumes=1100)})
    driver = connect(unisphere)
    end = newest(driver)

    def remove() -> None:
        monkeypatch.setattr(Array, "volume_ids", lambda *_, **__: ["00001"])

    not_found(unisphere, monkeypatch, OF_VOLUMES, 9, second_thousand, remove)
    assert len({one.labels["resource_id"] for one in collect(driver, end, end)}) == 1000


@pytest.mark.parametrize("times", [1, 2])
def test_pages_that_are_gone_are_read_again_and_say_nothing_about_volumes(
    unisphere: PowerMax, driver: VmaxDriver, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    unisphere.iterators.size = 39
    end = newest(driver)
    monkeypatch.setattr(Array, "volume_ids", lambda *_, **__: ["00001", "00028"])
    not_found(unisphere, monkeypatch, "/page", times)
    if times == 1:
        assert len({one.labels["resource_id"] for one in collect(driver, end, end)}) == 40
    else:
        with pytest.raises(exception.InvalidResults):
            collect(driver, end, end)
    assert unisphere.iterators.open == 0


# With a page of 400, two more pages of ids and two of samples, each with a goodbye.
@pytest.mark.parametrize(("page", "further"), [(1000, 1), (400, 3 + 3)])
def test_how_far_volumes_are_measured_is_told_by_the_first_thousand(
    simulate: Simulate, connect: Connect, monkeypatch: pytest.MonkeyPatch, page: int, further: int
) -> None:
    unisphere = simulate(arrays={ARRAY: Sizes(volumes=2500)})
    unisphere.iterators.size = page
    driver = connect(unisphere)
    end = newest(driver)
    unisphere.lags = {"Volume": STEP_MS}
    bodies = asked_of(unisphere, monkeypatch)
    unisphere.reset_counters()
    assert newest(driver) == end - STEP_MS
    assert [(one["volumeStartRange"], one["volumeEndRange"]) for one in bodies] == [
        ("00001", "003E8")
    ]
    assert unisphere.counters.by_endpoint["volume"] == 1
    assert unisphere.counters.by_endpoint["Iterator"] == further
    assert unisphere.iterators.open == 0


def test_a_few_volumes_without_samples_hide_not_how_far_others_are_measured(
    simulate: Simulate, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    unisphere = simulate(arrays={ARRAY: Sizes(volumes=12_000)})
    driver = connect(unisphere)
    end = newest(driver)
    unisphere.lags = {"Volume": STEP_MS}
    monkeypatch.setattr(Array, "volume_ids", lambda *_, **__: ["00001", "02EE0"])
    not_found(
        unisphere, monkeypatch, OF_VOLUMES, 2, lambda body: body["volumeStartRange"] == "00001"
    )
    assert newest(driver) == end - STEP_MS


def test_a_cut_off_list_of_ids_is_not_taken_for_no_volumes(
    unisphere: PowerMax, driver: VmaxDriver
) -> None:
    unisphere.faults.order("short_list", "volume", times=1)
    with pytest.raises(exception.InvalidResults, match="ends after 20 of 40"):
        driver.get_latest_perf_timestamp(None)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(400, {"message": "Too many"}), exception.StorageBackendException),
        (Answer(200, {"message": "Restarting"}), exception.InvalidResults),
        (
            Answer(200, {"count": 1, "maxPageSize": 1000, "resultList": {"result": [{"a": 1}]}}),
            exception.InvalidResults,
        ),
    ],
)
def test_an_answer_that_is_no_samples_of_volumes_is_an_error(
    unisphere: PowerMax,
    driver: VmaxDriver,
    monkeypatch: pytest.MonkeyPatch,
    answer: Answer,
    error: type[Exception],
) -> None:
    end = newest(driver)
    asked_of(unisphere, monkeypatch, answer)
    with pytest.raises(error):
        collect(driver, end, end)


@pytest.mark.parametrize("sample", [{"Reads": 1.0}, {"timestamp": "soon"}, "none"])
def test_a_sample_without_its_time_is_an_error(
    unisphere: PowerMax, driver: VmaxDriver, monkeypatch: pytest.MonkeyPatch, sample: Any
) -> None:
    end = newest(driver)
    rows = {"result": [{"volumeId": "00001", "volumeResult": [sample]}]}
    asked_of(
        unisphere,
        monkeypatch,
        Answer(200, {"count": 1, "maxPageSize": 1000, "resultList": rows}),
    )
    with pytest.raises(exception.InvalidResults, match="timestamp"):
        newest(driver)
    with pytest.raises(exception.InvalidResults):
        collect(driver, end, end)


def test_a_part_without_its_name_is_an_error(unisphere: PowerMax, driver: VmaxDriver) -> None:
    end = newest(driver)
    unisphere.instead["performance"] = {"srpInfo": [{"lastAvailableDate": end}]}
    with pytest.raises(exception.InvalidResults, match="nothing at 'srpId'"):
        collect(driver, end, end, "storagePool")
