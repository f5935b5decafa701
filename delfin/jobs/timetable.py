"""The timetable: which schedule is due when for which storage, and firing it exactly once.

A firing is one transaction that moves 'next_due' on, if it still is what was seen, and queues the
job. Whoever dies before it commits has done nothing; of two who try, one finds it moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_log import log
from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from delfin import exception
from delfin.db import schedules, storages
from delfin.db.base import utcnow
from delfin.db.schedules import RUN, Schedule, ScheduleState
from delfin.db.session import Database, affected, retried
from delfin.db.storages import Storage
from delfin.jobs.board import JobBoard
from delfin.jobs.default_schedules import write_defaults
from delfin.jobs.policy import KINDS, due_after, first_due, kinds_for
from delfin.jobs.queue import Mine, anybodys

LOG = log.getLogger(__name__)

# Seconds; a computer and its timers are never exact, that alone makes no run late.
PUNCTUAL = 5.0


@dataclass(frozen=True)
class Due:
    """A schedule that will be due for a storage."""

    schedule_id: str
    storage_id: str
    at: datetime


@dataclass(frozen=True)
class Fired:
    """What came of it: the job, if there is one, and when it is due next, if ever."""

    job_id: str | None
    next_due: datetime | None


class Timetable:
    """Works on the rows; 'clock' says what time it is (aware)."""

    def __init__(
        self,
        database: Database,
        board: JobBoard,
        conf: cfg.ConfigOpts,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self._database = database
        self._board = board
        self._conf = conf
        self.clock = clock

    @retried
    def write_defaults(self) -> None:
        """Make the default schedules what the configuration says, for all storages."""
        try:
            with self._database.writer() as session:
                if write_defaults(session, self._conf, self.clock()):
                    self.plan_for(session)
        except db_exception.DBDuplicateEntry:
            LOG.debug("another process has just done the same")

    def upcoming(self, within: float) -> list[Due]:
        """What is due within so many seconds, and what is overdue, the most overdue first."""
        until = self.clock() + timedelta(seconds=within)
        wanted = select(
            ScheduleState.schedule_id, ScheduleState.storage_id, ScheduleState.next_due
        ).where(ScheduleState.next_due <= until)
        with self._database.reader() as session:
            found = session.execute(wanted.order_by(ScheduleState.next_due))
            return [Due(one, other, at) for one, other, at in found if at is not None]

    def plan(self, mine: Mine = anybodys) -> None:
        """Put right what the rows say of the storages that are 'mine'.

        Whoever changes a schedule or registers a storage does so at once; this finds what was
        changed by other ways.
        """
        with self._database.reader() as session:
            live = session.scalars(select(Storage.id).where(Storage.deleted.is_(False)))
            storage_ids = [storage_id for storage_id in live if mine(storage_id)]
        for start in range(0, len(storage_ids), _AT_ONCE):
            self._plan(storage_ids[start : start + _AT_ONCE])

    @retried
    def _plan(self, storage_ids: Sequence[str]) -> None:
        with self._database.writer() as session:
            self.plan_for(session, storage_ids)

    def plan_for(self, session: Session, storage_ids: Sequence[str] | None = None) -> None:
        """As 'plan', in the caller's transaction; None: for all storages."""
        live = select(Storage.id, Storage.created_at).where(Storage.deleted.is_(False))
        common = select(Schedule).where(Schedule.storage_id.is_(None))
        states = select(ScheduleState)
        if storage_ids is not None:
            live = live.where(Storage.id.in_(storage_ids))
            states = states.where(ScheduleState.storage_id.in_(storage_ids))
        registered = {row.id: row.created_at for row in session.execute(live)}
        for_all = list(session.scalars(common))
        own = schedules.own(session, list(registered))
        known = {(one.schedule_id, one.storage_id): one for one in session.scalars(states)}
        missing = []
        for storage_id, since in registered.items():
            for schedule in (*for_all, *own[storage_id]):
                if kinds_for(schedule, own[storage_id]) is None:
                    continue
                state = known.pop((schedule.id, storage_id), None)
                if state is not None and state.revision == schedule.revision:
                    _after_a_step(schedule, state, self.clock())
                    continue
                due = first_due(schedule, storage_id, since) if schedule.enabled else None
                if state is None:
                    missing.append(_row(schedule, storage_id, due))
                else:
                    state.next_due, state.revision = due, schedule.revision
        session.flush()
        _add(session, missing)
        _forget(session, known.values())

    @retried
    def fire(self, due: Due) -> Fired | None:
        """Queue the job of a schedule that is due; None when that is done, or not to be done.

        Raises:
            exception.StorageIsSyncing: Too many ask for the same storage at once; try again.
        """
        with self._database.writer() as session:
            schedule = _locked(session, due.schedule_id)
            now = self.clock()
            if schedule is None or not schedule.enabled or now < due.at:
                return None
            following = due_after(schedule, due.storage_id, max(now, due.at))
            if not _moved_on(session, due, following):
                return None
            job_id = None
            if self._is_in_time(schedule, due, now):
                job_id = self._queue_job(session, schedule, due, now)
            return Fired(job_id, following)

    def _is_in_time(self, schedule: Schedule, due: Due, now: datetime) -> bool:
        late = (now - due.at).total_seconds()
        if schedule.when_late == RUN or late <= max(schedule.grace, PUNCTUAL):
            return True
        LOG.warning(
            "schedule %s of storage %s is %.0f s late and skipped",
            schedule.id,
            due.storage_id,
            late,
        )
        return False

    def _queue_job(
        self, session: Session, schedule: Schedule, due: Due, now: datetime
    ) -> str | None:
        try:
            storages.get(session, due.storage_id, lock=True)
        except exception.StorageNotFound:
            # It is being removed, and the schedule's state with it.
            return None
        own = schedules.own(session, [due.storage_id])[due.storage_id]
        kinds = kinds_for(schedule, own)
        if kinds is None:
            return None
        queue = KINDS[schedule.kind]
        job_id = queue(self._board, session, due.storage_id, kinds, schedule.priority)
        session.execute(
            update(ScheduleState).where(*_which(due)).values(last_run=now, last_job_id=job_id)
        )
        return job_id


