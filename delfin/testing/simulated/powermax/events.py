"""The alerts of a simulated Unisphere: they stay until somebody deletes them.

The texts of ports, and how an object is added, are those of the alert in PyU4V's CI data and of
Dell's array event codes; of disks, of kevinliu78/Test on GitHub. The others are made up.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

from delfin.testing.simulated.powermax.identity import Identity

HOUR_MS = 3_600_000
_WITH_OBJECT = "{text} - Object is: {array}:{thing}"
# type, severity, state, kind of object, object, what happened
_TEMPLATES = (
    ("ARRAY", "WARNING", "NEW", "Port", "FA-1D:4", "Port state has changed to Offline."),
    ("ARRAY", "FATAL", "ACKNOWLEDGED", "Disk", "3", "Disk state is now Offline (was: Online)."),
    ("SLOCOMPLIANCE", "CRITICAL", "NEW", "StorageGroup", "app-0001-SG", "Service level missed"),
    ("PERFORMANCE", "MINOR", "CLEARED", "SRP", "SRP_1", "Response time is over 5 ms"),
    ("ARRAY", "NORMAL", "NEW", "Port", "RF-4D:4", "Port state has changed to Online."),
    ("ARRAY", "INFORMATION", "NEW", "Array", "", "A diagnostic trace was taken"),
)


class Events:
    """One an hour up to the start of the array, the newest last."""

    def __init__(self, identity: Identity, count: int, started_ms: int) -> None:
        self._lock = threading.Lock()
        made = [_event(identity, number, count, started_ms) for number in range(count)]
        self._present = {event["alertId"]: event for event in made}

    def ids(self) -> list[str]:
        with self._lock:
            return list(self._present)

    def one(self, alert_id: str) -> dict[str, Any] | None:
        with self._lock:
            return self._present.get(alert_id)

    def acknowledge(self, alert_id: str) -> dict[str, Any] | None:
        """The alert as it is then."""
        with self._lock:
            event = self._present.get(alert_id)
            if event is not None:
                event.update(state="ACKNOWLEDGED", acknowledged=True)
            return event

    def delete(self, alert_id: str) -> bool:
        """Whether there was such an alert."""
        with self._lock:
            return self._present.pop(alert_id, None) is not None


def _event(identity: Identity, number: int, count: int, started_ms: int) -> dict[str, Any]:
    sort, severity, state, kind, thing, text = _TEMPLATES[number % len(_TEMPLATES)]
    told = _WITH_OBJECT if kind in {"Port", "Disk"} else "{text}"
    raised_ms = started_ms - (count - number) * HOUR_MS
    return {
        "alertId": f"{identity.seed:08x}-{number:04x}-4000-8000-{identity.array_id}",
        "state": state,
        "severity": severity,
        "type": sort,
        "array": identity.array_id,
        "object": thing,
        "object_type": kind,
        "created_date": f"{datetime.fromtimestamp(raised_ms / 1000, UTC):%b-%d-%Y %H:%M:%S.000}",
        "created_date_milliseconds": raised_ms,
        "description": told.format(text=text, array=identity.array_id, thing=thing),
        "acknowledged": state == "ACKNOWLEDGED",
    }
