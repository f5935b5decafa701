"""What an OceanStor measures: units, windows, names, and what is not measured."""

from __future__ import annotations

from typing import Any

import pytest

from delfin import exception
from delfin.common import constants
from delfin.drivers.capabilities import checked
from delfin.drivers.huawei.oceanstor import indicators, metrics
from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.testing.simulated.oceanstor import OceanStor, Sizes

WANTED: dict[str, Any] = OceanStorDriver.get_capabilities(None)["resource_metrics"]
MINUTE = 60_000


def collected(driver: OceanStorDriver, end: int, *kinds: str) -> list[constants.metric_struct]:
    wanted = {kind: WANTED[kind] for kind in kinds or WANTED}
    return driver.collect_perf_metrics(None, "s1", wanted, end - 5 * MINUTE, end)


def test_every_metric_of_every_kind_is_delivered(driver: OceanStorDriver, clock: list[int]) -> None:
    end = clock[0] // MINUTE * MINUTE
    found = {(one.labels["resource_type"], one.name) for one in collected(driver, end)}
    assert found == {(kind, name) for kind, names in WANTED.items() for name in names}
    assert {kind: len(names) for kind, names in WANTED.items()} == {
        "storagePool": 7,
        "volume": 13,
        "controller": 8,
        "port": 7,
        "disk": 7,
    }


def test_the_last_sample_stands_for_the_minute_that_just_ended(
    driver: OceanStorDriver, clock: list[int]
) -> None:
    end = clock[0] // MINUTE * MINUTE
    times = {at for one in collected(driver, end, "controller") for at in one.values}
    assert times == {end}


def test_a_sample_inside_the_window_keeps_its_time(
    driver: OceanStorDriver, clock: list[int]
) -> None:
    times = {at for one in collected(driver, clock[0] + MINUTE, "controller") for at in one.values}
    assert times == {clock[0]}


def test_a_window_that_is_long_past_gets_nothing(driver: OceanStorDriver, clock: list[int]) -> None:
    """What is measured now is no value of an hour ago."""
    assert collected(driver, clock[0] - 60 * MINUTE) == []


def test_both_releases_tell_milliseconds(connect: Any) -> None:
    for release in ("V5", "V6"):
        with OceanStor(release=release, clock_ms=lambda: 1_795_640_430_000) as array:
            found = collected(connect(array), 1_795_640_430_000, "volume")
            times = [v for one in found if one.name == "responseTime" for v in one.values.values()]
            assert len(times) == 200
            assert all(0.25 <= value <= 1.15 for value in times), release


def test_samples_carry_names_and_new_things_are_looked_up(
    array: OceanStor, driver: OceanStorDriver, clock: list[int]
) -> None:
    collected(driver, clock[0], "volume")
    asked = array.counters.by_endpoint["lun"]
    collected(driver, clock[0], "volume")
    assert array.counters.by_endpoint["lun"] == asked
    array.resize(Sizes(luns=201))
    found = collected(driver, clock[0], "volume")
    names = {one.labels["resource_id"]: one.labels["resource_name"] for one in found}
    assert str(names["200"]).endswith("_000201")


def test_a_thing_that_is_measured_and_never_listed_is_looked_up_once(
    array: OceanStor, driver: OceanStorDriver, clock: list[int]
) -> None:
    array.gone.add(("lun", 5))
    found = collected(driver, clock[0], "volume")
    names = {one.labels["resource_id"]: one.labels["resource_name"] for one in found}
    assert not names["5"]
    asked = array.counters.by_endpoint["lun"]
    collected(driver, clock[0], "volume")
    assert array.counters.by_endpoint["lun"] == asked
    array.gone.clear()
    driver.reset_connection(None, verify=str(array.certificate_path))
    found = collected(driver, clock[0], "volume")
    names = {one.labels["resource_id"]: one.labels["resource_name"] for one in found}
    assert str(names["5"]).endswith("_000006")


def test_what_arrays_can_do_is_told_in_the_words_of_the_capabilities() -> None:
    told = checked(OceanStorDriver.get_capabilities(None))
    assert {"fc", "iscsi"} <= set(told["protocols"])
    assert {"thin_provisioning", "snapshots"} <= set(told["features"])


def test_ports_of_both_kinds_are_measured(driver: OceanStorDriver, clock: list[int]) -> None:
    found = collected(driver, clock[0], "port")
    assert len({one.labels["resource_id"] for one in found}) == 14


def test_what_is_not_measured_is_left_out() -> None:
    told = [
        {"object_id": "0A", "timestamp": 60, "indicators": [22, 68], "indicator_values": [5, -1]}
    ]
    assert list(metrics.parts(told, {}, 60_000)) == [
        {"id": "0A", "name": None, "samples": [{"22": 5, "time": 60_000}]}
    ]


@pytest.mark.parametrize("untold", ["--", "", "-1", -1, -1.0, None])
def test_a_counter_that_is_not_collected_costs_no_other(
    driver: OceanStorDriver, monkeypatch: pytest.MonkeyPatch, untold: Any
) -> None:
    told = {"object_id": "0A", "timestamp": 60, "indicators": [22, 68]}
    monkeypatch.setattr(
        driver.client, "query", lambda *_: [{**told, "indicator_values": ["5", untold]}]
    )
    found = {one.name: one.values for one in collected(driver, 60_000, "controller")}
    assert found == {"iops": {60_000: 5.0}}


def test_a_value_that_is_no_number_is_told_with_its_thing(
    driver: OceanStorDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"object_id": "0A", "timestamp": 60, "indicators": [22], "indicator_values": ["many"]}
    monkeypatch.setattr(driver.client, "query", lambda *_: [told])
    with pytest.raises(exception.InvalidResults, match=r"statistics of 0A.*many"):
        collected(driver, 60_000, "controller")


def test_sizes_and_hits_are_weighted_by_reads_and_writes() -> None:
    sizes = metrics.weighted(indicators.READ_SIZE, indicators.WRITE_SIZE).function
    assert sizes({"24": "8", "25": "300", "27": "16", "28": "100"}) == 10
    assert sizes({"24": 8, "25": 0, "27": 16, "28": 0}) == 0
    assert sizes({"24": 8}) is None


@pytest.mark.parametrize(
    "told",
    [
        [{"timestamp": 60}],
        [{"object_id": "1", "timestamp": "x", "indicators": [], "indicator_values": []}],
        [{"object_id": "1", "timestamp": 60, "indicators": [1], "indicator_values": []}],
    ],
)
def test_a_sample_that_is_none_is_told(
    driver: OceanStorDriver, monkeypatch: pytest.MonkeyPatch, told: list[Any]
) -> None:
    monkeypatch.setattr(driver.client, "query", lambda *_: told)
    with pytest.raises(exception.InvalidResults, match="controller"):
        collected(driver, 60_000, "controller")


def test_the_clock_is_the_arrays(driver: OceanStorDriver, clock: list[int]) -> None:
    assert driver.get_latest_perf_timestamp(None) == clock[0]
