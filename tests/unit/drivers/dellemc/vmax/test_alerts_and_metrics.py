"""Alerts and performance of a simulated Unisphere, and traps of its event daemon."""

from __future__ import annotations

from typing import Any

import pytest

from delfin import exception, utils
from delfin.common import constants as c
from delfin.drivers.dellemc.vmax.alerts import from_trap
from delfin.drivers.dellemc.vmax.client import AT_ONCE
from delfin.drivers.dellemc.vmax.driver import VmaxDriver
from delfin.drivers.kit.alerts import TRAP_OID
from delfin.testing.simulated.powermax import PowerMax, Sizes
from delfin.testing.simulated.powermax.measured import STEP_MS
from delfin.testing.simulated.powermax.simulator import ARRAY
from delfin.testing.simulated.server import Answer, Request
from tests.unit.drivers.dellemc.vmax.conftest import STORAGE_ID, Connect, OnlyTogether, Simulate
from tests.unit.drivers.dellemc.vmax.told import trap

OTHER = "000297900331"
HOUR_MS = 3_600_000


def test_alerts_are_those_of_the_array_and_the_time_asked_for(
    simulate: Simulate, connect: Connect
) -> None:
    unisphere = simulate(arrays={ARRAY: Sizes(alerts=4), OTHER: Sizes(alerts=3)})
    driver = connect(unisphere, storage_name=ARRAY)
    found = driver.list_alerts(None, None)
    assert [alert["severity"] for alert in found] == ["Warning", "Fatal", "Critical", "Minor"]
    assert [alert["category"] for alert in found] == ["Fault", "Fault", "Fault", "Recovery"]
    second = found[1]["occur_time"]
    window = {"begin_time": second, "end_time": second + HOUR_MS - 1}
    assert driver.list_alerts(None, window) == [found[1]]


def test_good_news_is_an_event_and_lasts_for_nobody(simulate: Simulate, connect: Connect) -> None:
    driver = connect(simulate(arrays={ARRAY: Sizes(alerts=6)}))
    *_, online, trace = driver.list_alerts(None)
    assert online["description"] == (
        f"Port state has changed to Online. - Object is: {ARRAY}:RF-4D:4"
    )
    for alert in (online, trace):
        assert (alert["severity"], alert["category"]) == ("Informational", "Event")
    driver.acknowledge_alert(None, online["sequence_number"])
    assert driver.list_alerts(None)[-2]["category"] == "Event"


def test_a_cleared_alert_is_gone_and_may_be_cleared_again(driver: VmaxDriver) -> None:
    first, *others = driver.list_alerts(None, None)
    driver.clear_alert(None, first["sequence_number"])
    driver.clear_alert(None, first["sequence_number"])
    assert driver.list_alerts(None, None) == others


def test_an_alert_of_another_array_is_not_cleared(simulate: Simulate, connect: Connect) -> None:
    unisphere = simulate(arrays={ARRAY: Sizes(alerts=2), OTHER: Sizes(alerts=2)})
    driver = connect(unisphere, storage_name=ARRAY)
    for alert_id in unisphere.arrays[OTHER].events.ids():
        driver.clear_alert(None, alert_id)
    assert len(unisphere.arrays[OTHER].events.ids()) == 2


def test_an_acknowledged_alert_is_known_as_such_and_lasts(driver: VmaxDriver) -> None:
    before = driver.list_alerts(None, None)
    number = before[0]["sequence_number"]
    driver.acknowledge_alert(None, number)
    driver.acknowledge_alert(None, number)
    assert driver.list_alerts(None, None) == before
    assert state_at(driver, number) == "ACKNOWLEDGED"
    driver.clear_alert(None, number)
    driver.acknowledge_alert(None, number)


def test_what_has_ended_is_not_acknowledged(driver: VmaxDriver) -> None:
    ended = driver.list_alerts(None, None)[-1]
    assert ended["category"] == "Recovery"
    driver.acknowledge_alert(None, ended["sequence_number"])
    assert state_at(driver, ended["sequence_number"]) == "CLEARED"


