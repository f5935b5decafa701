"""What users and operators do with jobs: ask for work, look at it, clear it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from oslo_config import cfg
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    bindparam,
    case,
    delete,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from delfin import exception
from delfin.db.alerts import Alert
from delfin.db.jobs import Job
from delfin.db.query import Listing, Page, find
from delfin.db.session import Database
from delfin.jobs import alert_acknowledge, alert_clear, alert_sync, collect
from delfin.jobs.priority import HIGH, NORMAL
from delfin.jobs.queue import (
    ACTIVE,
    CANCELLED,
    PARKED,
    QUEUED,
    AlreadyQueuedError,
    JobQueue,
    now_ms,
)
from delfin.jobs.sync_requests import (
    SYNC,
    Ask,
    Known,
    Verdict,
    judge,
    kinds_of,
    payload_of,
    union,
)

REMOVAL = "removal"

# What is shown of a job; leases are the workers' business.
SHOWN = {
    name: Job.__table__.c[name]
    for name in (
        *("id", "kind", "storage_id", "state", "priority", "not_before", "attempt", "crashes"),
        *("result", "created_at", "updated_at", "started_at", "finished_at"),
    )
}
FILTERS = ("id", "kind", "state", "storage_id", "priority")
# So many old jobs go in one transaction.
STRUCK_AT_ONCE = 500


class JobBoard:
    """Jobs as the API sees them; every method works in the caller's transaction."""

    def __init__(self, queue: JobQueue, conf: cfg.ConfigOpts) -> None:
        self._queue = queue
        self.conf = conf

    def request_sync(self, session: Session, storage_id: str, ask: Ask = Ask()) -> str:  # noqa: B008 - frozen
        """Queue a synchronisation, of the whole inventory unless 'ask' says otherwise; the job's id.

        A job that waits is widened when it can do this as well; one that waits to be tried again
        is started now; one that has run longer than [DEFAULT] sync_task_expiration is cancelled,
        and what it read is read anew.

        Raises:
            exception.StorageIsSyncing: What waits or runs does all of this already.
        """
        # Another one may ask for the same storage at this moment, or a worker take the job.
        for locked in (False, True, True):
            now = now_ms()
            known = self._known(session, [storage_id], locked=locked)
            verdict = judge(storage_id, ask, known, now, self._longest)
            if verdict.cancel:
                _cancel(session, Job.id.in_(verdict.cancel))
            if verdict.widen is not None and _widen(session, verdict, ask):
                return verdict.widen
            if verdict.add is not None:
                with contextlib.suppress(AlreadyQueuedError):
                    return self._queue.enqueue(
                        *(session, SYNC, storage_id),
                        payload=payload_of(verdict.kinds),
                        priority=ask.priority,
                        not_before=max(ask.not_before or now, now),
                        active_key=verdict.add,
                    )
            elif verdict.widen is None:
                break
        raise exception.StorageIsSyncing(storage_id)

    def request_syncs(self, session: Session, storage_ids: Sequence[str]) -> None:
        """As 'request_sync' of whole inventories, for many storages at once; refuses none of them."""
        ask, now = Ask(), now_ms()
        known: dict[str, list[Known]] = {storage_id: [] for storage_id in storage_ids}
        for job in self._known(session, storage_ids):
            known[job.storage_id].append(job)
        keys, widened, one_by_one = {}, {}, []
        for storage_id, jobs in known.items():
            verdict = judge(storage_id, ask, jobs, now, self._longest)
            if verdict.cancel:
                one_by_one.append(storage_id)
            elif verdict.widen is not None:
                widened[verdict.widen] = storage_id
            elif verdict.add is not None:
                keys[verdict.add] = storage_id
        started = widened.keys() - _widen_all(session, list(widened), ask)
        one_by_one += (widened[job_id] for job_id in started)
        try:
            self._queue.enqueue_all(session, SYNC, keys)
        except AlreadyQueuedError:
            # Somebody else has asked for some of them in this moment.
            one_by_one += keys.values()
        for storage_id in one_by_one:
            with contextlib.suppress(exception.StorageIsSyncing):
                self.request_sync(session, storage_id, ask)

    def _known(
        self, session: Session, storage_ids: Sequence[str], *, locked: bool = False
    ) -> list[Known]:
        columns = (getattr(Job, name) for name in Known.__dataclass_fields__)
        wanted = select(*columns).where(
            Job.storage_id.in_(storage_ids), Job.kind == SYNC, Job.state.in_(ACTIVE)
        )
        if locked:
            wanted = wanted.with_for_update()
        return [Known(*row) for row in session.execute(wanted)]

    @property
    def _longest(self) -> int:
        return int(self.conf.sync_task_expiration * 1000)

    def request_alert_sync(
        self,
        session: Session,
        storage_id: str,
        begin_time: int = 0,
        end_time: int = 0,
        priority: int = NORMAL,
    ) -> str:
        """Queue a reading of the array's alerts; the job's id. Times in epoch ms, 0 for no bound."""
        return alert_sync.request(
            *(self._queue, session, storage_id),
            begin_time=begin_time,
            end_time=end_time,
            priority=priority,
        )

    def request_collection(
        self,
        session: Session,
        storage_id: str,
        resource_types: Sequence[str] = (),
        *,
        priority: int = NORMAL,
        at_once: bool = False,
    ) -> str:
        """Queue a collection of performance data; see delfin.jobs.collect. The job's id."""
        return collect.request(
            *(self._queue, session, storage_id, resource_types),
            priority=priority,
            at_once=at_once,
        )

    def request_alert_clear(self, session: Session, storage_id: str, sequence_number: str) -> str:
        """Queue the clearing of an alert at its array; the job's id."""
        return alert_clear.request(self._queue, session, storage_id, sequence_number)

    def request_alert_acknowledge(self, session: Session, storage_id: str, alert: Alert) -> str:
        """Have the array told that somebody has taken its alert up; the job's id."""
        return alert_acknowledge.request(self._queue, session, storage_id, alert)

    def enqueue_one(
        self, session: Session, kind: str, storage_id: str, priority: int = NORMAL
    ) -> str:
        """Queue a job of which a storage has one at a time; the id.

        Raises:
            AlreadyQueuedError: One waits or runs.
        """
        key = f"{kind}:{storage_id}"
        return self._queue.enqueue(session, kind, storage_id, priority=priority, active_key=key)

    def request_removal(self, session: Session, storage_id: str) -> str:
        """Queue the removal of a storage that is a tombstone already; all its other work ends."""
        _cancel(session, Job.storage_id == storage_id, Job.kind != REMOVAL)
        return self._queue.enqueue(
            session, REMOVAL, storage_id, priority=HIGH, active_key=f"{REMOVAL}:{storage_id}"
        )

    def syncing(self, session: Session, storage_ids: list[str]) -> set[str]:
        """Those of the storages whose synchronisation runs or is about to start."""
        busy = select(Job.storage_id).where(Job.storage_id.in_(storage_ids), *_sync_under_way())
        return {storage_id for storage_id in session.scalars(busy) if storage_id is not None}

    def find(self, session: Session, page: Page) -> Listing:
        """One page of jobs, as dicts with the SHOWN columns.

        Raises:
            exception.JobNotFound: There is no job with the marker's id.
        """
        return find(session, SHOWN, page, missing=exception.JobNotFound)

    def get(self, session: Session, job_id: str) -> dict[str, Any]:
        """One job, as a dict with the SHOWN columns.

        Raises:
            exception.JobNotFound: There is none.
        """
        statement = select(*SHOWN.values()).where(Job.id == job_id)
        row = session.execute(statement).mappings().one_or_none()
        if row is None:
            raise exception.JobNotFound(job_id)
        return dict(row)

    def clear(self, session: Session, job_id: str) -> None:
        """Cancel a job that has not ended, and strike one that has off the list.

        Raises:
            exception.JobNotFound: There is none.
            exception.InvalidInput: It is a removal that has not ended: that always finishes.
        """
        job = session.scalars(select(Job).where(Job.id == job_id).with_for_update()).one_or_none()
        if job is None:
            raise exception.JobNotFound(job_id)
        if job.state not in {*ACTIVE, PARKED}:
            session.delete(job)
        elif job.kind == REMOVAL:
            raise exception.InvalidInput("job: a removal cannot be cleared before it has ended")
        else:
            _cancel(session, Job.id == job_id)


