"""Alerts that stories start from."""

from __future__ import annotations

from typing import Any

from delfin.alerts.store import raise_alert
from delfin.db.session import Database, retried


def fault(number: int = 1, **values: Any) -> dict[str, Any]:
    """An alert as drivers report it; each number is another part of the array."""
    return {
        "alert_id": "0x1A",
        "alert_name": "Fan failed",
        "severity": "Major",
        "category": "Fault",
        "type": "EquipmentAlarm",
        "sequence_number": number,
        "occur_time": 1_700_000_000_000 + number,
        "description": f"Fan {number} stands still",
        "location": f"fan {number}",
        **values,
    }


def recovery(number: int = 1, **values: Any) -> dict[str, Any]:
    return fault(number, category="Recovery", **values)


@retried
def report(database: Database, storage_id: str | None, *alerts: dict[str, Any]) -> None:
    with database.writer() as session:
        for alert in alerts:
            raise_alert(session, storage_id, alert)
