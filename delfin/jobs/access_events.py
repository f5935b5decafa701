"""What follows when access to an array fails or works again: an alert, and the work that was missed."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Protocol

from sqlalchemy.orm import Session

from delfin import exception
from delfin.alerts import internal
from delfin.alerts.internal import InternalAlert
from delfin.db import access_state, collection
from delfin.jobs import priority
from delfin.jobs.board import JobBoard

BY_STATE: Mapping[str, InternalAlert] = {
    access_state.UNREACHABLE: internal.ARRAY_UNREACHABLE,
    access_state.CREDENTIALS_INVALID: internal.ACCESS_FAILED,
    access_state.SESSION_LIMIT: internal.SESSION_LIMIT,
    access_state.TLS_FAILED: internal.TLS_FAILED,
}
# Where the error says more than the state that it stands for.
BY_ERROR: Mapping[str, InternalAlert] = {"SSHNotFoundKnownHosts": internal.HOST_KEY_CHANGED}


class Bell(Protocol):
    """Wakes the workers; delfin.rpc.doorbell.Doorbell offers it."""

    def ring(self) -> None: ...


class AccessEvents:
    """For delfin.drivers.session.access, which knows neither alerts nor jobs."""

    def __init__(self, board: JobBoard, bell: Bell) -> None:
        self._board = board
        self._bell = bell

    def failed(
        self, session: Session, storage_id: str, state: str, error_code: str, detail: str
    ) -> None:
        """One alert at a time is open: the one that says most."""
        alert = BY_ERROR.get(error_code, BY_STATE[state])
        _end(session, storage_id, but=alert)
        alert.fault(session, storage_id, detail)

    def recovered(self, session: Session, storage_id: str) -> None:
        """In the same transaction, so that none of it is lost."""
        _end(session, storage_id)
        with contextlib.suppress(exception.StorageIsSyncing):
            self._board.request_sync(session, storage_id)
        # Before the synchronisation, which may take longer than an array keeps what it measures.
        if collection.read(session, storage_id) is not None:
            self._board.request_collection(
                session, storage_id, priority=priority.SOON, at_once=True
            )

    def committed(self) -> None:
        self._bell.ring()


def _end(session: Session, storage_id: str, but: InternalAlert | None = None) -> None:
    for other in (*BY_STATE.values(), *BY_ERROR.values()):
        if other is not but:
            other.recovery(session, storage_id)
