"""A fake array's events and traps as alerts.

The traps are made up, below the number that the private enterprise registry sets aside for
documentation: 1.3.6.1.4.1.32473.
"""

from __future__ import annotations

from delfin.common import constants as c
from delfin.drivers.kit.alerts import AlertMap, match_key, texts_too
from delfin.drivers.kit.mapping import Const, Get, RowMap

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
_CATEGORY = {
    "FAULT": c.Category.FAULT,
    "RECOVERY": c.Category.RECOVERY,
    "EVENT": c.Category.EVENT,
}

ALERT = RowMap(
    alert_id=Get("code", str, required=True),
    alert_name=Get("name"),
    sequence_number=Get("number", str, required=True),
    severity=Get("grade", texts_too(_SEVERITY), default=c.Severity.NOT_SPECIFIED),
    category=Get("group", _CATEGORY, default=c.Category.NOT_SPECIFIED),
    type=Const(c.EventType.EQUIPMENT_ALARM),
    description=Get("text"),
    resource_type=Get("component", _RESOURCE, default=c.DEFAULT_RESOURCE_TYPE),
    location=Get("place"),
    recovery_advice=Get("advice"),
    occur_time=Get("raised_ms", int, required=True),
    match_key=match_key("code", "place"),
)
ALERTS = AlertMap(
    ALERT,
    root=ENTERPRISE,
    variables={f"1.{number}": name for number, name in VARIABLES.items()},
)
