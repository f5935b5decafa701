"""The store of alerts over all arrays: list, count, show, acknowledge; and how exporters do."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import ColumnElement, func, select

from delfin import exception
from delfin.alerts.acknowledgement import acknowledge, take_back
from delfin.alerts.words import FROM_ARRAY, STATES
from delfin.api.exchange import Answer, Request
from delfin.api.listable import Listable
from delfin.api.listing import TOTAL, paged
from delfin.api.parts import ApiParts
from delfin.api.schemas.alerts import ALERT_COLUMNS, EXPORTER_COLUMNS
from delfin.common.constants import Severity
from delfin.db.alerts import Alert, ExportCursor
from delfin.db.query import Listing, Page, find
from delfin.db.session import retried

_TABLE = Alert.__table__
FIELDS: dict[str, ColumnElement[Any]] = {name: _TABLE.c[name] for name in ALERT_COLUMNS}
FILTERS = (
    *("id", "storage_id", "state", "severity", "category", "type", "alert_id", "alert_name"),
    *("sequence_number", "resource_type", "serial_number", "reported_by"),
)
LISTABLE = Listable(
    sortable=tuple(name for name in ALERT_COLUMNS if name != "notes"),
    filters=FILTERS,
    missing=exception.AlertNotFound,
)
TIMES = (
    ("begin_time", "Only what happened from then on, epoch milliseconds"),
    ("end_time", "Only what happened up to then, epoch milliseconds"),
)


def listing(parts: ApiParts, request: Request) -> Answer:
    return stored(parts, request, ())


def stored(parts: ApiParts, request: Request, where: tuple[ColumnElement[bool], ...]) -> Answer:
    """A page of the store, within 'where' and the time range of the query."""
    conditions = (*where, *_within(request.query))
    with parts.database.reader() as session:

        def page(wanted: Page) -> Listing:
            return find(session, FIELDS, wanted, missing=exception.AlertNotFound, where=conditions)

        return paged(parts, request, "alerts", LISTABLE, page)


def counts(parts: ApiParts, request: Request) -> Answer:
    """By severity; words that no alert has are there with 0, for those who draw."""
    where = [
        _TABLE.c[name] == request.query[name].replace("\0", "\ufffd")
        for name in FILTERS
        if name in request.query
    ]
    counted = select(_TABLE.c.severity, func.count()).where(*where, *_within(request.query))
    with parts.database.reader() as session:
        grouped = session.execute(counted.group_by(_TABLE.c.severity))
        found = {severity: count for severity, count in grouped}  # noqa: C416 - rows are not pairs to the types
    by_severity = {word: found.get(word, 0) for word in Severity.ALL}
    return Answer({"by_severity": by_severity, "total": sum(found.values())})


def show(parts: ApiParts, request: Request) -> Answer:
    return Answer(_one(parts, request.ids["alert_id"]))


def update(parts: ApiParts, request: Request) -> Answer:
    """Acknowledge it, or give it back; an array that can be told of the one is told, by a job."""
    alert_id, body = request.ids["alert_id"], request.body
    told = _array_to_tell(parts, alert_id) if body["acknowledged"] else None

    @retried
    def attempt() -> None:
        with parts.database.writer() as session:
            if not body["acknowledged"]:
                take_back(session, alert_id)
                return
            alert = acknowledge(session, alert_id, body.get("acknowledged_by"))
            if told is not None:
                parts.jobs.request_alert_acknowledge(session, told, alert)

    attempt()
    parts.doorbell.ring()
    return Answer(_one(parts, alert_id))


def _array_to_tell(parts: ApiParts, alert_id: str) -> str | None:
    """The storage that reported the alert, if its driver can tell the array."""
    alert = _one(parts, alert_id)
    storage_id: str | None = alert["storage_id"]
    if storage_id is None or alert["reported_by"] != FROM_ARRAY:
        return None
    with suppress(exception.AccessInfoNotFound):
        return storage_id if parts.arrays.acknowledges_alerts(storage_id) else None
    return None


def exporters(parts: ApiParts, _request: Request) -> Answer:
    columns = [ExportCursor.__table__.c[name] for name in EXPORTER_COLUMNS]
    with parts.database.reader() as session:
        found = session.execute(select(*columns).order_by(columns[0])).mappings().all()
    return Answer({"exporters": [dict(row) for row in found]}, {TOTAL: str(len(found))})


def time_range(query: Mapping[str, Any]) -> tuple[int, int]:
    """Both ends in epoch milliseconds; 0 where there is none.

    Raises:
        exception.InvalidInput: One is no whole number, or the end is not after the begin.
    """
    begin, end = (_moment(query, name) for name, _ in TIMES)
    if begin and end and end <= begin:
        raise exception.InvalidInput("end_time: must be later than begin_time")
    return begin, end


def _moment(query: Mapping[str, Any], name: str) -> int:
    text = str(query.get(name) or "0").strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 16:
        raise exception.InvalidInput(f"{name}: must be a time in epoch milliseconds")
    return int(text)


def _within(query: Mapping[str, str]) -> list[ColumnElement[bool]]:
    begin, end = time_range(query)
    occurred = _TABLE.c.occur_time
    bounds: list[ColumnElement[bool]] = []
    if begin:
        bounds.append(occurred >= begin)
    if end:
        bounds.append(occurred <= end)
    if "state" in query and query["state"] not in STATES:
        raise exception.InvalidInput(f"state: must be one of {', '.join(STATES)}")
    return bounds


def _one(parts: ApiParts, alert_id: str) -> dict[str, Any]:
    wanted = select(*FIELDS.values()).where(_TABLE.c.id == alert_id.replace("\0", "\ufffd"))
    with parts.database.reader() as session:
        row = session.execute(wanted).mappings().one_or_none()
    if row is None:
        raise exception.AlertNotFound(alert_id)
    return dict(row)