def is_syncing(storage_id: ColumnElement[str]) -> ColumnElement[bool]:
    """For a query on storages: whether a synchronisation runs or is about to start."""
    return exists().where(Job.storage_id == storage_id, *_sync_under_way())


def _sync_under_way() -> tuple[ColumnElement[bool], ...]:
    """One that waits for its time, or to be tried again after a failure, does not count."""
    # Statements that are made once ask the clock each time.
    now = bindparam("now", type_=BigInteger, unique=True, callable_=now_ms)
    return (
        Job.kind == SYNC,
        Job.state.in_(ACTIVE),
        or_(Job.state != QUEUED, and_(Job.attempt == 0, Job.not_before <= now)),
    )


def _widen(session: Session, verdict: Verdict, ask: Ask) -> bool:
    """Make a job that waits do what the verdict says; False when it does not wait any more."""
    wanted = select(Job).where(Job.id == verdict.widen, Job.state == QUEUED).with_for_update()
    job = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if job is None:
        return False
    # It may have been widened since the verdict: only now nobody else can.
    job.payload = payload_of(union(kinds_of(job.payload), verdict.kinds))
    job.priority = max(job.priority, ask.priority)
    if job.attempt > 0 and not ask.patient:
        job.not_before, job.attempt = now_ms(), 0
    session.flush()
    return True


