"""House-keeping of the alert store: what is over and old is deleted."""

from __future__ import annotations

from oslo_config import cfg
from sqlalchemy import and_, delete, func, or_, select

from delfin.alerts.log import last_position, number
from delfin.alerts.words import CLEARED
from delfin.db.alerts import RESOURCES, Alert, AlertEvent, ExportCursor, Silence
from delfin.db.session import Database, affected, retried
from delfin.utils import utcnow_ms


def keep_house(database: Database, conf: cfg.ConfigOpts) -> int:
    """Delete alerts that ended long ago, silences likewise, and what every exporter has got.

    Any number of processes may do this at once. How many rows there were.
    """
    number(database)
    return _delete_old(database, conf)


@retried
def _delete_old(database: Database, conf: cfg.ConfigOpts) -> int:
    now = utcnow_ms()
    ended_before = now - conf.alerts.keep_cleared * 1000
    with database.writer() as session:
        passed = session.scalar(
            select(func.min(ExportCursor.position)).where(
                ExportCursor.exporter.not_like(f"{RESOURCES}%")
            )
        )
        last = last_position(session)
        over = and_(
            AlertEvent.position <= (last if passed is None else passed),
            AlertEvent.made_at < now - conf.alerts.keep_log * 1000,
        )
        full = AlertEvent.position <= last - conf.exporters.spool_limit
        # An event that its array still lists is seen again and again, long after it was.
        ended = (Alert.cleared_at < ended_before, Alert.last_seen < ended_before)
        statements = (
            delete(AlertEvent).where(or_(over, full)),
            delete(Alert).where(Alert.state == CLEARED, *ended),
            delete(Silence).where(Silence.ends_at < ended_before),
        )
        return sum(affected(session, statement) for statement in statements)
