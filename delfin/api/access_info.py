"""How storages are reached, shown without secrets."""

from __future__ import annotations

from typing import Any

from delfin.api.exchange import Answer, Request
from delfin.api.listing import TOTAL
from delfin.api.parts import ApiParts
from delfin.api.schemas.access import BLOCKS
from delfin.db import access_info
from delfin.db.access_info import AccessInfo
from delfin.db.access_secrets import blank

Row = dict[str, Any]

_PLAIN = ("storage_id", "storage_name", "name", "description", "vendor", "model")
_MOMENTS = ("created_at", "updated_at")


def find(parts: ApiParts, _request: Request) -> Answer:
    with parts.database.reader() as session:
        rows = [shown(row) for row in access_info.everyone(session)]
    return Answer({"access_infos": rows}, {TOTAL: str(len(rows))})


def show(parts: ApiParts, request: Request) -> Answer:
    with parts.database.reader() as session:
        return Answer(shown(access_info.get(session, request.ids["storage_id"])))


def shown(row: AccessInfo) -> Row:
    """The row without its secrets."""
    return {
        **{name: getattr(row, name) for name in _PLAIN},
        **{name: blank(getattr(row, name) or {}) for name in (*BLOCKS, "extra_attributes")},
        "tls": row.tls or {},
        "manager_key": row.manager_key,
        **{name: getattr(row, name) for name in _MOMENTS},
    }
