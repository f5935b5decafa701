"""The store of alerts: takes reports, and knows which conditions last.

Every function works in the caller's transaction, which is to run again when
the engine makes it a deadlock's victim ('delfin.db.session.retried').
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, cast
from uuid import uuid4

from oslo_db import exception as db_exception
from sqlalchemy import ColumnElement, Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from delfin import exception
from delfin.alerts import events
from delfin.alerts.report import Report, tidy
from delfin.alerts.words import (
    BY_RECOVERY,
    CHANGED,
    CLEARED,
    FROM_ARRAY,
    LASTING,
    OPEN,
    RAISED,
    WAS_CLEARED,
)
from delfin.common.alert_util import fill_storage_attributes
from delfin.common.constants import Category
from delfin.db.alerts import Alert
from delfin.db.storages import Storage
from delfin.utils import utcnow_ms

# What a repeated report may change. The rest is what makes it the same alert.
_MAY_CHANGE = ("description", "recovery_advice", "sequence_number")
# Statements on the table, not on the class: alerts come in storms, and objects are slow.
_TABLE = cast("Table", Alert.__table__)
_INSERT = insert(_TABLE)
# Without a lock: on MariaDB, a lock on a row that is not there keeps others from adding it.
_SEVERITY = select(_TABLE.c.severity).where(_TABLE.c.live_key == bindparam("key"))
_COUNT = (
    update(_TABLE)
    .where(_TABLE.c.live_key == bindparam("key"), _TABLE.c.severity == bindparam("as_before"))
    .values(
        count=_TABLE.c.count + bindparam("times"),
        last_seen=bindparam("now"),
        **{
            name: func.coalesce(bindparam(f"new_{name}", type_=_TABLE.c[name].type), _TABLE.c[name])
            for name in _MAY_CHANGE
        },
    )
)
_STORED = Storage.__table__
_STORAGE = select(
    *(_STORED.c[name] for name in ("id", "name", "vendor", "model", "serial_number"))
).where(_STORED.c.id == bindparam("which"), _STORED.c.deleted.is_(False))


def raise_alert(
    session: Session,
    storage_id: str | None,
    alert: Mapping[str, Any],
    *,
    times: int = 1,
    source: str = FROM_ARRAY,
) -> bool:
    """Take one report of an alert; True when a state changed, and exporters are told.

    A Fault (or what has no category) opens an alert, or is counted with the open one that
    has the same key; a Recovery ends that one; an Event is kept as it is.

    Args:
        session: A transaction that may write.
        storage_id: Where it comes from; None for delfin itself.
        alert: SODA's alert model; every key may be missing.
        times: How many reports this one stands for; 0 for what is only listed again.
        source: What reported it, FROM_ARRAY or FROM_DELFIN.

    Raises:
        exception.StorageNotFound: There is no such storage, or it is being removed.
        exception.InvalidResults: The report is no mapping.
    """
    return take(session, storage_id, tidy(alert), times=times, source=source)


def take(
    session: Session,
    storage_id: str | None,
    report: Report,
    *,
    times: int = 1,
    source: str = FROM_ARRAY,
) -> bool:
    """As 'raise_alert', for a report that is tidied already."""
    category = report.row["category"]
    if category == Category.RECOVERY:
        return _recover(session, storage_id, report, times, source)
    key = report.occurrence_key if category == Category.EVENT else report.dedup_key
    return _open(session, storage_id, report, live_key(storage_id, key), times, source)


def live_key(storage_id: str | None, key: str) -> str:
    """What 'Alert.live_key' holds; the key of one array never meets that of another."""
    return hashlib.sha256(f"{storage_id or ''}/{key}".encode()).hexdigest()


def raise_once(session: Session, storage_id: str | None, report: Report, source: str) -> bool:
    """Open a Fault unless it is open already; True when it was opened just now."""
    key = live_key(storage_id, report.dedup_key)
    return not _lasts(session, key) and _insert(session, storage_id, report, key, 1, source)


def end(session: Session, storage_id: str | None, report: Report, by: str) -> bool:
    """End the alert that has the report's key; False, and nothing is told, when none lasts."""
    key = live_key(storage_id, report.dedup_key)
    return _lasts(session, key) and clear(session, Alert.live_key == key, by) > 0


def _lasts(session: Session, key: str) -> bool:
    session.flush()
    return session.connection().scalar(_SEVERITY, {"key": key}) is not None


def clear(session: Session, which: ColumnElement[bool], by: str) -> int:
    """End the alerts that last and fit; exporters are told. How many there were."""
    lasting = select(Alert).where(Alert.state.in_(LASTING), which)
    found = session.scalars(lasting.order_by(Alert.id).with_for_update()).all()
    for alert in found:
        _end(session, alert, by)
    return len(found)


def _open(
    session: Session,
    storage_id: str | None,
    report: Report,
    key: str,
    times: int,
    source: str,
) -> bool:
    session.flush()
    for _ in range(3):
        severity = session.connection().scalar(_SEVERITY, {"key": key})
        if severity is None:
            if _insert(session, storage_id, report, key, times, source):
                return True
        elif severity == report.row["severity"] and _count(session, report, key, times):
            return False
        locked = select(Alert).where(Alert.live_key == key).with_for_update()
        alert = session.scalars(locked.execution_options(populate_existing=True)).one_or_none()
        # It may have ended in this moment; then the report opens a new one.
        if alert is not None:
            return _repeat(session, alert, report, times)
    raise db_exception.DBDeadlock


