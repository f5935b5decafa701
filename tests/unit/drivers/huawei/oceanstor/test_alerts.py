"""An OceanStor's alarms: listed, from its history, cleared, and trapped."""

from __future__ import annotations

from typing import Any

import pytest

from delfin import exception
from delfin.drivers.huawei.oceanstor.alerts import (
    ENTERPRISE,
    EVENT,
    LISTED,
    REPORTING,
    trap_time,
)
from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.drivers.kit.alerts import TRAP_OID
from delfin.testing.simulated.oceanstor import OceanStor

EVERYTHING = {"begin_time": 1, "end_time": 2**53}


def trap(**changes: str) -> dict[str, str]:
    """A trap as the receiver hands it over; an empty text takes a variable out."""
    usual = {
        "2": "CTE0.A",
        "4": "Controller Is Offline",
        "5": "2",
        "6": "2",
        "7": "1157632616",
        "8": "2026-11-25,20:30:5.0,+0:0",
        "9": "4711",
        "11": "1",
    }
    return sent(REPORTING, "3.1.1", usual, changes)


def event(**changes: str) -> dict[str, str]:
    """The trap of an event, in the same way."""
    usual = {
        "2": "StoragePool001",
        "3": "LUN Was Deleted",
        "4": "2",
        "5": "By admin.",
        "6": "4027777025",
        "7": "2026-11-25,20:30:5.0,+0:0",
        "8": "4712",
    }
    return sent(EVENT, "3.2", usual, changes)


def sent(
    trap_oid: str, below: str, usual: dict[str, str], changes: dict[str, str]
) -> dict[str, str]:
    """The usual variables, by their last number, with changes as 'v2'."""
    variables = usual | {name.removeprefix("v"): value for name, value in changes.items()}
    told = {f"{ENTERPRISE}.{below}.{n}.0": value for n, value in variables.items() if value}
    return {TRAP_OID: f"{ENTERPRISE}.{trap_oid}", **told}


def test_what_is_wrong_now_is_listed(driver: OceanStorDriver) -> None:
    found = driver.list_alerts(None)
    assert len(found) == 6
    assert {alert["category"] for alert in found} == {"Fault"}
    first = next(alert for alert in found if alert["alert_id"] == "0x45001268")
    assert first["alert_name"] == "Controller (CTE0.A) Is Offline"
    assert first["severity"] == "Critical"


def test_a_time_range_is_answered_from_the_history_too(
    array: OceanStor, driver: OceanStorDriver
) -> None:
    found = driver.list_alerts(None, EVERYTHING)
    categories = [alert["category"] for alert in found]
    assert (categories.count("Fault"), categories.count("Recovery")) == (6, 4)
    moment = found[0]["occur_time"]
    one = driver.list_alerts(None, {"begin_time": moment, "end_time": moment})
    assert [alert["occur_time"] for alert in one] == [moment]
    assert array.counters.by_endpoint["historyalarm"] == 2


def test_clearing_an_alarm_takes_it_off_the_list(array: OceanStor, driver: OceanStorDriver) -> None:
    number = driver.list_alerts(None)[0]["sequence_number"]
    driver.clear_alert(None, number)
    assert number not in {alert["sequence_number"] for alert in driver.list_alerts(None)}
    assert len(array.array.events.current()) == 5


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        *((2, "Informational"), (3, "Warning"), (4, "Minor")),
        *((5, "Major"), (6, "Critical"), (7, "Fatal"), (9, "NotSpecified")),
    ],
)
def test_levels_of_older_and_newer_releases_are_severities(level: int, severity: str) -> None:
    record = {"eventID": 1, "startTime": 60, "level": level}
    assert [alert["severity"] for alert in LISTED.listed([record], None)] == [severity]


def test_states_that_are_told_as_texts_are_the_same_states() -> None:
    record = {"eventID": "1", "startTime": "60", "level": "6"}
    found = [
        LISTED.alert.values({**record, **told})
        for told in ({"alarmStatus": "4"}, {"alarmStatus": "1", "type": "0"}, {"alarmStatus": "1"})
    ]
    assert [alert["category"] for alert in found] == ["Recovery", "Event", "Fault"]
    assert {alert["severity"] for alert in found} == {"Critical"}


