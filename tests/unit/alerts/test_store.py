"""Reports of alerts come in; conditions open, repeat and end, and each change is logged once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import select

from delfin import exception
from delfin.alerts.internal import ACCESS_FAILED, SPOOL_OVERFLOW
from delfin.alerts.store import raise_alert
from delfin.common.constants import Category, Severity
from delfin.db import storages
from delfin.db.alerts import Alert, AlertEvent
from delfin.db.session import Database, retried
from tests.unit.db.stored import add_storage

FAULT = {
    "alert_id": "0x1A",
    "alert_name": "Fan failed",
    "severity": "Major",
    "category": "Fault",
    "type": "EquipmentAlarm",
    "sequence_number": 41,
    "occur_time": 1_700_000_000_000,
    "description": "Fan 2 stands still",
    "resource_type": "Storage",
    "location": "enclosure 1",
}
RECOVERY = {**FAULT, "category": "Recovery", "occur_time": 1_700_000_060_000}


@pytest.fixture
def storage_id(database: Database) -> str:
    with database.writer() as session:
        return add_storage(session, vendor="acme", model="bravo")


def report(
    database: Database, storage_id: str | None, *alerts: dict[str, Any], **more: Any
) -> None:
    @retried
    def attempt() -> None:
        with database.writer() as session:
            for alert in alerts:
                raise_alert(session, storage_id, alert, **more)

    attempt()


def stored(database: Database) -> list[Alert]:
    with database.reader() as session:
        found = list(session.scalars(select(Alert).order_by(Alert.first_seen, Alert.occur_time)))
        session.expunge_all()
    return found


def changes(database: Database) -> list[str]:
    with database.reader() as session:
        return list(session.scalars(select(AlertEvent.change).order_by(AlertEvent.id)))


def test_a_fault_is_stored_with_the_attributes_of_its_storage(
    database: Database, storage_id: str
) -> None:
    report(database, storage_id, FAULT)
    (alert,) = stored(database)
    assert (alert.state, alert.count, alert.severity) == ("open", 1, "Major")
    assert (alert.storage_id, alert.storage_name) == (storage_id, "SN1")
    assert (alert.vendor, alert.model, alert.serial_number) == ("acme", "bravo", "SN1")
    assert (alert.sequence_number, alert.occur_time) == ("41", 1_700_000_000_000)
    with database.reader() as session:
        (event,) = session.scalars(select(AlertEvent))
        assert event.change == "raised"
        assert event.alert["storage_name"] == "SN1"
        assert "match_key" not in event.alert, "what the array did not tell is left out"


def test_a_repeated_fault_is_counted_and_told_once(database: Database, storage_id: str) -> None:
    report(database, storage_id, FAULT, FAULT)
    report(database, storage_id, {**FAULT, "occur_time": 1_700_000_001_000}, times=8)
    (alert,) = stored(database)
    assert alert.count == 10
    assert changes(database) == ["raised"]


def test_a_recovery_ends_its_fault_and_the_next_fault_is_a_new_one(
    database: Database, storage_id: str
) -> None:
    report(database, storage_id, FAULT, RECOVERY, RECOVERY, FAULT)
    first, second = sorted(stored(database), key=lambda alert: alert.state)
    assert (first.state, first.cleared_by) == ("cleared", "recovery")
    assert second.state == "open"
    assert changes(database) == ["raised", "cleared", "raised"]
    with database.reader() as session:
        told = list(session.scalars(select(AlertEvent).order_by(AlertEvent.id)))
        assert [event.alert["category"] for event in told] == ["Fault", "Recovery", "Fault"]


@pytest.mark.parametrize(
    ("fault", "recovery"),
    [
        ({"match_key": "k1"}, {"match_key": "k1", "alert_id": "other", "location": None}),
        ({"location": "here"}, {"location": None, "alert_id": "0x1B"}),
        ({"sequence_number": None}, {"sequence_number": None}),
        ({"sequence_number": 7, "location": None}, {"sequence_number": 8, "location": None}),
    ],
    ids=["match_key", "sequence_number", "what and where", "what alone"],
)
def test_a_recovery_finds_its_fault(
    database: Database, storage_id: str, fault: dict[str, Any], recovery: dict[str, Any]
) -> None:
    report(database, storage_id, {**FAULT, **fault}, {**RECOVERY, **recovery})
    assert [alert.state for alert in stored(database)] == ["cleared"]


def test_a_recovery_that_may_mean_two_faults_ends_neither(
    database: Database, storage_id: str
) -> None:
    for number in (1, 2):
        report(database, storage_id, {**FAULT, "location": None, "sequence_number": number})
    report(database, storage_id, {**RECOVERY, "location": None, "sequence_number": 3})
    assert sorted(alert.state for alert in stored(database)) == ["cleared", "open", "open"]


def test_a_recovery_of_a_fault_before_our_time_is_told_once(
    database: Database, storage_id: str
) -> None:
    report(database, storage_id, RECOVERY, RECOVERY)
    (alert,) = stored(database)
    assert (alert.state, alert.category) == ("cleared", "Recovery")
    assert changes(database) == ["cleared"]


def test_an_event_is_kept_as_it_is_and_known_again(database: Database, storage_id: str) -> None:
    event = {**FAULT, "category": "Event"}
    report(database, storage_id, event, event, {**event, "occur_time": 1_700_000_000_001})
    kept = stored(database)
    assert [(alert.state, alert.category, alert.count) for alert in kept] == [
        ("cleared", "Event", 2),
        ("cleared", "Event", 1),
    ]
    assert changes(database) == ["raised", "raised"]


def test_a_fault_that_gets_worse_is_told_again(database: Database, storage_id: str) -> None:
    report(database, storage_id, FAULT, {**FAULT, "severity": "Fatal"})
    assert [alert.severity for alert in stored(database)] == ["Fatal"]
    assert changes(database) == ["raised", "changed"]
    with database.reader() as session:
        last = session.scalars(select(AlertEvent).order_by(AlertEvent.id.desc())).first()
        assert last is not None
        assert last.alert["severity_before"] == "Major"


def test_the_same_alert_of_two_arrays_is_two_alerts(database: Database, storage_id: str) -> None:
    with database.writer() as session:
        other = add_storage(session, "SN2")
    report(database, storage_id, FAULT)
    report(database, other, FAULT)
    report(database, other, RECOVERY)
    assert {alert.storage_id: alert.state for alert in stored(database)} == {
        storage_id: "open",
        other: "cleared",
    }


def test_what_drivers_get_wrong_is_mended_and_counted(database: Database, storage_id: str) -> None:
    report(
        database,
        storage_id,
        {
            "alert_id": 0xFFFFFFFF,
            "severity": "catastrophic",
            "category": "FAULT",
            "type": None,
            "occur_time": "1700000000",
            "description": "a\0b",
            "location": "x" * 300,
            "unheard": "of",
        },
    )
    (alert,) = stored(database)
    assert (alert.alert_id, alert.severity, alert.category) == (
        "4294967295",
        Severity.NOT_SPECIFIED,
        Category.FAULT,
    )
    assert alert.occur_time == 1_700_000_000_000
    assert (alert.description, len(alert.location or "")) == ("ab", 255)
    assert alert.notes == {
        "unknown severity taken for NotSpecified": 1,
        "occur_time turned into milliseconds": 1,
        "description freed of characters that cannot be stored": 1,
        "location cut to 255 characters": 1,
    }


def test_an_alert_of_a_storage_that_is_not_there_is_refused(
    database: Database, storage_id: str
) -> None:
    with database.writer() as session:
        storages.bury(session, storage_id)
    for gone in (storage_id, "nowhere"):
        with pytest.raises(exception.StorageNotFound):
            report(database, gone, FAULT)
    with pytest.raises(exception.InvalidResults):
        report(database, storage_id, "an alert")  # type: ignore[arg-type]


def test_a_removed_storage_leaves_no_alert_behind(database: Database, storage_id: str) -> None:
    report(database, storage_id, FAULT)
    with database.writer() as session:
        storages.forget(session, storage_id)
    assert stored(database) == []
    assert changes(database) == []


def at_once(count: int, work: Any) -> list[Any]:
    """Results of 'work', run by so many threads that start together."""
    together = threading.Barrier(count)
    results: list[Any] = []

    def run() -> None:
        together.wait(30)
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - told by the assertion
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_many_that_report_the_same_fault_at_once_open_it_once(
    database: Database, storage_id: str
) -> None:
    results = at_once(6, lambda: report(database, storage_id, FAULT))
    assert results == [None] * 6
    assert [alert.count for alert in stored(database)] == [6]
    assert changes(database) == ["raised"]


def test_an_alert_of_delfin_itself_is_one_fault_and_one_recovery(
    database: Database, storage_id: str
) -> None:
    @retried
    def fault() -> bool:
        with database.writer() as session:
            return ACCESS_FAILED.fault(session, storage_id, "HTTP 401.")

    @retried
    def recovery() -> bool:
        with database.writer() as session:
            return ACCESS_FAILED.recovery(session, storage_id)

    assert not recovery(), "nothing was wrong"
    assert sorted(at_once(5, fault)) == [False] * 4 + [True]
    (alert,) = stored(database)
    assert (alert.alert_id, alert.reported_by, alert.count) == ("delfin.access_failed", "delfin", 1)
    assert (alert.description or "").endswith("HTTP 401.")
    assert sorted(at_once(5, recovery)) == [False] * 4 + [True]
    assert changes(database) == ["raised", "cleared"]
    assert fault()
    assert changes(database) == ["raised", "cleared", "raised"]


def test_delfin_tells_parts_in_trouble_apart(database: Database) -> None:
    with database.writer() as session:
        assert SPOOL_OVERFLOW.fault(session, None, location="webhook")
        assert SPOOL_OVERFLOW.fault(session, None, location="email")
        assert not SPOOL_OVERFLOW.fault(session, None, location="email")
        assert SPOOL_OVERFLOW.recovery(session, None, location="email")
    states = {alert.location: alert.state for alert in stored(database)}
    assert states == {"webhook": "open", "email": "cleared"}
