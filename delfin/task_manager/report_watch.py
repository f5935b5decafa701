"""Watches the reports of this process's storages: raises an alert for late ones, counts for /metrics."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime

from oslo_config import cfg
from sqlalchemy import Select, select

from delfin import exception
from delfin.alerts import internal
from delfin.coordination.loop import Loop, Looping
from delfin.db import reports, storages
from delfin.db.base import utcnow
from delfin.db.jobs import Job
from delfin.db.reports import Report
from delfin.db.schedules import Schedule, ScheduleState
from delfin.db.session import Database, retried
from delfin.db.storages import Storage
from delfin.jobs import report as report_requests
from delfin.jobs.queue import Mine, anybodys
from delfin.jobs.report import REPORT

# Storages that a schedule is going to ask for a report.
_EXPECTED = (
    select(ScheduleState.storage_id)
    .join(Schedule, Schedule.id == ScheduleState.schedule_id)
    .where(Schedule.kind == REPORT, ScheduleState.next_due.is_not(None))
)


def _held_otherwise(now: datetime) -> Select[str | None]:
    """Storages with which a living worker is busy, other than with a report."""
    return select(Job.storage_id).where(reports.is_other_work(int(now.timestamp() * 1000)))


class ReportWatch(Looping):
    """Knows how old the reports are. One that is late is alerted once, by whoever sees it first.

    Reports share the lane of most jobs of their array. While a living worker does something else
    there, no report can come, and that is no trouble.
    """

    def __init__(self, database: Database, conf: cfg.ConfigOpts, mine: Mine = anybodys) -> None:
        self._database = database
        self._conf = conf
        self._mine = mine
        self._began = time.monotonic()
        # Storages that something else than a report held at the last look.
        self._held: set[str | None] = set()
        self._figures = {"oldest_report_age": 0, "stopped_reports": 0, "report_restarts": 0}
        self._loop = Loop("reports", self._turn, conf.reports.watch_interval)

    def start(self) -> None:
        self._began = time.monotonic()
        super().start()

    def figures(self) -> Mapping[str, int]:
        """Of the storages of this process, at the last look: the age in seconds of the oldest
        report among those that go on, how many have stopped, and how often one was begun anew.
        """
        return self._figures

    def _turn(self) -> None:
        try:
            self.look()
        except Exception:
            # Without a database nobody could report: each array is given the time again.
            self._began = time.monotonic()
            raise

    def look(self) -> None:
        """One round."""
        now = utcnow()
        wanted = select(Report).join(Storage).where(Storage.deleted.is_(False))
        with self._database.reader() as session:
            found = [row for row in session.scalars(wanted) if self._mine(row.storage_id)]
            session.expunge_all()
            expected = set(session.scalars(_EXPECTED))
            held = set(session.scalars(_held_otherwise(now)))
        for row in found:
            if row.storage_id not in expected:
                self._forget(row.storage_id)
        found = [row for row in found if row.storage_id in expected]
        going_on = [row for row in found if row.stopped_at is None]
        ages = [row.age for row in going_on]
        self._figures = {
            "oldest_report_age": max(ages, default=0),
            "stopped_reports": len(found) - len(going_on),
            "report_restarts": sum(row.restarts for row in found),
        }
        # Once the array is free again, the report that waited has until the next look.
        excused, self._held = held | self._held, held
        deadline = int(now.timestamp() * 1000)
        for row in going_on:
            # After a time without any process or database, each array is given the time to report.
            had_time = (time.monotonic() - self._began) * 1000 > row.lease
            is_late = row.valid_until < deadline and row.storage_id not in excused
            if is_late and not row.late and had_time:
                self._alert(row.storage_id)

    @retried
    def _forget(self, storage_id: str) -> None:
        """Reports were switched off: their end is no trouble, and the pools are as they were read."""
        with self._database.writer() as session:
            row = session.get(Report, storage_id)
            if (
                row is None
                or session.scalar(_EXPECTED.where(ScheduleState.storage_id == storage_id))
                is not None
            ):
                return
            session.delete(row)
            for alert in (internal.REPORTS_STOPPED, internal.REPORT_LATE):
                alert.recovery(session, storage_id)

    @retried
    def _alert(self, storage_id: str) -> None:
        with self._database.writer() as session:
            try:
                storages.get(session, storage_id, lock=True)
            except exception.StorageNotFound:
                return
            row = reports.held(session, storage_id)
            now = int(utcnow().timestamp() * 1000)
            if row is None or row.late or row.stopped_at is not None:
                return
            # The schedule may have changed since the last report was written.
            row.grant(report_requests.lease(session, self._conf, storage_id))
            if row.valid_until >= now:
                return
            row.late = True
            is_first = row.reported_at is None
            since = "There was none yet." if is_first else f"The last one is {row.age} s old."
            internal.REPORT_LATE.fault(session, storage_id, since)
