"""A fake array's events and traps as alerts.

The traps are made up, below the number that the private enterprise registry sets aside for
documentation: 1.3.6.1.4.1.32473.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from delfin.common import constants as c
from delfin.drivers.kit.mapping import Calc, Const, Get, RowMap

ENTERPRISE = "1.3.6.1.4.1.32473.7"
# The trap's variables, by the last number of their OID: the words of the event listing.
VARIABLES = {
    "1": "number",
    "2": "code",
    "3": "name",
    "4": "grade",
    "5": "group",
    "6": "text",
    "7": "component",
    "8": "place",
    "9": "advice",
    "10": "raised_ms",
}

_SEVERITY = {
    1: c.Severity.FATAL,
    2: c.Severity.CRITICAL,
    3: c.Severity.MAJOR,
    4: c.Severity.MINOR,
    5: c.Severity.WARNING,
    6: c.Severity.INFORMATIONAL,
}
_RESOURCE = {
    "array": c.ResourceType.STORAGE,
    "pool": c.ResourceType.STORAGE_POOL,
    "controller": c.ResourceType.CONTROLLER,
    "port": c.ResourceType.PORT,
    "disk": c.ResourceType.DISK,
}


def _match_key(event: Mapping[str, Any]) -> str:
    """The same for the fault and its recovery, in the listing and in the trap."""
    text = f"{event['code']}/{event.get('place')}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


ALERT = RowMap(
    alert_id=Get("code", str, required=True),
    alert_name=Get("name"),
    sequence_number=Get("number", str, required=True),
    severity=Get(
        "grade",
        {**_SEVERITY, **{str(grade): word for grade, word in _SEVERITY.items()}},
        default=c.Severity.NOT_SPECIFIED,
    ),
    category=Get(
        "group",
        {"FAULT": c.Category.FAULT, "RECOVERY": c.Category.RECOVERY, "EVENT": c.Category.EVENT},
        default=c.Category.NOT_SPECIFIED,
    ),
    type=Const(c.EventType.EQUIPMENT_ALARM),
    description=Get("text"),
    resource_type=Get("component", _RESOURCE, default=c.DEFAULT_RESOURCE_TYPE),
    location=Get("place"),
    recovery_advice=Get("advice"),
    occur_time=Get("raised_ms", int, required=True),
    match_key=Calc(_match_key),
)


def from_trap(variables: Mapping[str, str]) -> dict[str, Any] | None:
    """The alert of a trap given as OIDs and texts; None for another enterprise's trap.

    Raises InvalidResults when it is ours and lacks its number, code or time.
    """
    event = {}
    for oid, text in variables.items():
        below = oid.removeprefix(f"{ENTERPRISE}.1.").removesuffix(".0")
        if below != oid and below in VARIABLES:
            event[VARIABLES[below]] = text
    return ALERT.values(event) if event else None
