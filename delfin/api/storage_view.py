"""How a storage is shown: its columns, whether it syncs, and how the last sync ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import Session

from delfin import exception
from delfin.api.listable import Listable
from delfin.api.schemas.answers import REPORT_COLUMNS, STORAGE_COLUMNS
from delfin.db import access_state, reports, storages
from delfin.db.query import Listing, Page, find
from delfin.db.reports import Report
from delfin.db.storages import KindState, Storage
from delfin.jobs.board import is_syncing

Row = dict[str, Any]

_TABLE = Storage.__table__
_LIVE = _TABLE.c.deleted.is_(False)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIELDS: dict[str, ColumnElement[Any]] = {
    **{name: _TABLE.c[name] for name in STORAGE_COLUMNS},
    "sync_status": case((is_syncing(_TABLE.c.id), "SYNCING"), else_="SYNCED"),
    "last_sync": _TABLE.c.last_sync,
    "freshness": reports.freshness(_TABLE.c.id),
}
LISTABLE = Listable(
    sortable=(*STORAGE_COLUMNS, "sync_status"),
    filters=("id", "name", "vendor", "model", "status", "serial_number"),
    missing=exception.StorageNotFound,
)


def listing(session: Session, page: Page) -> Listing:
    """One page of live storages.

    Raises:
        exception.StorageNotFound: There is no live storage with the marker's id.
    """
    found = find(session, _FIELDS, page, missing=exception.StorageNotFound, where=(_LIVE,))
    _complete(session, found.rows)
    return found


def one(session: Session, storage_id: str) -> Row:
    """A live storage.

    Raises:
        exception.StorageNotFound: There is none of that id.
    """
    shown = select(*(column.label(name) for name, column in _FIELDS.items()))
    row = session.execute(shown.where(_TABLE.c.id == storage_id, _LIVE)).mappings().one_or_none()
    if row is None:
        raise exception.StorageNotFound(storage_id)
    rows = [dict(row)]
    _complete(session, rows)
    return rows[0]


def _complete(session: Session, rows: list[Row]) -> None:
    """Add what the other tables know; one query each for a whole page."""
    ids = [row["id"] for row in rows]
    states, access = storages.kind_states(session, ids), access_state.of(session, ids)
    reported = reports.of(session, ids)
    for row in rows:
        row["report"] = _report(reported.get(row["id"]), row.pop("freshness"))
        row["access"] = access_state.shown(access.get(row["id"]))
        kinds = states[row["id"]]
        row["last_sync"] = _outcome(row["last_sync"], kinds)
        row["unsupported_kinds"] = [state.kind for state in kinds if state.supported is False]


def _report(report: Report | None, freshness: str) -> Row:
    shown: Row = {
        name: getattr(report, name, None) for name in REPORT_COLUMNS if name != "restarts"
    }
    return {
        **shown,
        "freshness": freshness,
        "age": reports.age(shown["reported_at"]),
        "restarts": 0 if report is None else report.restarts,
    }


def _outcome(last: Row | None, kinds: list[KindState]) -> Row | None:
    if last is None:
        return None
    return {
        "result": last["result"],
        "finished_at": _EPOCH + timedelta(milliseconds=last["finished_at"]),
        "job_id": last.get("job_id"),
        "error_code": last.get("error_code"),
        "error_msg": last.get("error_msg"),
        "failed_kinds": [
            {"kind": state.kind, "error_code": state.error_code, "error_msg": state.error_msg}
            for state in kinds
            if state.error_code
        ],
    }
