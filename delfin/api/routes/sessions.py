"""Routes of sessions with arrays."""

from __future__ import annotations

from delfin import exception as e
from delfin.api import sessions
from delfin.api.exchange import Operation, Route
from delfin.api.routes.errors import ARRAY, UNKNOWN

ROUTES: tuple[Route, ...] = (
    Route(
        "/v1/storages/{storage_id}/sessions",
        "Access information",
        (
            Operation(
                *("GET", "list_sessions", "Sessions with the array, of all nodes", sessions.find),
                answer="Sessions",
                errors=UNKNOWN,
            ),
        ),
    ),
    Route(
        "/v1/storages/{storage_id}/access-info/check",
        "Access information",
        (
            Operation(
                *("POST", "check_access", "Try now whether the array lets delfin in"),
                sessions.check,
                answer="Access",
                errors=(
                    *(e.StorageNotFound, e.AccessInfoNotFound, e.StorageSerialNumberMismatch),
                    *ARRAY,
                ),
            ),
        ),
    ),
)
