"""Whether somebody has taken an alert up."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from delfin import exception
from delfin.alerts import events
from delfin.alerts.words import (
    ACKNOWLEDGED,
    CLEARED,
    OPEN,
    WAS_ACKNOWLEDGED,
    WAS_UNACKNOWLEDGED,
)
from delfin.db.alerts import Alert
from delfin.utils import utcnow_ms


def acknowledge(session: Session, alert_id: str, by: str | None) -> Alert:
    """Somebody has taken it up; 'by' says who. Said again, it changes who and nothing else.

    Raises:
        exception.AlertNotFound: There is none.
        exception.InvalidInput: It has ended.
    """
    alert = _lasting(session, alert_id)
    alert.acknowledged_by = by
    if alert.state != ACKNOWLEDGED:
        alert.state, alert.acknowledged_at = ACKNOWLEDGED, utcnow_ms()
        events.write(session, alert, WAS_ACKNOWLEDGED)
    return alert


def take_back(session: Session, alert_id: str) -> None:
    """Nobody works on it any more.

    Raises:
        exception.AlertNotFound: There is none.
        exception.InvalidInput: It has ended.
    """
    alert = _lasting(session, alert_id)
    alert.acknowledged_by = alert.acknowledged_at = None
    if alert.state != OPEN:
        alert.state = OPEN
        events.write(session, alert, WAS_UNACKNOWLEDGED)


def _lasting(session: Session, alert_id: str) -> Alert:
    wanted = select(Alert).where(Alert.id == alert_id).with_for_update()
    alert = session.scalars(wanted).one_or_none()
    if alert is None:
        raise exception.AlertNotFound(alert_id)
    if alert.state == CLEARED:
        raise exception.InvalidInput("alert: it has ended, there is nothing to acknowledge")
    return alert
