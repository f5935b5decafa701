"""Writes the event log: one row for each change of an alert's state, in its transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from delfin.alerts.words import CLEARED
from delfin.common.constants import Category
from delfin.db.alerts import Alert, AlertEvent
from delfin.utils import utcnow_ms

# SODA's alert model; what an array did not tell is left out.
MODEL = (
    *("alert_id", "alert_name", "severity", "category", "type", "sequence_number"),
    *("occur_time", "description", "recovery_advice", "resource_type", "location"),
    *("match_key", "clear_category"),
    *("storage_id", "storage_name", "vendor", "model", "serial_number"),
)
# What delfin adds for exporters.
_ADDED = ("id", "state", "count", "first_seen", "last_seen", "acknowledged_by", "dedup_key")
_READ = (*MODEL, *_ADDED, "cleared_at")
# Statements on the table, not on the class: alerts come in storms, and objects are slow.
_INSERT = insert(cast("Table", AlertEvent.__table__))


def write(session: Session, alert: Alert, change: str, **more: Any) -> None:
    """Tell the exporters, once the caller's transaction has committed.

    'more' goes along with the alert, for this change only.
    """
    session.flush()
    write_row(session, {name: getattr(alert, name) for name in _READ}, change, **more)


def write_row(session: Session, alert: Mapping[str, Any], change: str, **more: Any) -> None:
    """As 'write', for the columns of an alert that was stored without an object."""
    session.connection().execute(
        _INSERT,
        {
            "alert_id": alert["id"],
            "storage_id": alert["storage_id"],
            "change": change,
            "made_at": utcnow_ms(),
            "alert": {**_told(alert), **more},
        },
    )


def shown(alert: Alert) -> dict[str, Any]:
    """The alert as exporters get it; one that has ended is a Recovery to them."""
    return _told({name: getattr(alert, name) for name in _READ})


def _told(alert: Mapping[str, Any]) -> dict[str, Any]:
    get = alert.get
    told = {name: value for name in MODEL if (value := get(name)) is not None}
    told.update((name, get(name)) for name in _ADDED)
    if alert["state"] == CLEARED and alert["category"] == Category.FAULT:
        told["category"] = Category.RECOVERY
        told["cleared_at"] = get("cleared_at")
    return told
