"""An OceanStor's alarms and traps as alerts.

Listings: "Interface for Querying Historical Alarms and Events Information", section 4.2.2.4.7 of
the OceanStor Dorado 6.1.6 REST Interface Reference, as POSH quotes it (levels, types, states), and
the answers of a Dorado 8000 V6 with Linuxfabrik's checks, where texts have HTML entities. Levels 4
and 7, which 6.1 does not have: TLV.java of Huawei's VASA provider, for V3 ("storage management
interface specification V2.0").

Traps: hwIsmAlarmReporting and hwIsmEvent of ISM-HUAWEI-MIB, below 1.3.6.1.4.1.2011.2.91.10, as
DotZero24/pysnmp-mibs has it compiled; Huawei's own sender (Trap.h of its backup agent, 2018) has
the same identifiers and levels for the first. An older edition of the MIB lacks hwIsmEvent.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from delfin.common import constants as c
from delfin.drivers.kit.alerts import AlertMap, match_key, texts_too
from delfin.drivers.kit.convert import whole
from delfin.drivers.kit.mapping import Calc, Const, Get, Record, RowMap
from delfin.drivers.kit.times import epoch_seconds, snmp_date

ENTERPRISE = "1.3.6.1.4.1.2011.2.91.10"
REPORTING, EVENT = "2.1.0.1", "2.2.0.1"
# hwIsmReportingAlarm*: by the last number below 3.1.1.
_ALARM_VARIABLES = {
    "1": "node",
    "2": "location",
    "3": "suggestion",
    "4": "name",
    "5": "fault_type",
    "6": "fault_level",
    "7": "eventID",
    "8": "fault_time",
    "9": "sequence",
    "10": "description",
    "11": "fault_category",
    "12": "location_alarm",
}
# hwIsmEventNoti*: by the last number below 3.2.
_EVENT_VARIABLES = {
    "1": "node",
    "2": "location",
    "3": "name",
    "4": "change",
    "5": "description",
    "6": "eventID",
    "7": "fault_time",
    "8": "sequence",
}
# alarmStatus: 2 and 4 are cleared and recovered.
UNRECOVERED = "1"
_OVER = frozenset({"2", "4"})
_KEY = match_key("eventID", "location")
# DateAndTime as its DISPLAY-HINT writes it (RFC 2579): 2020-6-25,1:42:26.0,+8:0
_WRITTEN = re.compile(r"(\d{4})-(\d+)-(\d+),(\d+):(\d+):(\d+)(?:\.(\d+))?(?:,([-+])(\d+):(\d+))?")


def words(value: Any) -> str:
    return html.unescape(str(value))


def hexadecimal(value: Any) -> str:
    """0x45001268, as the array's pages and its manuals write the id of an alarm."""
    return f"0x{whole(value):X}"


def category(event: Record) -> str:
    """What is over is a recovery; an event (type 0) has no end."""
    if str(event.get("alarmStatus")) in _OVER:
        return c.Category.RECOVERY
    return c.Category.EVENT if str(event.get("type")) == "0" else c.Category.FAULT


def key(event: Record) -> str:
    """One for the alarm and its trap: only listings write locations with HTML entities."""
    told = event.get("location")
    found: str = _KEY.function({**event, "location": None if told is None else words(told)})
    return found


def described(event: Record) -> str | None:
    """An event says in a variable of its own what became of the thing."""
    told = (_CHANGES.get(str(event.get("change"))), event.get("description"))
    return ": ".join(words(one) for one in told if one) or None


def trap_time(value: Any) -> int:
    """Written out or as octets; UTC where it tells no zone."""
    found = _WRITTEN.fullmatch(str(value).strip())
    if found is None:
        return snmp_date(value)
    *date, tenths, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    zone = timezone(-offset if sign == "-" else offset) if sign else UTC
    year, month, day, hour, minute, second = map(int, date)
    moment = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    return int(moment.timestamp()) * 1000 + int(tenths or 0) * 100


_LEVEL = texts_too(
    {
        2: c.Severity.INFORMATIONAL,
        3: c.Severity.WARNING,
        4: c.Severity.MINOR,
        5: c.Severity.MAJOR,
        6: c.Severity.CRITICAL,
        7: c.Severity.FATAL,
    }
)
ALARM = RowMap(
    alert_id=Get("eventID", hexadecimal, required=True),
    alert_name=Get("name", words, default="OceanStor alarm"),
    sequence_number=Get("sequence", str),
    severity=Get("level", _LEVEL, default=c.Severity.NOT_SPECIFIED),
    category=Calc(category),
    type=Const(c.EventType.NOT_SPECIFIED),
    description=Get("description", words),
    resource_type=Const(c.DEFAULT_RESOURCE_TYPE),
    location=Get("location", words),
    recovery_advice=Get("suggestion", words),
    occur_time=Get("startTime", epoch_seconds, required=True),
    # Whether a recovery has the serial number of its fault is documented nowhere.
    match_key=Calc(key),
)
_TRAP_LEVEL: Mapping[str, str] = {
    "1": c.Severity.CRITICAL,
    "2": c.Severity.MAJOR,
    "3": c.Severity.MINOR,
    "4": c.Severity.WARNING,
}
_FAULT, _RESUMED, _EVENT = "1", "2", "3"
_TRAP_CATEGORY: Mapping[str, str] = {
    _FAULT: c.Category.FAULT,
    _RESUMED: c.Category.RECOVERY,
    _EVENT: c.Category.EVENT,
}
# A limit that was passed is to X.733, where our words are from, a matter of the quality of service.
_TRAP_TYPE: Mapping[str, str] = {
    "1": c.EventType.COMMUNICATIONS_ALARM,
    "2": c.EventType.EQUIPMENT_ALARM,
    "3": c.EventType.PROCESSING_ERROR_ALARM,
    "4": c.EventType.QUALITY_OF_SERVICE_ALARM,
    "5": c.EventType.ENVIRONMENTAL_ALARM,
    "6": c.EventType.QUALITY_OF_SERVICE_ALARM,
}
_CHANGES: Mapping[str, str] = {"1": "Created", "2": "Deleted", "3": "State changed"}
LISTED = AlertMap(ALARM)
TRAPPED = AlertMap(
    ALARM.but(
        severity=Get("fault_level", _TRAP_LEVEL, default=c.Severity.NOT_SPECIFIED),
        category=Get("fault_category", _TRAP_CATEGORY, default=c.Category.NOT_SPECIFIED),
        type=Get("fault_type", _TRAP_TYPE, default=c.EventType.NOT_SPECIFIED),
        description=Calc(described),
        occur_time=Get("fault_time", trap_time, required=True),
    ),
    root=ENTERPRISE,
    variables={
        **{f"3.1.1.{number}": name for number, name in _ALARM_VARIABLES.items()},
        **{f"3.2.{number}": name for number, name in _EVENT_VARIABLES.items()},
    },
    traps={REPORTING: {}, EVENT: {"fault_category": _EVENT}},
    needs=("eventID", "fault_time", "fault_category"),
)
