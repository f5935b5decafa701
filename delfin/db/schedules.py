"""Schedules, and when each is due for each storage; delfin.jobs.timetable works on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from delfin import exception
from delfin.db.base import Base, Json, Timestamped, UtcDateTime

# Who made a schedule: the configuration file, somebody over REST, or a metrics configuration.
DEFAULT, USER, METRICS = "default", "user", "metrics"
RUN, SKIP = "run", "skip"


class Schedule(Timestamped, Base):
    """What is done again and again, or once at a time: one of 'interval', 'cron' and 'at' says when.

    'revision' grows with each change, and only times after 'counts_from' count:
    a change does not make up for what would have been due before it.
    """

    __tablename__ = "schedules"
    __table_args__ = (Index(None, "created_at", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, doc="Id of the schedule")
    name: Mapped[str | None] = mapped_column(String(255), doc="Your own name for it", index=True)
    kind: Mapped[str] = mapped_column(String(64), doc="Kind of the jobs that it makes", index=True)
    storage_id: Mapped[str | None] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"),
        doc="The storage it is for; null: all storages",
        index=True,
    )
    resource_kinds: Mapped[list[str]] = mapped_column(
        Json, doc="Resource kinds that are read; empty: all"
    )
    interval: Mapped[int | None] = mapped_column(Integer, doc="Seconds from one run to the next")
    cron: Mapped[str | None] = mapped_column(String(255), doc="Times in five cron fields")
    time_zone: Mapped[str | None] = mapped_column(
        String(64), doc="Time zone of 'cron', by its name at IANA"
    )
    at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="The one moment (UTC)")
    jitter: Mapped[int] = mapped_column(Integer, doc="Runs start up to so many seconds later")
    priority: Mapped[int] = mapped_column(Integer, doc="Priority of its jobs", index=True)
    enabled: Mapped[bool] = mapped_column(Boolean, doc="False: it is never due", index=True)
    when_late: Mapped[str] = mapped_column(
        String(8),
        doc="What becomes of a run that nobody could start in time: run (once, however many were "
        "missed) or skip (when it is later than 'grace')",
    )
    grace: Mapped[int] = mapped_column(Integer, doc="Seconds that a run may be late with 'skip'")
    origin: Mapped[str] = mapped_column(
        String(8),
        doc="default (from the configuration file), user, or metrics (of a metrics configuration)",
        index=True,
    )
    revision: Mapped[int] = mapped_column(Integer, doc="Grows with each change")
    counts_from: Mapped[datetime] = mapped_column(UtcDateTime, doc="Only later times count (UTC)")


class ScheduleState(Base):
    """How a schedule stands for one storage. Whoever moves 'next_due' on has fired it, nobody else."""

    __tablename__ = "schedule_state"

    schedule_id: Mapped[str] = mapped_column(
        ForeignKey("schedules.id", ondelete="CASCADE"), primary_key=True, doc="The schedule"
    )
    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"),
        primary_key=True,
        doc="The storage",
        index=True,
    )
    revision: Mapped[int] = mapped_column(
        Integer, doc="Revision of the schedule from which 'next_due' comes"
    )
    next_due: Mapped[datetime | None] = mapped_column(
        UtcDateTime, doc="When it is due (UTC); null: not any more", index=True
    )
    last_run: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="Last fired at (UTC)")
    last_job_id: Mapped[str | None] = mapped_column(String(36), doc="The job that this made")


def get(session: Session, schedule_id: str, *, lock: bool = False) -> Schedule:
    """The schedule of that id; with 'lock' nobody else changes it until the transaction ends.

    Raises:
        exception.ScheduleNotFound: There is none.
    """
    wanted = select(Schedule).where(Schedule.id == schedule_id)
    if lock:
        wanted = wanted.with_for_update()
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise exception.ScheduleNotFound(schedule_id)
    return found


def own(session: Session, storage_ids: Sequence[str]) -> dict[str, list[Schedule]]:
    """The schedules that are for one of these storages alone, by storage."""
    found: dict[str, list[Schedule]] = {storage_id: [] for storage_id in storage_ids}
    wanted = select(Schedule).where(Schedule.storage_id.in_(storage_ids))
    for schedule in session.scalars(wanted):
        found[schedule.storage_id or ""].append(schedule)
    return found
