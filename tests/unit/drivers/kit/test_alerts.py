"""Alerts from a listing and from traps, by one declaration."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from delfin import exception
from delfin.common import constants as c
from delfin.drivers.kit.alerts import NOW, TRAP_OID, AlertMap, match_key, texts_too
from delfin.drivers.kit.mapping import Const, Get, RowMap
from delfin.drivers.kit.times import iso_ms
from delfin.utils import utcnow_ms

ROOT = "1.3.6.1.4.1.32473.9"
ALERT = RowMap(
    "acme",
    alert_id=Get("code", required=True),
    alert_name=Get("title", default="event"),
    severity=Get(
        "grade",
        texts_too({1: c.Severity.CRITICAL, 2: c.Severity.WARNING}),
        default=c.Severity.NOT_SPECIFIED,
    ),
    category=Get(
        "sort", {"set": c.Category.FAULT, "reset": c.Category.RECOVERY}, default=c.Category.FAULT
    ),
    type=Const(c.EventType.EQUIPMENT_ALARM),
    occur_time=Get("time", iso_ms, required=True),
    location=Get("part"),
    match_key=match_key("code", "part"),
)
ALERTS = AlertMap(
    ALERT,
    root=ROOT,
    variables={"2.1": "code", "2.2": "part", "2.3": "grade", "2.4": "time"},
    traps={"0.1": {"sort": "set", "title": "Disk failed"}, "0.2": {"sort": "reset"}},
    needs=("code",),
)
TIME = "2024-05-01T10:00:00Z"
TRAP = {
    TRAP_OID: f"{ROOT}.0.1",
    f"{ROOT}.2.1": "E7",
    f"{ROOT}.2.2.17": "disk 3",
    f"{ROOT}.2.3.0": "1",
    f"{ROOT}.2.4.0": TIME,
    "transport_address": "10.0.0.1",
}


def test_a_trap_tells_by_its_own_oid_and_by_its_variables() -> None:
    assert ALERTS.from_trap(TRAP) == {
        "alert_id": "E7",
        "alert_name": "Disk failed",
        "severity": c.Severity.CRITICAL,
        "category": c.Category.FAULT,
        "type": c.EventType.EQUIPMENT_ALARM,
        "occur_time": 1714557600000,
        "location": "disk 3",
        "match_key": ALERTS.listed([{"code": "E7", "part": "disk 3", "time": TIME}])[0][
            "match_key"
        ],
    }


def test_a_recovery_has_the_key_of_its_fault() -> None:
    fault = ALERTS.from_trap(TRAP)
    recovery = ALERTS.from_trap({**TRAP, TRAP_OID: f".{ROOT}.0.2", f"{ROOT}.2.3.0": "9"})
    assert fault is not None
    assert recovery is not None
    assert recovery["category"] == c.Category.RECOVERY
    assert recovery["match_key"] == fault["match_key"]
    other = ALERTS.from_trap({**TRAP, f"{ROOT}.2.2.17": "disk 4"})
    assert other is not None
    assert other["match_key"] != fault["match_key"]


def test_an_unknown_trap_of_ours_is_read_and_noted_once(caplog: pytest.LogCaptureFixture) -> None:
    fresh = replace(ALERTS, alert=ALERT.but())
    with caplog.at_level("WARNING"):
        alerts = [fresh.from_trap({**TRAP, TRAP_OID: f"{ROOT}.0.99"}) for _ in range(2)]
    assert [alert and alert["alert_name"] for alert in alerts] == ["event", "event"]
    assert fresh.alert.unknown.seen == {("trap", "'0.99'"): 2}
    assert caplog.text.count("'0.99'") == 1


@pytest.mark.parametrize(
    "trap",
    [
        {},
        {"transport_address": "10.0.0.1"},
        {TRAP_OID: "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.2.1.2.2.1.1": "4"},
        # The next number begins with the same digits.
        {TRAP_OID: f"{ROOT}1.0.1", f"{ROOT}1.2.1": "E7"},
    ],
)
def test_a_foreign_trap_is_none(trap: dict[str, str]) -> None:
    assert ALERTS.from_trap(trap) is None


def test_a_trap_that_tells_too_little_asks_for_the_listing() -> None:
    with pytest.raises(exception.IncompleteTrapInformation, match="acme"):
        ALERTS.from_trap({TRAP_OID: f"{ROOT}.0.1"})


def test_a_trap_without_what_the_map_requires_is_malformed() -> None:
    with pytest.raises(exception.InvalidResults, match="acme: occur_time"):
        ALERTS.from_trap({name: text for name, text in TRAP.items() if "2.4" not in name})


def test_what_delfin_adds_to_a_trap_can_be_mapped() -> None:
    by_controller = AlertMap(RowMap(location=Get("controller_name")), root=ROOT)
    trap = {TRAP_OID: f"{ROOT}.0.1", "controller_name": "node-1"}
    assert by_controller.from_trap(trap) == {"location": "node-1"}


def test_the_time_range_is_honoured() -> None:
    events: list[dict[str, Any]] = [
        {"code": "E", "part": hour, "time": f"2024-05-01T{hour:02}:00:00Z"} for hour in range(5)
    ]
    hours = [1714521600000 + hour * 3_600_000 for hour in range(5)]
    query = {"begin_time": str(hours[1]), "end_time": hours[3]}
    assert [one["occur_time"] for one in ALERTS.listed(events, query)] == hours[1:4]
    assert [one["occur_time"] for one in ALERTS.listed(events)] == hours


def test_an_array_without_clock_gets_ours() -> None:
    before = utcnow_ms()
    assert before <= RowMap(occur_time=NOW).values({})["occur_time"] <= utcnow_ms()
