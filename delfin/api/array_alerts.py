"""Alerts of one array: asked of it live, cleared at it, read into the store."""

from __future__ import annotations

from typing import Any

from delfin import exception
from delfin.api import alerts
from delfin.api.exchange import Answer, Request
from delfin.api.listing import TOTAL
from delfin.api.parts import ApiParts
from delfin.api.schemas.alerts import READING_COLUMNS
from delfin.common.alert_util import fill_storage_attributes
from delfin.db import storages
from delfin.db.alerts import Alert, AlertReading
from delfin.db.session import retried

Row = dict[str, Any]

SOURCE = ("source", "'store': as delfin keeps them, with paging, sorting and filters; else live")
_ATTRIBUTES = ("id", "name", "vendor", "model", "serial_number")


def listing(parts: ApiParts, request: Request) -> Answer:
    """Live from the array, unless the store is asked for."""
    storage_id = request.ids["storage_id"]
    storage = _storage(parts, storage_id)
    source = request.query.get("source") or "array"
    if source == "store":
        return alerts.stored(parts, request, (Alert.storage_id == storage_id,))
    if source != "array":
        raise exception.InvalidInput("source: must be array or store")
    begin, end = alerts.time_range(request.query)
    shown = parts.calls.ask(storage_id, "list_alerts")
    rows = [
        row for row in shown if begin <= row["occur_time"] and (not end or row["occur_time"] <= end)
    ]
    for row in rows:
        fill_storage_attributes(row, storage)
    return Answer({"alerts": rows}, {TOTAL: str(len(rows))})


def clear(parts: ApiParts, request: Request) -> Answer:
    """Has it cleared at the array and in the store; the exporters are told.

    When nobody can do that now it is kept as a job, and the answer is 202.
    """
    storage_id, number = request.ids["storage_id"], request.ids["sequence_number"]
    _storage(parts, storage_id)
    try:
        parts.calls.ask(storage_id, "clear_alert", sequence_number=number)
    except exception.TaskServiceUnavailable:
        later = Answer({"job_id": _clear_later(parts, storage_id, number)}, status=202)
    else:
        later = Answer()
    parts.doorbell.ring()
    return later


def _clear_later(parts: ApiParts, storage_id: str, number: str) -> str:
    @retried
    def attempt() -> str:
        with parts.database.writer() as session:
            storages.get(session, storage_id, lock=True)
            return parts.jobs.request_alert_clear(session, storage_id, number)

    return attempt()


def sync(parts: ApiParts, request: Request) -> Answer:
    """Queues it; 'show_sync' says how it went."""
    storage_id = request.ids["storage_id"]
    begin, end = alerts.time_range(request.body)

    @retried
    def attempt() -> None:
        with parts.database.writer() as session:
            storages.get(session, storage_id, lock=True)
            parts.jobs.request_alert_sync(session, storage_id, begin, end)

    attempt()
    parts.doorbell.ring()
    return Answer()


def show_sync(parts: ApiParts, request: Request) -> Answer:
    """How the last alert sync went; all null before the first."""
    storage_id = request.ids["storage_id"]
    with parts.database.reader() as session:
        storages.get(session, storage_id)
        reading = session.get(AlertReading, storage_id)
        shown = {name: getattr(reading, name, None) for name in READING_COLUMNS}
    return Answer(shown)


def _storage(parts: ApiParts, storage_id: str) -> Row:
    with parts.database.reader() as session:
        storage = storages.get(session, storage_id)
        return {name: getattr(storage, name) for name in _ATTRIBUTES}