def test_an_alert_of_another_array_is_not_acknowledged(
    simulate: Simulate, connect: Connect
) -> None:
    unisphere = simulate(arrays={ARRAY: Sizes(alerts=2), OTHER: Sizes(alerts=2)})
    driver = connect(unisphere, storage_name=ARRAY)
    others = unisphere.arrays[OTHER].events
    driver.acknowledge_alert(None, others.ids()[0])
    told = others.one(others.ids()[0])
    assert told is not None
    assert told["state"] == "NEW"


def state_at(driver: VmaxDriver, number: str) -> Any:
    """What the Unisphere says of an alert."""
    return driver.client.one("system", "alert", number)["state"]


@pytest.mark.parametrize(
    "way", ["../symmetrix/{}/snapshot/1", "..", ".", "", "../alert/{}", "{}?a=1", "{}#a"]
)
def test_an_alerts_id_leads_to_no_other_object(
    unisphere: PowerMax, driver: VmaxDriver, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    changed, answer = [], unisphere.answer

    def noted(request: Request) -> Answer:
        if request.method in {"DELETE", "PUT"}:
            changed.append(request.path)
        return answer(request)

    monkeypatch.setattr(unisphere, "answer", noted)
    number = way.format(unisphere.arrays[ARRAY].events.ids()[0])
    driver.clear_alert(None, number)
    driver.acknowledge_alert(None, number)
    assert changed == []


def test_alerts_of_other_arrays_are_dropped_even_when_unisphere_lists_them(
    simulate: Simulate, connect: Connect
) -> None:
    unisphere = simulate(arrays={ARRAY: Sizes(alerts=2), OTHER: Sizes(alerts=3)})
    driver = connect(unisphere, storage_name=ARRAY)
    own, others = (unisphere.arrays[name].events for name in (ARRAY, OTHER))
    own._present.update(others._present)
    assert len(own.ids()) == 5
    assert len(driver.list_alerts(None)) == 2


def test_the_receivers_of_traps_are_not_set_by_the_driver(driver: VmaxDriver) -> None:
    with pytest.raises(NotImplementedError):
        driver.add_trap_config(None, {})
    with pytest.raises(NotImplementedError):
        driver.remove_trap_config(None, {})


@pytest.mark.parametrize(
    "told",
    [
        {"name": ARRAY, "text": "Port 4 is offline"},
        {"name": "Unisphere", "text": f"Symmetrix {ARRAY}: port 4 is offline"},
        {"text": f"Symmetrix {ARRAY} Director FA-1D : offline"},
    ],
)
def test_a_trap_says_which_array_of_the_unisphere_it_is_about(told: dict[str, str]) -> None:
    alert = from_trap(trap(severity="4", **told))
    assert alert is not None
    assert alert["serial_number"] == ARRAY
    assert (alert["severity"], alert["category"]) == ("Critical", "Fault")


def test_a_trap_of_no_array_in_particular_names_none() -> None:
    alert = from_trap(trap(severity="8", text="Unisphere was started, build 1234567890123"))
    assert alert is not None
    assert alert["serial_number"] is None
    assert (alert["severity"], alert["category"]) == ("Informational", "Event")


def test_a_traps_time_is_in_milliseconds() -> None:
    told = from_trap(trap(severity="5", text="x", time="01052024 100000"))
    assert told is not None
    assert told["occur_time"] == 1_714_557_600_000
    before = utils.utcnow_ms()
    for time in ("", "00000000 000000"):
        alert = from_trap(trap(severity="5", text="x", time=time))
        assert alert is not None
        assert before <= alert["occur_time"] <= utils.utcnow_ms()


@pytest.mark.parametrize(
    ("severity", "sort", "told"),
    [
        ("5", "3", ("Major", "Fault", "status")),
        ("error", "status", ("Major", "Fault", "status")),
        ("warning", "topology", ("Warning", "Fault", "topology")),
        ("notify", "4", ("Informational", "Event", "configuration")),
        ("99", "99", ("NotSpecified", "NotSpecified", "unknown")),
    ],
)
def test_a_trap_has_numbers_or_the_words_of_the_mib(
    severity: str, sort: str, told: tuple[str, str, str]
) -> None:
    alert = from_trap(trap(severity=severity, sort=sort, text="x"))
    assert alert is not None
    assert (alert["severity"], alert["category"], alert["alert_id"]) == told


def test_emcs_own_trap_without_an_event_asks_for_the_alerts_to_be_listed() -> None:
    changed = {**trap(name=ARRAY), TRAP_OID: "1.3.6.1.4.1.1139.3.0.1"}
    own = {TRAP_OID: "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.4.1.1139.3.1.0": "something"}
    for without in (changed, own):
        with pytest.raises(exception.IncompleteTrapInformation):
            from_trap(without)
    assert from_trap({TRAP_OID: "1.3.6.1.4.1.11395.1"}) is None


# --- performance ---


def collect(driver: VmaxDriver, begin: int, end: int, *kinds: str) -> list[c.metric_struct]:
    wanted = driver.get_capabilities(None)["resource_metrics"]
    asked = {kind: wanted[kind] for kind in kinds or wanted}
    return driver.collect_perf_metrics(None, STORAGE_ID, asked, begin, end)


def test_what_is_declared_is_delivered_for_each_part(driver: VmaxDriver) -> None:
    end = driver.get_latest_perf_timestamp(None)
    assert end is not None
    found = collect(driver, end - STEP_MS, end)
    parts = {(one.labels["resource_type"], one.labels["resource_id"]) for one in found}
    assert ("storage", ARRAY) in parts
    assert {"FA-1D", "DF-2D"} <= {name for kind, name in parts if kind == "controller"}
    ports = {row["native_port_id"] for row in driver.list_ports(None)}
    assert {name for kind, name in parts if kind == "port"} < ports
    assert {len(one.values) for one in found} == {2}
    declared = {
        (kind, name)
        for kind, metrics in driver.get_capabilities(None)["resource_metrics"].items()
        for name in metrics
    }
    assert {(one.labels["resource_type"], one.name) for one in found} == declared


@pytest.mark.parametrize(("kind", "path"), [("disk", "/Disk/metrics"), ("port", "/FEPort/metrics")])
def test_parts_are_asked_for_two_at_a_time(
    unisphere: PowerMax, driver: VmaxDriver, only_together: OnlyTogether, kind: str, path: str
) -> None:
    end = driver.get_latest_perf_timestamp(None) or 0
    whole = collect(driver, end, end, kind)
    only_together(unisphere, path)
    assert collect(driver, end, end, kind) == whole
    assert unisphere.counters.max_concurrent == AT_ONCE


def test_each_part_has_values_of_its_own(driver: VmaxDriver) -> None:
    end = driver.get_latest_perf_timestamp(None) or 0
    ports = [one for one in collect(driver, end, end, "port") if one.name == "iops"]
    assert len({value for one in ports for value in one.values.values()}) == len(ports) > 1


def test_the_mean_response_time_is_weighted_by_the_requests(driver: VmaxDriver) -> None:
    end = driver.get_latest_perf_timestamp(None) or 0
    told = {one.name: one.values[end] for one in collect(driver, end, end, "storage")}
    busy = (
        told["readIops"] * told["readResponseTime"] + told["writeIops"] * told["writeResponseTime"]
    )
    assert told["responseTime"] == pytest.approx(busy / told["iops"], abs=0.01)


def test_history_is_read_page_by_page(unisphere: PowerMax, driver: VmaxDriver) -> None:
    unisphere.iterators.size = 100
    end = driver.get_latest_perf_timestamp(None) or 0
    found = collect(driver, end - 24 * HOUR_MS, end, "storagePool")
    assert {len(one.values) for one in found} == {24 * HOUR_MS // STEP_MS + 1}
    assert unisphere.iterators.open == 0


def test_an_array_that_is_not_registered_for_performance_has_none_and_no_error(
    simulate: Simulate, connect: Connect
) -> None:
    unisphere = simulate(arrays={ARRAY: Sizes(), OTHER: Sizes()})
    driver = connect(unisphere, storage_name=ARRAY)
    end = driver.get_latest_perf_timestamp(None) or 0
    for unregistered in ({ARRAY}, {ARRAY, OTHER}):
        unisphere.unregistered = unregistered
        assert driver.get_latest_perf_timestamp(None) is None
        assert collect(driver, end - STEP_MS, end) == []
    assert driver.list_volumes(None)


def test_an_answer_about_something_else_is_no_array_without_performance(
    unisphere: PowerMax, driver: VmaxDriver
) -> None:
    unisphere.instead["performance"] = {"message": "The provider is restarting"}
    with pytest.raises(exception.InvalidResults, match="no 'arrayInfo'"):
        driver.get_latest_perf_timestamp(None)
    with pytest.raises(exception.InvalidResults, match="no 'srpInfo'"):
        collect(driver, 0, 1, "storagePool")
    unisphere.instead["performance"] = {"arrayInfo": [{"symmetrixId": ARRAY}]}
    with pytest.raises(exception.InvalidResults, match="no 'lastAvailableDate'"):
        driver.get_latest_perf_timestamp(None)
    unisphere.instead["performance"] = {}
    assert driver.get_latest_perf_timestamp(None) is None


@pytest.mark.parametrize("category", ["Array", "SRP", "FEDirector", "StorageGroup", "Volume"])
def test_how_far_there_are_samples_is_told_by_the_slowest_category(
    unisphere: PowerMax, driver: VmaxDriver, category: str
) -> None:
    newest = driver.get_latest_perf_timestamp(None) or 0
    for steps in (1, 4):
        unisphere.lags = {category: steps * STEP_MS}
        assert driver.get_latest_perf_timestamp(None) == newest - steps * STEP_MS
    if category != "Array":
        # What is so far behind may never come.
        unisphere.lags = {category: 25 * HOUR_MS}
        assert driver.get_latest_perf_timestamp(None) == newest


def test_a_storage_group_is_measured_under_the_id_of_its_volume_group(driver: VmaxDriver) -> None:
    end = driver.get_latest_perf_timestamp(None) or 0
    found = collect(driver, end - STEP_MS, end, "volumeGroup")
    groups = {
        row["native_volume_group_id"] for row in driver.list_volume_groups(None)["volume_groups"]
    }
    assert {one.labels["resource_id"] for one in found} == groups
    told = {
        one.name: one.values[end] for one in found if one.labels["resource_id"] == "app-0001-SG"
    }
    assert told["iops"] == pytest.approx(told["readIops"] + told["writeIops"], abs=0.01)
    assert {"ioSize", "readCacheHitRatio", "responseTime"} < told.keys()


def test_a_removed_storage_group_is_asked_for_only_while_it_has_samples(
    unisphere: PowerMax, driver: VmaxDriver
) -> None:
    end = driver.get_latest_perf_timestamp(None) or 0
    gone = "app-0005-SG"
    before = unisphere.counters.by_endpoint["performance"]
    assert gone not in {
        one.labels["resource_id"] for one in collect(driver, end - HOUR_MS, end, "volumeGroup")
    }
    # Its keys, and one request for each of the others.
    assert unisphere.counters.by_endpoint["performance"] - before == 1 + 4
    yesterday = end - 25 * HOUR_MS
    earlier = collect(driver, yesterday, yesterday + HOUR_MS, "volumeGroup")
    assert gone in {one.labels["resource_id"] for one in earlier}


def test_a_powermax_2500_has_no_back_end_ports(simulate: Simulate, connect: Connect) -> None:
    driver = connect(simulate(arrays={ARRAY: Sizes(effective=True)}))
    end = driver.get_latest_perf_timestamp(None) or 0
    names = {one.labels["resource_id"] for one in collect(driver, end, end, "port")}
    assert names
    assert not any(name.startswith("DF") for name in names)


def test_samples_that_are_none_are_an_error(
    driver: VmaxDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Any] = [None, {"count": 1, "maxPageSize": 1000, "resultList": {}}]
    for answer in answers:
        monkeypatch.setattr(driver.client, "post", lambda *_, told=answer: told)
        with pytest.raises(exception.InvalidResults):
            collect(driver, 0, 1, "storage")