def test_an_alarm_whose_state_is_a_text_is_cleared(
    driver: OceanStorDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = driver.client.rows
    number = driver.list_alerts(None)[0]["sequence_number"]
    monkeypatch.setattr(
        driver.client,
        "rows",
        lambda path: [{**one, "alarmStatus": str(one["alarmStatus"])} for one in rows(path)],
    )
    driver.clear_alert(None, number)
    assert number not in {alert["sequence_number"] for alert in driver.list_alerts(None)}


@pytest.mark.parametrize("number", ["999999999", "1", "not a number", ""])
def test_clearing_what_is_over_or_unknown_is_nothing(
    array: OceanStor, driver: OceanStorDriver, number: str
) -> None:
    driver.clear_alert(None, number)
    assert len(array.array.events.current()) == 6


def test_a_trap_is_the_alert_that_the_list_has() -> None:
    alert = OceanStorDriver.parse_alert(None, trap())
    assert alert is not None
    assert alert["alert_id"] == "0x45001268"
    assert (alert["severity"], alert["category"], alert["type"]) == (
        "Major",
        "Fault",
        "EquipmentAlarm",
    )
    assert alert["occur_time"] == 1_795_638_605_000


@pytest.mark.parametrize(
    ("event", "location"), [(0x45001268, "CTE0.A"), (0xF00C8002, "CTE0.B (P1)")]
)
def test_a_listed_alarm_and_its_trap_have_one_key(
    driver: OceanStorDriver, event: int, location: str
) -> None:
    """A listing writes (P1) with HTML entities, a trap does not."""
    listed = next(a for a in driver.list_alerts(None) if a["alert_id"] == f"0x{event:X}")
    assert listed["location"] == location
    told = {"v7": str(event), "v2": location}
    trapped = OceanStorDriver.parse_alert(None, trap(**told))
    recovery = OceanStorDriver.parse_alert(None, trap(**told, v11="2", v9="4712"))
    assert trapped is not None
    assert recovery is not None
    assert listed["match_key"] == trapped["match_key"] == recovery["match_key"]
    assert recovery["category"] == "Recovery"


@pytest.mark.parametrize(
    ("told", "ours"),
    [
        ("1", "CommunicationsAlarm"),
        ("2", "EquipmentAlarm"),
        ("3", "ProcessingErrorAlarm"),
        ("4", "QualityOfServiceAlarm"),
        ("5", "EnvironmentalAlarm"),
        ("6", "QualityOfServiceAlarm"),
        ("7", "NotSpecified"),
    ],
)
def test_the_types_of_faults_are_those_of_the_mib(told: str, ours: str) -> None:
    alert = OceanStorDriver.parse_alert(None, trap(v5=told))
    assert alert is not None
    assert alert["type"] == ours


@pytest.mark.parametrize(
    ("told", "ours"), [("1", "Fault"), ("2", "Recovery"), ("3", "Event"), ("4", "NotSpecified")]
)
def test_the_categories_of_traps_are_those_of_the_mib(told: str, ours: str) -> None:
    alert = OceanStorDriver.parse_alert(None, trap(v11=told))
    assert alert is not None
    assert alert["category"] == ours


def test_an_event_is_an_alert_of_its_own_kind() -> None:
    """It has no level and no type of fault, so none is made up."""
    alert = OceanStorDriver.parse_alert(None, event())
    assert alert is not None
    assert (alert["category"], alert["severity"], alert["type"]) == (
        "Event",
        "NotSpecified",
        "NotSpecified",
    )
    assert (alert["alert_id"], alert["alert_name"]) == ("0xF0130001", "LUN Was Deleted")
    assert (alert["sequence_number"], alert["location"]) == ("4712", "StoragePool001")
    assert alert["occur_time"] == 1_795_638_605_000


@pytest.mark.parametrize(
    ("told", "description"),
    [
        ({"v4": "1"}, "Created: By admin."),
        ({"v4": "2"}, "Deleted: By admin."),
        ({"v4": "3"}, "State changed: By admin."),
        ({"v4": "4"}, "By admin."),
        ({"v5": ""}, "Deleted"),
        ({"v4": "", "v5": ""}, None),
    ],
)
def test_an_event_says_what_became_of_the_thing(
    told: dict[str, str], description: str | None
) -> None:
    alert = OceanStorDriver.parse_alert(None, event(**told))
    assert alert is not None
    assert alert["description"] == description


@pytest.mark.parametrize("variable", ["v6", "v7"])
def test_an_event_that_says_too_little_makes_delfin_list(variable: str) -> None:
    with pytest.raises(exception.IncompleteTrapInformation):
        OceanStorDriver.parse_alert(None, event(**{variable: ""}))


@pytest.mark.parametrize("variable", ["v7", "v8", "v11"])
def test_a_trap_that_says_too_little_makes_delfin_list(variable: str) -> None:
    with pytest.raises(exception.IncompleteTrapInformation):
        OceanStorDriver.parse_alert(None, trap(**{variable: ""}))


@pytest.mark.parametrize(
    "foreign", [{}, {TRAP_OID: "1.3.6.1.4.1.2011.5.25.1"}, {"1.3.6.1.2.1.1.3.0": "4"}]
)
def test_other_traps_are_no_alerts(foreign: dict[str, Any]) -> None:
    assert OceanStorDriver.parse_alert(None, foreign) is None


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("2026-11-25,20:30:5.0,+0:0", 1_795_638_605_000),
        ("2026-11-25,21:30:5.5,+1:0", 1_795_638_605_500),
        ("2026-11-25,18:0:5.0,-2:30", 1_795_638_605_000),
        ("2026-11-25,20:30:5", 1_795_638_605_000),
        ("07 EA 0B 19 14 1E 05 00 2B 00 00", 1_795_638_605_000),
        ("0x07ea0b19141e0500", 1_795_638_605_000),
    ],
)
def test_the_time_of_a_trap_is_read_in_every_notation(written: str, ms: int) -> None:
    assert trap_time(written) == ms
