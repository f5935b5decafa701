"""A Unisphere's alerts, and the traps of its event daemon, as alerts.

Alerts are the schema 'alert' of Dell's OpenAPI document "PowerMax" 10.3. What has become good is an
alert too, in state NEW: PyU4V's CI data has a port that is online again, with severity NORMAL. By
Dell's pages of array event codes that is the severity of what is online, or below its thresholds.

Traps carry an event and its unit in the variables of the Fibre Alliance's FCMGMT-MIB (1.3.6.1.3.94,
connUnitEventTable and connUnitTable; mibs/brocade in LibreNMS), which names the severities and types.
EMC's public EMCGATEWAY-MIB (1.3.6.1.4.1.1139.3; mibs.snmplabs.com) declares such a trap,
eccUnitEventTrap; whatever a trap's own OID, these variables are read. Of those below
1.3.6.1.4.1.1139.3.8888 no public description was found, so they are not. The number that a trap has
is not the one by which Unisphere clears, so it is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from delfin import exception, utils
from delfin.common import constants as c
from delfin.drivers.dellemc.vmax.event_text import names, said
from delfin.drivers.kit.alerts import TRAP_OID, AlertMap, match_key, texts_too
from delfin.drivers.kit.mapping import Calc, Const, Get, Record, RowMap
from delfin.drivers.kit.times import time_ms

ENTERPRISE = "1.3.6.1.4.1.1139"
FIBRE_CHANNEL = "1.3.6.1.3.94"
VARIABLES = {
    "1.6.1.20": "unit",  # connUnitName
    "1.11.1.4": "time",  # connUnitREventTime
    "1.11.1.6": "severity",  # connUnitEventSeverity
    "1.11.1.7": "sort",  # connUnitEventType
    "1.11.1.9": "description",  # connUnitEventDescr
}
_ARRAY_ID = re.compile(r"(?<!\d)\d{12}(?!\d)")
_NO_TIME = "00000000 000000"
_CATEGORY = {
    "NEW": c.Category.FAULT,
    "ACKNOWLEDGED": c.Category.FAULT,
    "CLEARED": c.Category.RECOVERY,
}
_GOOD_NEWS = frozenset({"INFORMATION", "NORMAL"})
# FcEventSeverity and connUnitEventType, from 1.
_SEVERITIES = (
    *("unknown", "emergency", "alert", "critical", "error"),
    *("warning", "notify", "info", "debug", "mark"),
)
_TYPES = ("unknown", "other", "status", "configuration", "topology")


def _numbers_too(words: Mapping[str, str], order: Sequence[str]) -> dict[Any, str]:
    """A table of words that also knows their numbers: who has the MIB at hand prints the words."""
    return {**words, **texts_too({n: words[word] for n, word in enumerate(order, 1)})}


_KEY = match_key("array", "thing", "happened")


def _key(array: Any, text: Any, thing: Any = "") -> Any:
    """The same for a trap and the listed alert; an object counts unless the text names it."""
    happened, apart = said(str(text))
    thing = apart or str(thing or "")
    if thing == str(array) or (thing and names(happened, thing)):
        thing = ""
    return _KEY.function({"array": array, "thing": thing, "happened": happened})


def _listed_key(record: Record) -> Any:
    return _key(record.get("array"), record.get("description"), record.get("object"))


def _listed_category(record: Record) -> str:
    """Good news does not last; anything else does until it is cleared, acknowledged or not."""
    found = _CATEGORY.get(str(record.get("state")), c.Category.NOT_SPECIFIED)
    good = record.get("severity") in _GOOD_NEWS and found != c.Category.RECOVERY
    return c.Category.EVENT if good else found


_RESOURCE = {
    "ARRAY": c.ResourceType.STORAGE,
    "PERFORMANCE": c.ResourceType.STORAGE,
    "SLOCOMPLIANCE": c.ResourceType.STORAGE,
    "FILE": c.ResourceType.STORAGE,
}
ALERT = RowMap(
    alert_id=Get("type", str, required=True),
    alert_name=Calc(lambda record: record.get("category") or record.get("type")),
    sequence_number=Get("alertId", str, required=True),
    severity=Get(
        "severity",
        {
            "FATAL": c.Severity.FATAL,
            "CRITICAL": c.Severity.CRITICAL,
            "WARNING": c.Severity.WARNING,
            "MINOR": c.Severity.MINOR,
            "INFORMATION": c.Severity.INFORMATIONAL,
            "NORMAL": c.Severity.INFORMATIONAL,
        },
        default=c.Severity.NOT_SPECIFIED,
    ),
    category=Calc(_listed_category),
    type=Get(
        "type",
        {
            "ARRAY": c.EventType.EQUIPMENT_ALARM,
            "PERFORMANCE": c.EventType.QUALITY_OF_SERVICE_ALARM,
            "SLOCOMPLIANCE": c.EventType.QUALITY_OF_SERVICE_ALARM,
            "SERVER": c.EventType.PROCESSING_ERROR_ALARM,
            "FILE": c.EventType.PROCESSING_ERROR_ALARM,
        },
        default=c.EventType.NOT_SPECIFIED,
    ),
    description=Get("description"),
    resource_type=Get("type", _RESOURCE, default=c.DEFAULT_RESOURCE_TYPE),
    location=Calc(
        lambda record: " ".join(str(record[n]) for n in ("object_type", "object") if record.get(n))
    ),
    occur_time=Get("created_date_milliseconds", int, required=True),
    match_key=Calc(_listed_key),
)
LISTED = AlertMap(ALERT)


def _array_id(record: Record) -> str | None:
    """The array that a trap is about: a Unisphere sends those of all its arrays."""
    told = " ".join(str(record.get(name, "")) for name in ("unit", "description"))
    found = _ARRAY_ID.search(told)
    return found[0] if found else None


def _occurred(record: Record) -> int:
    """As the trap says, which names no zone and is taken as UTC; else the time of its arrival."""
    told = str(record.get("time") or "").strip()
    if told in {"", _NO_TIME}:
        return utils.utcnow_ms()
    return time_ms("%d%m%Y %H%M%S")(told)


def _trapped_key(record: Record) -> Any:
    return _key(_array_id(record), record.get("description"))


TRAP = RowMap(
    alert_id=Get("sort", _numbers_too({word: word for word in _TYPES}, _TYPES), default="unknown"),
    alert_name=Const("Symmetrix event"),
    severity=Get(
        "severity",
        _numbers_too(
            {
                "unknown": c.Severity.NOT_SPECIFIED,
                "emergency": c.Severity.FATAL,
                "alert": c.Severity.CRITICAL,
                "critical": c.Severity.CRITICAL,
                "error": c.Severity.MAJOR,
                "warning": c.Severity.WARNING,
                "notify": c.Severity.INFORMATIONAL,
                "info": c.Severity.INFORMATIONAL,
                "debug": c.Severity.INFORMATIONAL,
                "mark": c.Severity.INFORMATIONAL,
            },
            _SEVERITIES,
        ),
        default=c.Severity.NOT_SPECIFIED,
    ),
    # From 'notify' down nothing is wrong.
    category=Get(
        "severity",
        _numbers_too(
            dict.fromkeys(_SEVERITIES[:6], c.Category.FAULT)
            | dict.fromkeys(_SEVERITIES[6:], c.Category.EVENT),
            _SEVERITIES,
        ),
        default=c.Category.NOT_SPECIFIED,
    ),
    type=Const(c.EventType.EQUIPMENT_ALARM),
    description=Get("description", required=True),
    resource_type=Const(c.ResourceType.STORAGE),
    occur_time=Calc(_occurred),
    serial_number=Calc(_array_id),
    match_key=Calc(_trapped_key),
)
TRAPPED = AlertMap(TRAP, root=FIBRE_CHANNEL, variables=VARIABLES, needs=("description",))


def from_trap(trap: Mapping[str, str]) -> dict[str, Any] | None:
    """The alert of a trap; None for one that is neither EMC's nor of the Fibre Alliance's MIB.

    Raises IncompleteTrapInformation for a trap of EMC's that does not say what happened.
    """
    alert = TRAPPED.from_trap(trap)
    if alert is None and _is_emcs(trap):
        raise exception.IncompleteTrapInformation(TRAP.where)
    return alert


def _is_emcs(trap: Mapping[str, str]) -> bool:
    told = (*trap, str(trap.get(TRAP_OID, "")))
    return any(f".{oid.lstrip('.')}.".startswith(f".{ENTERPRISE}.") for oid in told)
