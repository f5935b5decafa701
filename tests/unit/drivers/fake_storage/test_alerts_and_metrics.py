"""Alerts, traps, capabilities and measurements of the fake driver."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from delfin import exception
from delfin.common import constants
from delfin.drivers.driver import StorageDriver
from delfin.drivers.fake_storage.alerts import ENTERPRISE, VARIABLES
from delfin.drivers.fake_storage.driver import FakeStorageDriver
from delfin.testing.simulated.fake_storage import FakeStorage

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
END = 1_760_000_040_000  # a whole minute that has passed


def test_signatures_are_the_contracts() -> None:
    for name, method in inspect.getmembers(StorageDriver, inspect.isfunction):
        if name in vars(FakeStorageDriver):
            mine = inspect.signature(getattr(FakeStorageDriver, name)).parameters
            assert list(mine) == list(inspect.signature(method).parameters), name


def test_alerts_use_the_contracts_words(driver: FakeStorageDriver) -> None:
    alerts = driver.list_alerts(None)
    assert len(alerts) == 6
    for alert in alerts:
        assert alert["severity"] in vars(constants.Severity).values()
        assert alert["category"] == constants.Category.FAULT
        assert alert["type"] == constants.EventType.EQUIPMENT_ALARM
        assert isinstance(alert["occur_time"], int)
        assert len(alert["match_key"]) == 32
    assert len({alert["sequence_number"] for alert in alerts}) == 6


def test_alerts_honour_the_time_range(driver: FakeStorageDriver) -> None:
    times = sorted(alert["occur_time"] for alert in driver.list_alerts(None))
    query = {"begin_time": str(times[1]), "end_time": str(times[3])}
    found = sorted(alert["occur_time"] for alert in driver.list_alerts(None, query))
    assert found == times[1:4]


def test_a_cleared_alert_is_gone(driver: FakeStorageDriver) -> None:
    driver.clear_alert(None, "2")
    assert "2" not in {alert["sequence_number"] for alert in driver.list_alerts(None)}


@pytest.mark.parametrize("number", ["99", "", "../system", "²"])
def test_clearing_an_unknown_alert_is_no_error(driver: FakeStorageDriver, number: str) -> None:
    driver.clear_alert(None, number)
    assert len(driver.list_alerts(None)) == 6


def trap(event: dict[str, Any], suffix: str = ".0") -> dict[str, str]:
    numbers = {name: number for number, name in VARIABLES.items()}
    bound = {f"{ENTERPRISE}.1.{numbers[k]}{suffix}": str(v) for k, v in event.items()}
    return {"1.3.6.1.6.3.1.1.4.1.0": f"{ENTERPRISE}.0.1", **bound, "transport_address": "10.0.0.1"}


@pytest.mark.parametrize("suffix", ["", ".0"])
def test_a_trap_and_the_listing_tell_the_same(driver: FakeStorageDriver, suffix: str) -> None:
    for event in driver.client.items("events"):
        listed = next(
            alert
            for alert in driver.list_alerts(None)
            if alert["sequence_number"] == str(event["number"])
        )
        told = FakeStorageDriver.parse_alert(None, trap(event, suffix))
        assert told == listed


def test_a_recovery_has_the_key_of_its_fault(driver: FakeStorageDriver) -> None:
    fault = next(iter(driver.client.items("events")))
    alert = FakeStorageDriver.parse_alert(None, trap({**fault, "group": "RECOVERY"}))
    assert alert is not None
    assert alert["category"] == constants.Category.RECOVERY
    assert alert["match_key"] == driver.list_alerts(None)[0]["match_key"]


def test_a_foreign_trap_is_none() -> None:
    assert FakeStorageDriver.parse_alert(None, {"1.3.6.1.4.1.2011.1": "a"}) is None
    assert FakeStorageDriver.parse_alert(None, {}) is None


def test_a_trap_without_its_time_is_malformed() -> None:
    with pytest.raises(exception.InvalidResults, match="occur_time"):
        FakeStorageDriver.parse_alert(None, trap({"number": 1, "code": "0x1"}))


def test_capabilities_are_the_declared_ones() -> None:
    capabilities = FakeStorageDriver.get_capabilities(None)
    counts = {kind: len(names) for kind, names in capabilities["resource_metrics"].items()}
    assert capabilities["is_historic"] is False
    assert counts == {
        "storage": 9,
        "storagePool": 7,
        "volume": 15,
        "controller": 8,
        "port": 7,
        "disk": 7,
        "filesystem": 11,
    }


def test_capabilities_are_not_shared() -> None:
    FakeStorageDriver.get_capabilities(None)["resource_metrics"].clear()
    assert FakeStorageDriver.get_capabilities(None)["resource_metrics"]


def test_metrics_are_those_declared_inside_the_window(driver: FakeStorageDriver) -> None:
    wanted = FakeStorageDriver.get_capabilities(None)["resource_metrics"]
    start = END - 5 * MINUTE_MS + 1
    rows = driver.collect_perf_metrics(None, "s", wanted, start, END)
    assert {row.labels["resource_type"] for row in rows} == set(wanted)
    for row in rows:
        kind = row.labels["resource_type"]
        assert wanted[kind][row.name]["unit"] == row.labels["unit"]
        assert row.labels["storage_id"] == "s"
        assert row.labels["type"] == "RAW"
        assert row.labels["resource_id"]
        assert row.labels["resource_name"]
        assert list(row.values) == [END - n * MINUTE_MS for n in (4, 3, 2, 1, 0)]
    assert len({id(row.values) for row in rows}) == len(rows)
    assert rows == driver.collect_perf_metrics(None, "s", wanted, start, END)


def test_metrics_name_the_rows_of_the_inventory(driver: FakeStorageDriver) -> None:
    rows = driver.collect_perf_metrics(None, "s", {"volume": {"iops": {}}}, END, END)
    assert {row.labels["resource_id"] for row in rows} == {
        volume["native_volume_id"] for volume in driver.list_volumes(None)
    }
    assert {row.name for row in rows} == {"iops"}


def test_totals_are_reads_and_writes(driver: FakeStorageDriver) -> None:
    wanted = FakeStorageDriver.get_capabilities(None)["resource_metrics"]
    rows = driver.collect_perf_metrics(None, "s", {"volume": wanted["volume"]}, END, END)
    one = {row.name: row.values[END] for row in rows if row.labels["resource_id"] == "V000001"}
    assert one["iops"] == one["readIops"] + one["writeIops"]
    assert one["throughput"] == pytest.approx(one["readThroughput"] + one["writeThroughput"], abs=1)
    low, high = sorted((one["readResponseTime"], one["writeResponseTime"]))
    assert low <= one["responseTime"] <= high
    assert all(0 <= one[name] <= 100 for name in one if "CacheHit" in name)


def test_unknown_kinds_and_an_empty_window_give_nothing(driver: FakeStorageDriver) -> None:
    assert driver.collect_perf_metrics(None, "s", {"share": {"iops": {}}}, END, END) == []
    rows = driver.collect_perf_metrics(None, "s", {"port": {"iops": {}}}, END + 1, END + 2)
    assert all(row.values == {} for row in rows)


def test_a_cut_off_measurement_is_told(array: FakeStorage, driver: FakeStorageDriver) -> None:
    array.faults.order("short_list", "statistics")
    with pytest.raises(exception.InvalidResults):
        driver.collect_perf_metrics(None, "s", {"port": {"iops": {}}}, END, END)


def test_columns_that_do_not_fit_are_told(
    driver: FakeStorageDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = {"id": "V1", "times_ms": [1, 2], "rd_ops": [1]}
    monkeypatch.setattr(driver.client, "get", lambda _: {"total": 1, "items": [part]})
    with pytest.raises(exception.InvalidResults, match="V1"):
        driver.collect_perf_metrics(None, "s", {"volume": {"iops": {}}}, END, END)


def test_the_newest_measurement_is_of_the_last_minute(driver: FakeStorageDriver) -> None:
    newest = driver.get_latest_perf_timestamp(None)
    clock = driver.client.get("/system")["clock_ms"]
    assert newest % MINUTE_MS == 0
    assert 0 <= clock - newest < 2 * MINUTE_MS
