"""What a question about topology is answered with."""

from __future__ import annotations

from delfin.api.schemas.inventory import Schema, closed
from delfin.inventory.topology.relations import KINDS

_TEXT: Schema = {"type": "string"}
_MAYBE: Schema = {"type": ["string", "null"]}
_NODE = closed(
    {
        "id": {**_TEXT, "description": "Id of the row, as in the listing of its kind"},
        "native_id": {**_TEXT, "description": "The array's own name for it"},
        "name": _MAYBE,
        "status": {**_MAYBE, "description": "Health, where rows of the kind have one"},
    },
    "A row of the inventory",
)
_LINK = closed(
    {
        "from": {**_TEXT, "description": "The kind that needs the other"},
        "to": {**_TEXT, "description": "The kind that is needed"},
        "pairs": {
            "type": "array",
            "items": {
                "type": "array",
                "prefixItems": [_TEXT, _TEXT, _MAYBE],
                "items": False,
                "description": "Id of the one, id of the other, and of the group between, or null",
            },
        },
    },
    "Which rows of two kinds belong together",
)
_NOT_KNOWN = closed({"kind": _TEXT, "reason": _TEXT}, "A kind of which nothing can be said")
TOPOLOGY = closed(
    {
        "storage_id": _TEXT,
        "of": {
            **closed({"kind": _TEXT, "id": _TEXT}, "The row asked about; null: the whole array"),
            "type": ["object", "null"],
        },
        "nodes": {
            "type": "object",
            "properties": {kind.key: {"type": ["array", "null"], "items": _NODE} for kind in KINDS},
            "additionalProperties": False,
            "description": "Rows by kind; null: not known, see not_known; absent: not asked about",
        },
        "links": {"type": "array", "items": _LINK},
        "through_any_port": {
            "type": "array",
            "items": _TEXT,
            "description": "Masking views among the nodes that name no port group: any port may "
            "serve them",
        },
        "not_known": {"type": "array", "items": _NOT_KNOWN},
    },
    "Rows of an array and how they hang together",
)
