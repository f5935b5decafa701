"""What clients send and get about the collection of performance data."""

from __future__ import annotations

import re
from collections.abc import Mapping

from delfin.api.schemas.access import text
from delfin.api.schemas.inventory import (
    MOMENT,
    Schema,
    closed,
    collection,
    column_schema,
    sent,
)
from delfin.common.constants import Metrics, ResourceType
from delfin.db.metrics_config import CONFIGS, POLLING, TelemetryConfig
from delfin.telemetry.samples import Series, Source

SHORTEST, LONGEST = 60, 86400
# The words of the interface for the types of resources, and what they stand for; those that
# drivers use are understood as well.
WORDS: Mapping[str, str] = {
    kind: re.sub("[A-Z]", lambda found: f"-{found[0].lower()}", kind) for kind in ResourceType.ALL
}
TYPES: Mapping[str, str] = {word: kind for kind in ResourceType.ALL for word in (WORDS[kind], kind)}
# What samples have anyway, or those who store them add.
_TAKEN = sorted({*Source._fields, *Series._fields, "name", "type", "instance", "job", "le"})
_METRICS = sorted(
    {getattr(Metrics, name).name for name in dir(Metrics) if name.isupper()},
)

_INTERVAL: Schema = {
    "type": "integer",
    "minimum": SHORTEST,
    "maximum": LONGEST,
    "description": "Seconds between two collections; by default [telemetry] "
    "performance_collection_interval",
}
_HISTORIC: Schema = {
    "type": "boolean",
    "description": "Also what the array measured between two collections; by default whether it "
    "keeps that",
}
_TYPE: Schema = {"enum": list(TYPES), "description": "Type of resource"}


_FORMS: dict[str, Schema] = {
    POLLING: sent(
        {
            "perf_collection": {
                "type": "boolean",
                "description": "False: nothing at all is collected from the storage",
            },
            "interval": _INTERVAL,
            "is_historic": _HISTORIC,
        },
        "All that the driver offers, at one interval",
        "perf_collection",
    ),
    CONFIGS: {
        "type": "array",
        "items": sent(
            {"resource_type": _TYPE, "interval": _INTERVAL, "historic": _HISTORIC},
            "All metrics of a type of resource",
            *("resource_type", "interval"),
        ),
        "description": "What is named here, each at its own interval",
    },
}
_CONFIG: dict[str, Schema] = {
    "name": text("Your own name for it; once for each storage"),
    "enabled": {"type": "boolean", "description": "False: it asks for nothing; default true"},
    "interval": _INTERVAL,
    "historic": _HISTORIC,
    "resources": {
        "type": ["object", "null"],
        "propertyNames": _TYPE,
        "additionalProperties": {
            "type": ["array", "null"],
            "items": {"enum": _METRICS},
            "minItems": 1,
            "uniqueItems": True,
            "description": "Names of metrics; null: all of the type",
        },
        "minProperties": 1,
        "description": "Metrics by type of resource; null, the default: all that the driver offers",
    },
    "labels": {
        "type": "object",
        "propertyNames": {
            "pattern": rf"^(?!(?:{'|'.join(_TAKEN)})(?![\s\S]))[a-zA-Z][a-zA-Z0-9_]{{0,63}}(?![\s\S])",
            "x-rule": "must have names of at most 64 letters, digits and '_', which start with a "
            f"letter and are none of {', '.join(_TAKEN)}",
        },
        "additionalProperties": text("What the label says"),
        "maxProperties": 20,
        "description": "Labels that every sample of the storage gets",
    },
}
BODIES: dict[str, Schema] = {
    "MetricsConfigRequest": sent(
        _FORMS,
        "What is to be collected of a storage, in one of two forms",
        oneOf=[{"required": [name]} for name in _FORMS],
    ),
    "NewTelemetryConfig": sent(
        _CONFIG, "What is to be collected beside the storage's metrics-config", "name"
    ),
    "TelemetryConfigChange": sent(_CONFIG, "What is left out stays"),
    "CollectRequest": sent(
        {
            "resource_types": {
                "type": "array",
                "items": _TYPE,
                "uniqueItems": True,
                "description": "Types of resources; empty, the default: all that is configured",
            }
        },
        "What is to be collected now",
    ),
}

