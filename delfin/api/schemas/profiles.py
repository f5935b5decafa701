"""What clients send and get of storage profiles."""

from __future__ import annotations

from delfin.api.schemas.inventory import Schema, closed, collection, column_schema, item
from delfin.db.profiles import SHOWN, Profile
from delfin.inventory.block import POOLS
from delfin.inventory.profiles.conditions import OPERATORS
from delfin.inventory.profiles.match import SHOWN as POOL_COLUMNS

_NO_NUL = {"pattern": r"^[^\u0000]*(?![\s\S])", "x-rule": "must not hold a NUL character"}
_MOST = 50
_SCALAR = ["string", "number", "boolean"]
_CONDITION: Schema = {
    "type": "object",
    "properties": {
        "field": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            **_NO_NUL,
            "description": "A column of the pool, storage.<column>, capabilities.<list>, or "
            "extras.<group>.<key>",
        },
        "operator": {"enum": list(OPERATORS), "description": "How it is compared"},
        "value": {
            "type": [*_SCALAR, "array"],
            "items": {"type": _SCALAR},
            "maxItems": _MOST,
            "description": "With what; a list for 'in'",
        },
    },
    "required": ["field", "operator", "value"],
    "additionalProperties": False,
}
_CONDITIONS: Schema = {
    "type": "array",
    "items": _CONDITION,
    "maxItems": _MOST,
    "description": "What a pool has to meet, all of it",
}
BODIES: dict[str, Schema] = {
    "ProfileRequest": {
        "type": "object",
        "properties": {
            "name": {
                "type": "string",
                "minLength": 1,
                "maxLength": 255,
                **_NO_NUL,
                "description": "Your own name for it",
            },
            "description": {"type": "string", "maxLength": 255, **_NO_NUL},
            "conditions": _CONDITIONS,
            "allow_stale": {
                "type": "boolean",
                "description": "Whether a pool counts whose last report is stale; default false",
            },
        },
        "required": ["name", "conditions"],
        "additionalProperties": False,
        "description": "What is wanted of a pool",
    }
}


def components() -> dict[str, Schema]:
    """Every schema of an answer by name."""
    table = Profile.__table__
    columns = {name: column_schema(table.c[name]) for name in SHOWN}
    columns["conditions"] = {"type": "array", "items": {"type": "object"}}
    pool = {name: item(POOLS)["properties"][name] for name in POOL_COLUMNS}
    reasons: Schema = {"type": "array", "items": {"type": "string"}, "description": "Why not"}
    return {
        "Profile": closed(columns, "What is wanted of a pool"),
        "Profiles": collection("profiles", "Profile"),
        "ProfilePools": closed(
            {
                "satisfying": {"type": "array", "items": closed(pool, "A pool that satisfies it")},
                "others": {
                    "type": "array",
                    "items": closed({**pool, "reasons": reasons}, "A pool that does not"),
                },
            },
            "A page of all pools, held against a profile",
        ),
    }
