"""What clients send and get about alerts, silences, exporters and trap configuration."""

from __future__ import annotations

from typing import Any

from delfin.alerts.events import MODEL
from delfin.api.schemas.access import text
from delfin.api.schemas.inventory import Schema, closed, collection, column_schema, sent
from delfin.common.constants import Category, EventType, Severity
from delfin.db.alerts import Alert, AlertReading, ExportCursor, Silence

# How the database makes sure of things is none of a client's business.
_OURS = {"told", "live_key"}


def _names(model: Any) -> tuple[str, ...]:
    return tuple(column.name for column in model.__table__.c)


ALERT_COLUMNS = tuple(name for name in _names(Alert) if name not in _OURS)
SILENCE_COLUMNS = _names(Silence)
READING_COLUMNS = (
    *("supported", "last_attempt", "last_success", "doubted_at", "error_code", "error_msg"),
)
EXPORTER_COLUMNS = (
    *("exporter", "delivered", "silenced", "dropped", "failing_since", "error"),
    *("lease_owner", "created_at", "updated_at"),
)
_MOMENT: Schema = {"type": "integer", "minimum": 0, "maximum": 2**53, "description": "Epoch ms"}
_MAYBE_MOMENT: Schema = {**_MOMENT, "type": ["integer", "null"]}
_WORDS = {"severity": Severity, "category": Category, "type": EventType}


def _columns(model: Any, names: tuple[str, ...]) -> dict[str, Schema]:
    return {name: column_schema(model.__table__.c[name]) for name in names}


def _live(name: str) -> Schema:
    if name == "sequence_number":
        return {"type": ["integer", "string"], "description": "As the array has it"}
    if name == "occur_time":
        return {"type": "integer", "description": "Epoch milliseconds"}
    if name in _WORDS:
        return {"enum": list(_WORDS[name].ALL)}
    return {"type": ["string", "null"]}


_SILENCED: dict[str, Schema] = {
    "storage_id": {**text("Only alerts of this storage"), "type": ["string", "null"]},
    "severity": {
        "enum": [*Severity.ALL, None],
        "type": ["string", "null"],
        "description": "Only alerts of this severity",
    },
    "alert_id": {**text("Only alerts with this alert_id"), "type": ["string", "null"]},
    "starts_at": {**_MOMENT, "description": "From when on, epoch ms; now when it is left out"},
    "ends_at": {**_MAYBE_MOMENT, "description": "Until when, epoch ms; null: until deleted"},
    "comment": {**text("Why"), "type": ["string", "null"]},
    "created_by": {**text("Who asks for it"), "type": ["string", "null"]},
}
BODIES: dict[str, Schema] = {
    "AlertSync": sent(
        {"begin_time": _MOMENT, "end_time": _MOMENT}, "Which alerts to read; all when empty"
    ),
    "Acknowledgement": sent(
        {
            "acknowledged": {"type": "boolean", "description": "Whether somebody has taken it up"},
            "acknowledged_by": text("Who"),
        },
        "Takes an alert up, or gives it back",
        "acknowledged",
    ),
    "SilenceRequest": sent(_SILENCED, "Which alerts are not to be exported, and when"),
    "TrapConfig": sent(
        {
            "version": {
                "enum": ["SNMPv1", "SNMPv2c", "SNMPv3"],
                "description": "SNMPv2c unless said",
            },
            "community_string": {
                **text("Community that the array sends with", 32),
                "writeOnly": True,
            },
            "username": text("User of SNMPv3", 32),
        },
        "How the array is to send its traps",
    ),
}


def components() -> dict[str, Schema]:
    """Every schema of an answer by name."""
    stored = collection("alerts", "Alert")
    return {
        "Alert": closed(_columns(Alert, ALERT_COLUMNS), "An alert as delfin keeps it"),
        "Alerts": stored,
        "ArrayAlert": sent({name: _live(name) for name in MODEL}, "An alert as an array has it"),
        "ArrayAlerts": {
            "anyOf": [
                collection("alerts", "ArrayAlert"),
                {"$ref": "#/components/schemas/Alerts"},
            ]
        },
        "AlertCounts": closed(
            {
                "by_severity": closed(
                    {word: {"type": "integer"} for word in Severity.ALL}, "Alerts of each severity"
                ),
                "total": {"type": "integer"},
            },
            "How many alerts the filters leave",
        ),
        "AlertReading": closed(
            {
                **_columns(AlertReading, READING_COLUMNS),
                "last_attempt": {
                    "type": ["integer", "null"],
                    "description": "Last listing, good or not, epoch ms; null before the first",
                },
            },
            "How the last alert sync went",
        ),
        "Silence": closed(_columns(Silence, SILENCE_COLUMNS), "Alerts that are not exported"),
        "Silences": collection("silences", "Silence"),
        "Exporter": closed(_columns(ExportCursor, EXPORTER_COLUMNS), "How an exporter does"),
        "Exporters": collection("exporters", "Exporter"),
        "LaterJob": closed(
            {"job_id": {"type": "string", "description": "The job that does it"}},
            "What cannot be done now and is done as soon as it can be",
        ),
        "TrapTargets": closed(
            {"targets": {"type": "array", "items": {"type": "string"}}},
            "Where the array sends its traps to, or did",
        ),
    }