CONFIG_COLUMNS = ("id", "storage_id", "name", "enabled", "interval", "historic", "labels")
_WORD: Schema = {"enum": list(WORDS.values()), "description": "Type of resource"}
_SECONDS: Schema = {"type": "integer", "description": "Seconds between two collections"}
_BOOLEAN: Schema = {"type": "boolean"}
_MAYBE_MOMENT: Schema = {**MOMENT, "type": ["string", "null"]}
_MAYBE_TEXT: Schema = {"type": ["string", "null"]}


def _collection() -> Schema:
    """Of what `delfin.telemetry.standing` says; it may come to say more."""
    moment = {"type": ["integer", "null"], "description": "Epoch milliseconds"}
    number = {"type": ["number", "null"], "description": "Seconds"}
    count = {"type": "integer"}
    tries: dict[str, Schema] = {
        "last_attempt": {**moment, "description": "Last try, epoch milliseconds"},
        "last_success": {**moment, "description": "Last good one, epoch milliseconds"},
        "failures": {**count, "description": "Tries in a row that failed"},
        "error_code": {**_MAYBE_TEXT, "description": "Why the last try failed, or null"},
        "error_msg": {**_MAYBE_TEXT, "description": "The same, in words"},
    }
    span: dict[str, Schema] = {"start_time": moment, "end_time": moment}
    kind: dict[str, Schema] = {
        "resource_type": _WORD,
        "collected_until": {**moment, "description": "Nothing before this is missing unlisted"},
        "lag": {**number, "description": "Seconds that this is behind the array's clock"},
        "missing": {
            "type": "array",
            "items": _open(span, "Samples after the start, up to the end"),
            "description": "What is still to be collected",
        },
        "missing_seconds": {**number, "description": "How much that is"},
        **tries,
    }
    gap: dict[str, Schema] = {
        "resource_type": _WORD,
        **span,
        "recorded_at": {**MOMENT, "description": "Found out at (UTC)"},
    }
    whole: dict[str, Schema] = {
        "skew": {**number, "description": "Seconds that the array's clock is ahead of ours"},
        **tries,
        "samples": {**count, "description": "Samples that were exported"},
        "dropped": {
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "description": "Samples that were not, by reason",
        },
        "resources": {"type": "array", "items": _open(kind, "A type of resource")},
        "gaps": {"type": "array", "items": _open(gap, "What is lost for good")},
    }
    return _open(whole, "How the collection of a storage stands; times of samples are the array's")


def _open(properties: dict[str, Schema], doc: str) -> Schema:
    return {**closed(properties, doc), "additionalProperties": True}


def components() -> dict[str, Schema]:
    """Every schema of an answer by name."""
    table = TelemetryConfig.__table__
    polling = closed(
        {"perf_collection": _BOOLEAN, "interval": _SECONDS, "is_historic": _BOOLEAN},
        "All that the driver offers, at one interval",
    )
    entry = closed(
        {"resource_type": _WORD, "interval": _SECONDS, "historic": _BOOLEAN},
        "All metrics of a type of resource",
    )
    status = closed(
        {
            "last_poll": {**_MAYBE_MOMENT, "description": "Last try (UTC); null: none yet"},
            "next_poll": {**_MAYBE_MOMENT, "description": "The next one (UTC); null: none"},
            "last_result": {
                "enum": ["done", "partial", "failed", None],
                "description": "partial: some types of resources could not be read",
            },
            "last_error": {**_MAYBE_TEXT, "description": "Why that failed, or null"},
        },
        "How the last collection went",
    )
    return {
        "MetricsConfig": {
            "oneOf": [
                closed({POLLING: polling}, "One interval for all"),
                closed({CONFIGS: {"type": "array", "items": entry}}, "An interval for each"),
            ]
        },
        "TelemetryConfig": closed(
            {
                **{name: column_schema(table.c[name]) for name in CONFIG_COLUMNS},
                "name": {"type": "string", "description": "Your own name for it"},
                "resources": {
                    "type": ["object", "null"],
                    "additionalProperties": {
                        "type": ["array", "null"],
                        "items": {"type": "string"},
                    },
                    "description": "Metrics by type of resource, null for all; null: all that the "
                    "driver offers",
                },
                "status": status,
                **{name: column_schema(table.c[name]) for name in ("created_at", "updated_at")},
            },
            "What is collected beside the storage's metrics-config",
        ),
        "TelemetryConfigs": collection("telemetry", "TelemetryConfig"),
        "Collection": _collection(),
        "CollectJob": closed(
            {"job_id": {"type": "string", "description": "The job that does it"}},
            "A collection that was asked for",
        ),
    }
