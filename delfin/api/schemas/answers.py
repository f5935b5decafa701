"""What the routes outside the inventory answer."""

from __future__ import annotations

from typing import Any

from delfin.api.schemas import alerts, history, profiles, telemetry
from delfin.api.schemas.access import BLOCKS, TLS
from delfin.api.schemas.inventory import MOMENT, Schema, closed, collection, column_schema, item
from delfin.api.schemas.schedules import SCHEDULE
from delfin.api.schemas.snmp import RECEIVER as TRAP_RECEIVER
from delfin.api.schemas.snmp import SHOWN as SNMP_CONFIG
from delfin.api.schemas.topology import TOPOLOGY
from delfin.db import services
from delfin.db.access_info import AccessInfo
from delfin.db.access_state import STATES
from delfin.db.array_sessions import ArraySession
from delfin.db.capacity import CapacityDay
from delfin.db.reports import FRESHNESS, Report
from delfin.db.storages import KindState, Storage
from delfin.inventory.catalog import KINDS
from delfin.jobs.board import SHOWN

TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}

# The columns of a storage in the order in which they are shown.
STORAGE_COLUMNS = (
    *("id", "name", "description", "location", "status"),
    *("vendor", "model", "serial_number", "firmware_version"),
    *("total_capacity", "used_capacity", "free_capacity"),
    *("raw_capacity", "subscribed_capacity"),
    *("created_at", "updated_at", "deleted", "deleted_at"),
)
REPORT_COLUMNS = (
    *("reported_at", "stopped_at", "stopped_reason", "error_code", "error_msg", "restarts"),
)
KIND_COLUMNS = (
    *("kind", "supported", "row_count", "last_success", "last_attempt"),
    *("error_code", "error_msg"),
)
SESSION_COLUMNS = (
    *("tier", "slot", "node", "process", "generation", "opened_at", "last_used"),
    *("calls", "last_error"),
)
CAPACITY_COLUMNS = (
    *("day", "native_storage_pool_id", "total_capacity", "used_capacity"),
    *("free_capacity", "subscribed_capacity"),
)


def _columns(model: Any, names: tuple[str, ...]) -> dict[str, Schema]:
    table = model.__table__
    return {name: column_schema(table.c[name]) for name in names}


def _array_of(schema: Schema, doc: str) -> Schema:
    return {"type": "array", "items": schema, "description": doc}