# Storages in one transaction: their rows are locked until it ends.
_AT_ONCE = 200


def _locked(session: Session, schedule_id: str) -> Schedule | None:
    """The schedule, which nobody changes until the transaction ends."""
    wanted = select(Schedule).where(Schedule.id == schedule_id).with_for_update(read=True)
    return session.scalars(wanted).one_or_none()


def _which(due: Due) -> tuple[ColumnElement[bool], ...]:
    return (
        ScheduleState.schedule_id == due.schedule_id,
        ScheduleState.storage_id == due.storage_id,
    )


def _moved_on(session: Session, due: Due, following: datetime | None) -> bool:
    moved = update(ScheduleState).where(*_which(due), ScheduleState.next_due == due.at)
    return bool(affected(session, moved.values(next_due=following)))


def _after_a_step(schedule: Schedule, state: ScheduleState, now: datetime) -> None:
    """Bring forward what is due later than an interval can be: our clock was ahead, and is not now."""
    if schedule.interval is None or state.next_due is None or state.last_run is None:
        return
    latest = now + timedelta(seconds=schedule.interval + schedule.jitter + PUNCTUAL)
    if state.next_due > latest and schedule.counts_from < latest:
        state.next_due = due_after(schedule, state.storage_id, now)


def _row(schedule: Schedule, storage_id: str, due: datetime | None) -> dict[str, object]:
    return {
        "schedule_id": schedule.id,
        "storage_id": storage_id,
        "revision": schedule.revision,
        "next_due": due,
    }


def _add(session: Session, rows: Sequence[dict[str, object]]) -> None:
    """Those that somebody else has added in this moment are the same."""
    if not rows:
        return
    try:
        with session.begin_nested():
            session.execute(insert(ScheduleState), rows)
    except db_exception.DBDuplicateEntry:
        if len(rows) > 1:
            for row in rows:
                _add(session, [row])


def _forget(session: Session, states: Iterable[ScheduleState]) -> None:
    """Delete what no schedule of the storage asks for any more."""
    for state in states:
        session.delete(state)