def _insert(
    session: Session, storage_id: str | None, report: Report, key: str, times: int, source: str
) -> bool:
    """Add an alert and tell of it; False when another transaction has just added it."""
    now = utcnow_ms()
    category = report.row["category"]
    row = {
        **report.row,
        **_attributes(session, storage_id),
        "id": str(uuid4()),
        "state": OPEN,
        "first_seen": now,
        "last_seen": now,
        "count": max(times, 1),
        "reported_by": source,
        "notes": dict(report.notes) or None,
        "dedup_key": report.dedup_key,
        "live_key": key,
        "told": category == Category.RECOVERY,
        "cleared_at": None,
        "cleared_by": None,
    }
    if category in {Category.EVENT, Category.RECOVERY}:
        row |= {"state": CLEARED, "cleared_at": now}
    else:
        # What has no category and does not end by itself has to be looked at.
        row["category"] = Category.FAULT
    if category == Category.RECOVERY:
        row["cleared_by"] = BY_RECOVERY
    connection = session.connection()
    try:
        with connection.begin_nested():
            connection.execute(_INSERT, row)
    except db_exception.DBDuplicateEntry:
        return False
    events.write_row(session, row, WAS_CLEARED if category == Category.RECOVERY else RAISED)
    return True


def _count(session: Session, report: Report, key: str, times: int) -> bool:
    """Count a report that changes no state; False when the alert has just changed or ended."""
    told = {f"new_{name}": report.row[name] for name in _MAY_CHANGE}
    counted = session.connection().execute(
        _COUNT,
        {
            "key": key,
            "as_before": report.row["severity"],
            "times": times,
            "now": utcnow_ms(),
            **told,
        },
    )
    return counted.rowcount == 1


def _repeat(session: Session, alert: Alert, report: Report, times: int) -> bool:
    alert.count += times
    alert.last_seen = utcnow_ms()
    for name in _MAY_CHANGE:
        if report.row[name] is not None:
            setattr(alert, name, report.row[name])
    if alert.severity == report.row["severity"] or alert.state == CLEARED:
        session.flush()
        return False
    before, alert.severity = alert.severity, report.row["severity"]
    events.write(session, alert, CHANGED, severity_before=before)
    return True


def _recover(
    session: Session, storage_id: str | None, report: Report, times: int, source: str
) -> bool:
    alert = _recovered(session, storage_id, report)
    if alert is not None:
        alert.last_seen = utcnow_ms()
        _end(session, alert, BY_RECOVERY)
        return True
    same = (
        _of(storage_id),
        Alert.dedup_key == report.dedup_key,
        Alert.category != Category.EVENT,
    )
    if session.scalars(select(Alert.id).where(*same).limit(1)).first() is not None:
        # It has ended before; the array only says so again.
        return False
    # The fault was before our time; others may have heard of it.
    key = live_key(storage_id, f"recovery-{report.dedup_key}")
    return _insert(session, storage_id, report, key, times, source)


def _recovered(session: Session, storage_id: str | None, report: Report) -> Alert | None:
    """The lasting alert that a recovery ends.

    By its key; or, where the array gives a fault and its recovery nothing in common but its
    own number, by that; or by what and where, when only one such alert lasts.
    """
    key = Alert.live_key == live_key(storage_id, report.dedup_key)
    row = report.row
    ways: list[tuple[ColumnElement[bool], ...]] = [(key,)]
    if not row["match_key"]:
        if row["sequence_number"]:
            ways.append((Alert.sequence_number == row["sequence_number"],))
        if row["alert_id"]:
            ways.append(
                (
                    Alert.alert_id == row["alert_id"],
                    _same(Alert.resource_type, row["resource_type"]),
                    _same(Alert.location, row["location"]),
                )
            )
    for way in ways:
        lasting = (Alert.state.in_(LASTING), _of(storage_id), *way)
        found = session.scalars(select(Alert.id).where(*lasting).limit(2)).all()
        if len(found) == 1:
            return _locked(session, found[0])
    return None


def _locked(session: Session, alert_id: str) -> Alert | None:
    """The alert, locked, if it still lasts."""
    wanted = select(Alert).where(Alert.id == alert_id, Alert.state.in_(LASTING)).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def _end(session: Session, alert: Alert, by: str) -> None:
    alert.state, alert.cleared_by, alert.cleared_at = CLEARED, by, utcnow_ms()
    alert.live_key = None
    events.write(session, alert, WAS_CLEARED)


def _attributes(session: Session, storage_id: str | None) -> dict[str, Any]:
    attributes: dict[str, Any] = {"storage_id": None}
    if storage_id is not None:
        found = session.connection().execute(_STORAGE, {"which": storage_id}).mappings()
        storage = found.one_or_none()
        if storage is None:
            raise exception.StorageNotFound(storage_id)
        fill_storage_attributes(attributes, dict(storage))
    return attributes


def _of(storage_id: str | None) -> ColumnElement[bool]:
    return _same(Alert.storage_id, storage_id)


def _same(column: Any, value: str | None) -> ColumnElement[bool]:
    same: ColumnElement[bool] = column.is_(None) if value is None else column == value
    return same