_FAILED_KIND = closed(
    {"kind": TEXT, "error_code": TEXT, "error_msg": MAYBE_TEXT}, "A kind that could not be read"
)
_LAST_SYNC = {
    **closed(
        {
            "result": {**TEXT, "description": "done, partial or failed"},
            "finished_at": MOMENT,
            "job_id": {**MAYBE_TEXT, "description": "The job that ran it"},
            "error_code": {**MAYBE_TEXT, "description": "Why the array could not be read at all"},
            "error_msg": MAYBE_TEXT,
            "failed_kinds": _array_of(_FAILED_KIND, "Kinds whose last reading failed"),
        },
        "How the last synchronisation ended; null before the first has ended",
    ),
    "type": ["object", "null"],
}
ACCESS = closed(
    {
        "state": {
            "enum": list(STATES),
            "description": "Whether the array lets delfin in, and if not, why",
        },
        "since": {
            "anyOf": [MOMENT, {"type": "null"}],
            "description": "When it came to this state; null when it was always ok",
        },
        "reason": {**MAYBE_TEXT, "description": "What the last try met"},
        "error_code": {**MAYBE_TEXT, "description": "Its error code"},
    },
    "Whether delfin has access to the array",
)
REPORT = closed(
    {
        **_columns(Report, REPORT_COLUMNS),
        "freshness": {
            "enum": list(FRESHNESS),
            "description": "What the newest report is worth: current; stale, the array is in "
            "error or busy; unknown, nobody knows or there are no reports",
        },
        "age": {
            "type": ["integer", "null"],
            "description": "Seconds since the newest report; null before the first",
        },
    },
    "How the array's reports of its state and pools stand",
)
STORAGE = closed(
    {
        **_columns(Storage, STORAGE_COLUMNS),
        "sync_status": {
            "enum": ["SYNCED", "SYNCING"],
            "description": "SYNCING while a synchronisation waits or runs",
        },
        "last_sync": _LAST_SYNC,
        "access": ACCESS,
        "report": REPORT,
        "unsupported_kinds": _array_of(TEXT, "Kinds that the driver does not support"),
    },
    "A registered array",
)
_BLOCK: Schema = {
    "type": "object",
    "not": {"required": ["password"]},
    "description": "Fields as stored, without the password; empty when it is not in use",
}
ACCESS_INFO = closed(
    {
        **_columns(AccessInfo, ("storage_id", "storage_name", "name", "description")),
        **_columns(AccessInfo, ("vendor", "model")),
        **dict.fromkeys(BLOCKS, _BLOCK),
        "extra_attributes": {"type": "object", "additionalProperties": TEXT},
        "tls": TLS,
        **_columns(AccessInfo, ("manager_key",)),
        **_columns(AccessInfo, ("created_at", "updated_at")),
    },
    "How a storage is reached; never a secret",
)
JOB = closed(
    {name: column_schema(column) for name, column in SHOWN.items()},
    "A piece of work: a synchronisation, a removal",
)
SERVICE = closed(
    {
        **_columns(services.Service, services.SHOWN),
        "state": {
            "enum": [services.UP, services.DOWN],
            "description": "down after [DEFAULT] service_down_time without a heartbeat",
        },
    },
    "A process of delfin; one that ends in good order is no longer listed",
)
PROMETHEUS_TARGETS: Schema = {
    "type": "array",
    "items": closed(
        {
            "targets": {"type": "array", "items": TEXT, "description": "Host name and port"},
            "labels": {"type": "object", "additionalProperties": TEXT},
        },
        "A page of a node, as HTTP service discovery of Prometheus has it",
    ),
}
SESSION = closed(
    {
        **_columns(ArraySession, SESSION_COLUMNS),
        "age": {"type": "integer", "description": "Seconds since it was opened"},
    },
    "A session of one process with an array",
)
KIND_STATE = closed(
    {
        **_columns(KindState, KIND_COLUMNS),
        "last_attempt": {
            "anyOf": [MOMENT, {"type": "null"}],
            "description": "Last reading, good or not; null before the first",
        },
        "status": {
            "enum": ["supported", "unsupported", "failing", "unknown"],
            "description": "failing when the last reading failed; unknown before the first",
        },
    },
    "How a kind of a storage stands",
)
_TOLD: Schema = {
    "type": ["array", "null"],
    "items": TEXT,
    "description": "What the array has of these; null: its driver does not say",
}
CAPABILITIES = closed(
    {
        "metadata": closed({"vendor": MAYBE_TEXT, "model": MAYBE_TEXT}, "The array"),
        "spec": {
            "type": "object",
            "properties": {
                "is_historic": {"type": "boolean"},
                **dict.fromkeys(("supported_kinds", "protocols", "features"), _TOLD),
                "performance_metric_retention_window": {"type": ["integer", "null"]},
                "resource_metrics": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "additionalProperties": {
                            "type": "object",
                            "properties": {"unit": TEXT, "description": TEXT},
                            "required": ["unit", "description"],
                        },
                    },
                },
            },
            "required": ["is_historic"],
        },
    },
    "What the array can do, and what can be collected from it",
)
ERROR = closed(
    {
        "error_code": {**TEXT, "description": "Stable name; see the error reference"},
        "error_msg": {**TEXT, "description": "A sentence for people; may change"},
        "error_args": {"type": "array", "description": "What was put into the sentence"},
    },
    "What went wrong",
)
_LINKS = _array_of(closed({"rel": TEXT, "href": TEXT}, "A link"), "Where to go on")
VERSION = closed(
    {"id": TEXT, "status": TEXT, "release": TEXT, "links": _LINKS}, "A version of this interface"
)


def components() -> dict[str, Schema]:
    """Every schema of an answer by name."""
    named = {
        "Storage": STORAGE,
        "Storages": collection("storages", "Storage"),
        "Access": ACCESS,
        "Session": SESSION,
        "Sessions": collection("sessions", "Session"),
        "AccessInfo": ACCESS_INFO,
        "AccessInfos": collection("access_infos", "AccessInfo"),
        "SnmpConfig": SNMP_CONFIG,
        "SnmpConfigs": collection("snmp_configs", "SnmpConfig"),
        "TrapReceiver": TRAP_RECEIVER,
        "TrapReceivers": collection("trap_receivers", "TrapReceiver"),
        "KindState": KIND_STATE,
        "KindStates": collection("resources", "KindState"),
        "CapacityDay": closed(_columns(CapacityDay, CAPACITY_COLUMNS), "Capacity on one day"),
        "CapacityDays": collection("capacity_history", "CapacityDay"),
        "Job": JOB,
        "Jobs": collection("jobs", "Job"),
        "Service": SERVICE,
        "Services": collection("services", "Service"),
        "PrometheusTargets": PROMETHEUS_TARGETS,
        "Schedule": SCHEDULE,
        "Schedules": collection("schedules", "Schedule"),
        "Capabilities": CAPABILITIES,
        "Topology": TOPOLOGY,
        "Extensions": closed({"extensions": {"type": "array", "maxItems": 0}}, "Always empty"),
        "Version": VERSION,
        "Versions": collection("versions", "Version"),
        "Document": {"type": "object", "description": "An OpenAPI 3.1 document"},
        "Error": ERROR,
        **alerts.components(),
        **telemetry.components(),
        **profiles.components(),
        **history.components(),
    }
    for kind in KINDS:
        name = kind.model.__name__
        named[name] = item(kind)
        named[f"{name}s"] = collection(kind.key, name)
    return named
