"""Asks for a report of an array: its state, its pools and what it can do, without a synchronisation.

The timetable does so again and again; that is the loop. It stops while the array is in error.
"""

from __future__ import annotations

from datetime import datetime

from oslo_config import cfg
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from delfin.db import access_state, reports
from delfin.db.access_state import OK
from delfin.db.base import utcnow
from delfin.db.schedules import Schedule
from delfin.jobs.board import JobBoard
from delfin.jobs.moments import cron
from delfin.jobs.priority import NORMAL
from delfin.jobs.queue import AlreadyQueuedError

REPORT = "report"


def request(
    board: JobBoard, session: Session, storage_id: str, conf: cfg.ConfigOpts, priority: int = NORMAL
) -> str | None:
    """Queue it in the caller's transaction; the id of the job.

    None, and nothing is queued, while the array does not let delfin in: probes find out when it
    does again. One that is in error otherwise is asked for its state, once an interval.
    """
    report = reports.locked(session, storage_id, lease(session, conf, storage_id))
    if report.stopped_at is not None:
        access = access_state.read(session, storage_id)
        if access is not None and access.state != OK:
            return None
    try:
        return board.enqueue_one(session, REPORT, storage_id, priority)
    except AlreadyQueuedError as known:
        return known.job_id


def lease(session: Session, conf: cfg.ConfigOpts, storage_id: str) -> float:
    """Seconds for which a report of the storage counts as current, by how often it reports."""
    wanted = select(Schedule).where(
        Schedule.kind == REPORT,
        Schedule.enabled,
        or_(Schedule.interval.is_not(None), Schedule.cron.is_not(None)),
        or_(Schedule.storage_id == storage_id, Schedule.storage_id.is_(None)),
    )
    now = utcnow()
    own: list[float] = []
    common: list[float] = []
    for schedule in session.scalars(wanted):
        distance = _distance(schedule, now)
        if distance is not None:
            (common if schedule.storage_id is None else own).append(distance)
    interval = min(own or common or [float(conf.reports.interval or 60)])
    factor: float = conf.reports.lease_intervals
    return interval * factor


def _distance(schedule: Schedule, now: datetime) -> float | None:
    """Seconds between two times; by cron, those that come next, as nights and week-ends differ."""
    if schedule.cron is None:
        return float(schedule.interval or 0)
    times = cron(schedule.cron, schedule.time_zone or "UTC")
    first = times.after(now)
    second = None if first is None else times.after(first)
    if first is None or second is None:
        return None
    return max(first - now, second - first).total_seconds()
