"""The durable queue: enqueue, lease, renew, finish, clear. Rows are the truth; nothing else is asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_log import log
from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.orm import Session

from delfin.db.jobs import Job
from delfin.db.session import Database, affected, retried
from delfin.jobs.lanes import IS_FREE, asked_by, running_key, running_keys
from delfin.jobs.priority import NORMAL

LOG = log.getLogger(__name__)

QUEUED, RUNNING = "queued", "running"
DONE, PARTIAL, FAILED, CANCELLED, PARKED = "done", "partial", "failed", "cancelled", "parked"
ACTIVE = (QUEUED, RUNNING)
# So many of the most urgent jobs are looked at for one that this worker may have.
LOOKED_AT = 500
# Nobody could ask again for the removal of a storage that is hidden already.
NEVER_PARKED = frozenset({"removal"})
# Does not wait for a call to the array that is under way.
NEEDS_NO_SESSION = frozenset({"removal"})


class LeaseLostError(Exception):
    """Somebody else has the job now, or it was cancelled: the holder must write nothing more."""


class AlreadyQueuedError(Exception):
    """The same work is queued or running; 'job_id' names it."""

    def __init__(self, job_id: str) -> None:
        super().__init__(job_id)
        self.job_id = job_id


# Whether a storage is this worker's own.
Mine = Callable[[str], bool]


def anybodys(_storage_id: str) -> bool:
    """One worker alone owns everything."""
    return True


@dataclass(frozen=True)
class Lease:
    """The right to run a job until the lease ends, unless it is renewed.

    'crashes' is how often the job's process died while it ran: it may be what kills. 'due' is when
    it might have started, in epoch milliseconds.
    """

    job_id: str
    kind: str
    storage_id: str | None
    payload: dict[str, Any]
    attempt: int
    generation: int
    crashes: int = 0
    priority: int = NORMAL
    due: int = 0


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class JobQueue:
    """Jobs in the database, for those who ask for work and those who do it."""

    def __init__(self, database: Database, conf: cfg.ConfigOpts) -> None:
        self._database = database
        self._conf = conf

    def enqueue(
        self,
        session: Session,
        kind: str,
        storage_id: str | None,
        *,
        payload: dict[str, Any] | None = None,
        priority: int = 0,
        not_before: int | None = None,
        active_key: str | None = None,
    ) -> str:
        """Add a job in the caller's transaction and return its id.

        Args:
            session: A transaction that may write.
            kind: What is to be done; a worker has a runner for it.
            storage_id: The array it is about; see delfin.jobs.lanes for what runs beside it.
            payload: What the runner of the kind reads.
            priority: Higher goes first.
            not_before: Earliest start in epoch milliseconds.
            active_key: At most one queued or running job has it.

        Raises:
            AlreadyQueuedError: A job with that 'active_key' is queued or running.
        """
        job = Job(
            id=str(uuid4()),
            kind=kind,
            storage_id=storage_id,
            state=QUEUED,
            priority=priority,
            not_before=now_ms() if not_before is None else not_before,
            payload=payload or {},
            active_key=active_key,
        )
        try:
            with session.begin_nested():
                session.add(job)
        except db_exception.DBDuplicateEntry:
            other = select(Job.id).where(Job.active_key == active_key)
            raise AlreadyQueuedError(session.scalars(other).first() or "") from None
        return job.id

    def ensure(
        self,
        session: Session,
        kind: str,
        storage_id: str,
        *,
        active_key: str,
        payload: dict[str, Any] | None = None,
        priority: int = 0,
        not_before: int | None = None,
    ) -> str:
        """As 'enqueue', for what is asked for once: the id of the job with that key, new or not."""
        try:
            return self.enqueue(
                *(session, kind, storage_id),
                payload=payload,
                priority=priority,
                not_before=not_before,
                active_key=active_key,
            )
        except AlreadyQueuedError as known:
            return known.job_id

    def enqueue_all(self, session: Session, kind: str, keys: Mapping[str, str]) -> None:
        """Add a job for each storage, by its 'active_key', in one statement, or none of them.

        Raises:
            AlreadyQueuedError: A job with one of the keys is queued or running.
        """
        if not keys:
            return
        now = now_ms()
        rows = [
            {
                "id": str(uuid4()),
                "kind": kind,
                "storage_id": storage_id,
                "state": QUEUED,
                "not_before": now,
                "payload": {},
                "active_key": key,
            }
            for key, storage_id in keys.items()
        ]
        try:
            with session.begin_nested():
                session.execute(insert(Job), rows)
        except db_exception.DBDuplicateEntry:
            raise AlreadyQueuedError("") from None

    @retried
    def lease(
        self,
        owner: str,
        mine: Mine = anybodys,
        without: Collection[str] = (),
        at_least: int | None = None,
    ) -> Lease | None:
        """The most urgent job that may run now, of a priority of 'at_least' so much, or None.

        Jobs of storages that are not 'mine' are left to their owner, unless
        they have waited for it as long as a lease lasts: then it is gone or
        busy, and anybody runs them. Those that need a session and what is
        in 'without', of delfin.jobs.lanes.running_key, are left to other
        workers in any case. A storage of which one lane is in there is this
        worker's for the others: its owner runs nothing beside that,
        unless it has to, see delfin.jobs.lanes.

        A job whose lease has ended counts as crashed; one that crashed too
        often is parked instead of being run again, or put off when its kind
        must end.
        """
        try:
            with self._database.writer() as session:
                while (job := self._candidate(session, owner, mine, without, at_least)) is not None:
                    if job.state == RUNNING:
                        job.crashes += 1
                        LOG.warning("job %s (%s): its worker died", job.id, job.kind)
                        if job.crashes >= self._conf.jobs.crash_limit:
                            self._set_aside(job)
                            session.flush()
                            continue
                    return self._take(job, owner)
        except db_exception.DBDuplicateEntry:
            # Another worker has just started a job of the same storage.
            LOG.debug("lost the race for a job")
        return None

    def _set_aside(self, job: Job) -> None:
        """Keep a job that may be what kills its workers from killing the next one."""
        if job.kind in NEVER_PARKED:
            job.state = QUEUED
            job.not_before = now_ms() + int(self._conf.jobs.retry_longest_delay * 1000)
            job.lease_owner = job.lease_until = job.running_key = None
        else:
            _end(job, PARKED, {**(job.result or {}), "error_msg": _PARKED_TEXT})

    def _candidate(
        self,
        session: Session,
        owner: str,
        mine: Mine,
        without: Collection[str],
        at_least: int | None,
    ) -> Job | None:
        now = now_ms()
        asker = asked_by(owner, now, self._lease_ms)
        runnable = or_(
            and_(Job.state == QUEUED, Job.not_before <= now),
            and_(Job.state == RUNNING, Job.lease_until < now),
        )
        if at_least is not None:
            runnable = and_(runnable, Job.priority >= at_least)
        runnable = and_(runnable, IS_FREE)
        found = session.execute(
            select(Job.id, Job.kind, Job.storage_id, Job.state, Job.not_before)
            .where(runnable)
            .order_by(Job.priority.desc(), Job.not_before, Job.id)
            .limit(LOOKED_AT),
            asker,
        )
        for job_id, kind, storage_id, state, not_before in found:
            key = None if storage_id is None else running_key(kind, storage_id)
            if key in without and kind not in NEEDS_NO_SESSION:
                continue
            overdue = state == RUNNING or now - not_before > self._lease_ms
            if (
                storage_id is None
                or overdue
                or mine(storage_id)
                or not running_keys(storage_id).isdisjoint(without)
            ):
                wanted = select(Job).where(Job.id == job_id, runnable)
                locked = wanted.with_for_update(skip_locked=True, of=Job)
                if (job := session.scalars(locked, asker).one_or_none()) is not None:
                    return job
        return None

    def _take(self, job: Job, owner: str) -> Lease:
        job.state = RUNNING
        job.attempt += 1
        job.generation += 1
        job.lease_owner = owner
        job.started_at = now_ms()
        job.lease_until = job.started_at + self._lease_ms
        if job.storage_id is not None:
            job.running_key = running_key(job.kind, job.storage_id)
        return Lease(
            *(job.id, job.kind, job.storage_id, job.payload),
            *(job.attempt, job.generation, job.crashes, job.priority, job.not_before),
        )

    @property
    def _lease_ms(self) -> int:
        return int(self._conf.jobs.lease_time * 1000)

    @retried
    def renew(self, lease: Lease) -> None:
        """Put the end of the lease off.

        Raises:
            LeaseLostError: It is too late, or the job was cancelled.
        """
        with self._database.writer() as session:
            renewed = affected(
                session,
                update(Job).where(*_held(lease)).values(lease_until=now_ms() + self._lease_ms),
            )
            if not renewed:
                raise LeaseLostError(lease.job_id)

    def fence(self, session: Session, lease: Lease) -> None:
        """Let the caller's transaction go on only while the lease holds, and hold it meanwhile.

        Raises:
            LeaseLostError: Somebody else has the job, or it was cancelled.
        """
        if session.scalars(select(Job.id).where(*_held(lease)).with_for_update()).first() is None:
            raise LeaseLostError(lease.job_id)

    def check(self, session: Session, lease: Lease) -> None:
        """As 'fence' for what is written elsewhere: a moment later the lease may be lost.

        Raises:
            LeaseLostError: As for 'fence'.
        """
        if session.scalars(select(Job.id).where(*_held(lease))).first() is None:
            raise LeaseLostError(lease.job_id)

    @retried
    def finish(self, lease: Lease, state: str, result: dict[str, Any]) -> None:
        """End the job.

        Raises:
            LeaseLostError: As for 'fence'.
        """
        with self._database.writer() as session:
            _end(self._locked(session, lease), state, result)

    @retried
    def put_back(
        self,
        lease: Lease,
        delay: float,
        *,
        result: dict[str, Any] | None = None,
        payload: dict[str, Any] | None = None,
    ) -> None:
        """Queue the job again, to start after 'delay' seconds.

        Without a result the attempt did not happen: a worker that stops hands
        its job back like this.

        Raises:
            LeaseLostError: As for 'fence'.
        """
        with self._database.writer() as session:
            job = self._locked(session, lease)
            job.state = QUEUED
            job.not_before = now_ms() + int(delay * 1000)
            job.lease_owner = job.lease_until = job.running_key = None
            if result is None:
                job.attempt -= 1
            else:
                job.result = result
                job.crashes = 0
                job.finished_at = now_ms()
                job.payload = job.payload if payload is None else payload

    def _locked(self, session: Session, lease: Lease) -> Job:
        job = session.scalars(select(Job).where(*_held(lease)).with_for_update()).one_or_none()
        if job is None:
            raise LeaseLostError(lease.job_id)
        return job

    @retried
    def release_orphans(self) -> int:
        """Give free what a dead process left running; only for the sole user of a database."""
        with self._database.writer() as session:
            return affected(session, update(Job).where(Job.state == RUNNING).values(lease_until=0))

    def next_due(self, owner: str, at_least: int | None = None) -> float | None:
        """Seconds until a queued job of such a priority may start there; None when there is none."""
        wanted = select(Job.not_before).where(Job.state == QUEUED, IS_FREE)
        if at_least is not None:
            wanted = wanted.where(Job.priority >= at_least)
        with self._database.reader() as session:
            soonest = wanted.order_by(Job.not_before).limit(1)
            asker = asked_by(owner, now_ms(), self._lease_ms)
            queued = session.scalars(soonest, asker).first()
        return None if queued is None else max(0.0, (queued - now_ms()) / 1000)


_PARKED_TEXT = "The worker of this job died repeatedly; it is not started again."


def _held(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return (
        Job.id == lease.job_id,
        Job.generation == lease.generation,
        Job.state == RUNNING,
    )


def _end(job: Job, state: str, result: dict[str, Any]) -> None:
    job.state = state
    job.result = result
    job.finished_at = now_ms()
    job.lease_owner = job.lease_until = None
    job.active_key = job.running_key = None
