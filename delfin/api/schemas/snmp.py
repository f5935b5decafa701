"""What clients send to set SNMP up for a storage, and what they are shown of it."""

from __future__ import annotations

from delfin.api.schemas.access import Schema, text
from delfin.api.schemas.inventory import closed, column_schema
from delfin.db.alert_sources import AlertSource, AlertSourceState
from delfin.db.trap_inbox import TrapReceiver

_END = r"(?![\s\S])"
VERSIONS = ("SNMPv1", "SNMPv2c", "SNMPv3")
LEVELS = ("noAuthnoPriv", "authNoPriv", "authPriv")
AUTH_PROTOCOLS = ("HMACSHA", "HMACMD5", "HMCSHA2224", "HMCSHA2256", "HMCSHA2384", "HMCSHA2512")
PRIVACY_PROTOCOLS = ("DES", "AES", "AES192", "AES256", "3DES")


def _number(doc: str, largest: int, smallest: int = 0) -> Schema:
    return {"type": "integer", "minimum": smallest, "maximum": largest, "description": doc}


def _key(doc: str) -> Schema:
    return {**text(doc, longest=65535, shortest=8), "writeOnly": True}


SNMP_CONFIG: Schema = {
    "type": "object",
    "properties": {
        "host": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1024,
            "pattern": rf"^[A-Za-z0-9._:-]+(?: *, *[A-Za-z0-9._:-]+)*{_END}",
            "x-rule": "may hold only letters, digits, '-', '_', '.', ':' and, between several, ','",
            "description": "Where traps come from and the agent answers: addresses or names",
        },
        "version": {
            "type": "string",
            "pattern": rf"^[Ss][Nn][Mm][Pp][Vv](?:1|2[Cc]|3){_END}",
            "x-rule": f"must be one of {', '.join(VERSIONS)}",
            "description": "SNMPv1, SNMPv2c or SNMPv3, in any case",
        },
        "community_string": {
            **text("Community of version 1 and 2c", longest=32),
            "writeOnly": True,
        },
        "username": text("User of version 3", longest=32),
        "security_level": {"enum": list(LEVELS), "description": "Of version 3"},
        "auth_protocol": {"enum": list(AUTH_PROTOCOLS), "description": "How messages are signed"},
        "auth_key": _key("Password for signing; never shown"),
        "privacy_protocol": {
            "enum": list(PRIVACY_PROTOCOLS),
            "description": "How messages are encrypted",
        },
        "privacy_key": _key("Password for encryption; never shown"),
        "engine_id": {
            "type": "string",
            "minLength": 9,
            "maxLength": 64,
            "description": "Engine of the array, hexadecimal; without it, it is found out",
        },
        "context_name": text("Context of version 3", longest=32, shortest=0),
        "retry_num": _number("How often the agent is asked again; 1 without it", 100),
        "expiration": _number("Seconds that the agent has for an answer; 2 without it", 3600, 1),
        "port": _number("UDP port of the agent; 161 without it", 65535),
    },
    "required": ["host", "version"],
    "additionalProperties": False,
}

_COMMUNITY = ("storage_id", "host", "version", "community_string")
_SECURE = (
    *("storage_id", "host", "version", "username", "security_level"),
    *("auth_protocol", "privacy_protocol", "engine_id", "context_name"),
)
_COMMON = ("port", "retry_num", "expiration", "created_at", "updated_at")
COMMUNITY_COLUMNS = (*_COMMUNITY, *_COMMON)
SECURE_COLUMNS = (*_SECURE, *_COMMON)
STATE_COLUMNS = ("status", "error", "checked_at", "found_engine_id")


def _shown(names: tuple[str, ...]) -> Schema:
    table, state = AlertSource.__table__, AlertSourceState.__table__
    columns = {name: column_schema(table.c[name]) for name in names}
    found = {name: column_schema(state.c[name]) for name in STATE_COLUMNS}
    return closed({**columns, **found}, "SNMP settings of a storage; never a key")


SHOWN: Schema = {"oneOf": [_shown(COMMUNITY_COLUMNS), _shown(SECURE_COLUMNS)]}

RECEIVER_COLUMNS = ("receiver", "started_at", "updated_at", "counts")
RECEIVER: Schema = closed(
    {
        **{name: column_schema(TrapReceiver.__table__.c[name]) for name in RECEIVER_COLUMNS},
        "counts": {
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "description": "Datagrams and traps since its start, by what became of them",
        },
    },
    "A process that receives traps",
)
