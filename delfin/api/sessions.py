"""The sessions that delfin has with an array now, and a try by hand whether it lets delfin in."""

from __future__ import annotations

import time

from delfin.api.exchange import Answer, Request
from delfin.api.parts import ApiParts
from delfin.api.schemas.answers import SESSION_COLUMNS
from delfin.context import get_admin_context
from delfin.db import access_state, array_sessions, storages
from delfin.db.base import utcnow


def find(parts: ApiParts, request: Request) -> Answer:
    """Figures are as old as the last renewal of the lease, which is a third of its time at most."""
    storage_id, now = request.ids["storage_id"], utcnow()
    with parts.database.reader() as session:
        storages.get(session, storage_id)
        live = array_sessions.live(session, time.time_ns() // 1_000_000, [storage_id])
        rows = [
            {
                **{name: getattr(row, name) for name in SESSION_COLUMNS},
                "age": max(0, int((now - row.opened_at).total_seconds())),
            }
            for row in live
        ]
    return Answer({"sessions": rows})


def check(parts: ApiParts, request: Request) -> Answer:
    """One call to the array, with a login where the rule of two allows it.

    Raises:
        exception.InvalidUsernameOrPassword: It is refused, or must not be tried now; says why.
        exception.DelfinException: The array cannot be reached, or refuses.
    """
    storage_id = request.ids["storage_id"]
    parts.arrays.check_access(get_admin_context(storage_id=storage_id), storage_id)
    with parts.database.reader() as session:
        storages.get(session, storage_id)
        row = access_state.of(session, [storage_id]).get(storage_id)
        return Answer(access_state.shown(row))
