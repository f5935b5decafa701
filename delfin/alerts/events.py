"""Writes the event log: one row for each change of an alert's state, in its transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from delfin.alerts.words import WAS_CLEARED
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


def write(session: Session, alert: Alert, change: str, **more: Any) -> None:
    """Tell the exporters, once the caller's transaction has committed.

    'more' goes along with the alert, for this change only.
    """
    session.add(
        AlertEvent(
            alert_id=alert.id,
            storage_id=alert.storage_id,
            change=change,
            made_at=utcnow_ms(),
            alert={**shown(alert), **more},
        )
    )
    session.flush()


def shown(alert: Alert) -> dict[str, Any]:
    """The alert as exporters get it; one that has ended is a Recovery to them."""
    told = {name: value for name in MODEL if (value := getattr(alert, name)) is not None}
    told.update((name, getattr(alert, name)) for name in _ADDED)
    if alert.state == WAS_CLEARED and alert.category == Category.FAULT:
        told["category"] = Category.RECOVERY
        told["cleared_at"] = alert.cleared_at
    return told