def _widen_all(session: Session, job_ids: Sequence[str], ask: Ask) -> set[str]:
    """As '_widen', to the whole inventory: the ids of those that still waited."""
    if not job_ids:
        return set()
    wanted = select(Job.id).where(Job.id.in_(job_ids), Job.state == QUEUED)
    waiting = set(session.scalars(wanted.order_by(Job.id).with_for_update()))
    session.execute(
        update(Job)
        .where(Job.id.in_(waiting))
        .ordered_values(
            (Job.payload, ask.payload),
            (Job.priority, case((Job.priority < ask.priority, ask.priority), else_=Job.priority)),
            # MariaDB assigns one after the other: the attempt must come last.
            (Job.not_before, case((Job.attempt > 0, now_ms()), else_=Job.not_before)),
            (Job.attempt, 0),
        )
    )
    session.expire_all()
    return waiting


def _cancel(session: Session, *which: Any) -> None:
    """End jobs that have not ended; a new generation makes a running holder give up."""
    session.execute(
        update(Job)
        .where(Job.state.in_((*ACTIVE, PARKED)), *which)
        .values(
            state=CANCELLED,
            generation=Job.generation + 1,
            finished_at=now_ms(),
            lease_owner=None,
            lease_until=None,
            active_key=None,
            running_key=None,
        )
    )
    session.expire_all()


def strike_old(database: Database, older_than: float) -> int:
    """Delete jobs that ended more than 'older_than' seconds ago, STRUCK_AT_ONCE at most; how many.

    Of kinds that come again and again minutes are enough. Waits for no job that runs: MariaDB locks
    all rows that it looks through for those to delete, so they are found without locks first.
    """
    now = now_ms()
    frequent = and_(
        Job.kind.in_(_FREQUENT),
        Job.finished_at < now - int(min(older_than, _FREQUENT_STAY) * 1000),
    )
    ended = and_(*(Job.state != state for state in (*ACTIVE, PARKED)))
    is_old = or_(Job.finished_at < now - int(older_than * 1000), frequent)
    with database.reader() as session:
        found = session.scalars(select(Job.id).where(ended, is_old).limit(STRUCK_AT_ONCE))
        old = [{"old": job_id} for job_id in sorted(found)]
    if not old:
        return 0
    # One by one: for a list of them MariaDB may look through all rows after all.
    one = delete(Job).where(Job.id == bindparam("old"), ended)
    with database.writer() as session:
        return session.connection().execute(one, old).rowcount


# Kinds whose outcome stands elsewhere: a thousand arrays that are asked every minute would leave ten
# million rows in a week. And the seconds that one of them stays listed.
_FREQUENT = ("collect", "report", "probe")
_FREQUENT_STAY = 300.0
