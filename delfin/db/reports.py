"""Reports of arrays: when each last told of its pools, and whether its loop of reports goes on.

One row an array. Whoever writes a report holds the row, and an older report never replaces a
newer one: so nobody needs a lease for it, and what was read while the database was away counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from oslo_db import exception as db_exception
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    ForeignKey,
    Integer,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from delfin.db.base import CLOCKS_AGREE, Base, Json, UtcDateTime, big_integer, utcnow
from delfin.db.jobs import Job

CURRENT, STALE, UNKNOWN = "current", "stale", "unknown"
FRESHNESS = (CURRENT, STALE, UNKNOWN)
_LONGEST_TEXT = 1024


class Report(Base):
    """How the reports of an array stand."""

    __tablename__ = "reports"

    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"), primary_key=True, doc="The storage"
    )
    reported_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, doc="When the newest report was asked for (UTC); null before the first"
    )
    attempted_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, doc="When the last try began, good or not (UTC)"
    )
    told_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, doc="When the newest word on the array's own state was asked for (UTC)"
    )
    # A report by a monthly cron line counts for longer than an Integer can say.
    lease: Mapped[int] = big_integer("Milliseconds for which a report counts as current")
    valid_until: Mapped[int] = big_integer("When the newest one grows old, epoch milliseconds")
    stopped_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, doc="Since when nothing is reported because the array is in error (UTC)"
    )
    stopped_reason: Mapped[str | None] = mapped_column(
        String(_LONGEST_TEXT), doc="What the error is"
    )
    error_code: Mapped[str | None] = mapped_column(String(64), doc="Why the last try failed")
    error_msg: Mapped[str | None] = mapped_column(String(_LONGEST_TEXT), doc="The same, in words")
    restarts: Mapped[int] = mapped_column(
        Integer, default=0, doc="How often a report hung and was begun anew"
    )
    late: Mapped[bool] = mapped_column(Boolean, default=False, doc="An alert says that it is late")
    capabilities: Mapped[dict[str, Any] | None] = mapped_column(
        Json, doc="What the array can do, as its driver said with the newest report"
    )

    @property
    def age(self) -> int:
        """Whole seconds since the newest one, or since the first was asked for."""
        asked_at = self.valid_until - self.lease
        known = age(self.reported_at)
        return max(0, (_ms(utcnow()) - asked_at) // 1000) if known is None else known

    def take(self, at: datetime) -> None:
        """The array told of its pools when it was asked at that time."""
        self.reported_at = at
        self.valid_until = _ms(at) + self.lease
        self.error_code = self.error_msg = None

    def grant(self, lease: float) -> None:
        """From now on the newest one counts for so many seconds since it was asked for."""
        changed = int(lease * 1000)
        self.valid_until += changed - self.lease
        self.lease = changed

    def fail(self, error: dict[str, str]) -> None:
        """Keep why a try failed: 'error_code' and 'error_msg'."""
        self.error_code = error["error_code"][:64]
        self.error_msg = error["error_msg"][:_LONGEST_TEXT]

    def stop(self, reason: str) -> bool:
        """Nothing is reported for now; whether that is news."""
        is_news = self.stopped_at is None
        self.stopped_at = self.stopped_at or utcnow()
        self.stopped_reason = reason[:_LONGEST_TEXT]
        return is_news

    def resume(self) -> bool:
        """It goes on; whether that is news."""
        is_news = self.stopped_at is not None
        self.stopped_at = self.stopped_reason = None
        return is_news


def locked(session: Session, storage_id: str, lease: float) -> Report:
    """The row, for nobody else until the transaction ends; made when there is none.

    Args:
        session: A transaction that may write.
        storage_id: The storage.
        lease: Seconds for which a report counts as current, for a row that is made.
    """
    found = held(session, storage_id)
    if found is not None:
        return found
    made = Report(
        storage_id=storage_id,
        lease=int(lease * 1000),
        valid_until=_ms(utcnow()) + int(lease * 1000),
        restarts=0,
        late=False,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except db_exception.DBDuplicateEntry:
        return held(session, storage_id) or made
    return made


def note_reading(session: Session, storage_id: str, at: datetime) -> None:
    """A synchronisation has read the pools: that is as good as a report, where there are any."""
    report = held(session, storage_id)
    if report is not None and not is_since(report.reported_at, at):
        report.take(at)


def is_since(known: datetime | None, at: datetime) -> bool:
    """Whether what is known is as new as what was asked for at that time, or newer.

    A time that is yet to come was told by a clock that has been set back since.
    """
    return known is not None and at <= known <= utcnow() + CLOCKS_AGREE


def of(session: Session, storage_ids: Iterable[str]) -> dict[str, Report]:
    """The rows of these storages, by id; one query for a whole page."""
    wanted = select(Report).where(Report.storage_id.in_(list(storage_ids)))
    return {row.storage_id: row for row in session.scalars(wanted)}


def reported_at(storage_id: ColumnElement[str]) -> ColumnElement[Any]:
    """For a query: when the array last told of its pools."""
    return select(Report.reported_at).where(Report.storage_id == storage_id).scalar_subquery()


def freshness(storage_id: ColumnElement[str]) -> ColumnElement[Any]:
    """For a query: what the newest report is worth, one of FRESHNESS.

    Old is 'stale' when it is known why: the loop has stopped, or a living worker is busy with the
    array. Otherwise nobody knows, and what is stored is no more than a memory.
    """
    worth = case(
        (Report.stopped_at.is_not(None), STALE),
        (Report.reported_at.is_(None), UNKNOWN),
        (Report.valid_until >= _now(), CURRENT),
        (_is_busy(), STALE),
        else_=UNKNOWN,
    )
    found = select(worth).where(Report.storage_id == storage_id).scalar_subquery()
    return func.coalesce(found, UNKNOWN)


def is_forgotten(storage_id: ColumnElement[str]) -> ColumnElement[bool]:
    """For a query: there were reports, and nobody has looked after them for too long."""
    return exists().where(
        Report.storage_id == storage_id,
        Report.stopped_at.is_(None),
        Report.reported_at.is_not(None),
        Report.valid_until < _now(),
        ~_is_busy(),
    )


def is_other_work(now: ColumnElement[int] | int) -> ColumnElement[bool]:
    """Of a job: a living worker does something else with the array, beside which no report can come.

    A report that runs says nothing about when it ends; a collection runs beside reports, and its
    'running_key' is not the storage's id alone. 'now' is in epoch milliseconds.
    """
    return and_(
        Job.running_key == Job.storage_id,
        Job.kind != "report",
        Job.state == "running",
        Job.lease_until > now,
    )


def _is_busy() -> ColumnElement[bool]:
    return exists().where(Job.storage_id == Report.storage_id, is_other_work(_now()))


def age(at: datetime | None) -> int | None:
    """Whole seconds since then; None for never."""
    return None if at is None else max(0, int((utcnow() - at) / timedelta(seconds=1)))


def held(session: Session, storage_id: str) -> Report | None:
    """The row, for nobody else until the transaction ends; None when there is none."""
    wanted = select(Report).where(Report.storage_id == storage_id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def _now() -> ColumnElement[int]:
    # Statements that are made once ask the clock each time.
    return bindparam("now", type_=BigInteger, unique=True, callable_=lambda: _ms(utcnow()))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
