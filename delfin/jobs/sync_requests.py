"""What one more request for a synchronisation means beside the jobs that its array has already.

A request that was accepted is never lost: it gets a job of its own, or a job that waits is widened
so that it does this as well. It is refused when what waits or runs does all of it already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from delfin.jobs.priority import NORMAL
from delfin.jobs.queue import QUEUED, RUNNING

SYNC = "sync"
# Resource kinds; None means all of them.
Kinds = frozenset[str] | None


@dataclass(frozen=True)
class Ask:
    """A request.

    Attributes:
        kinds: Resource kinds to read; None for all.
        priority: How urgent it is.
        not_before: Earliest start in epoch milliseconds; None for now.
        patient: It came from a schedule: it is never refused, and leaves a job that waits to be
            tried again its time.
    """

    kinds: Kinds = None
    priority: int = NORMAL
    not_before: int | None = None
    patient: bool = False

    @property
    def payload(self) -> dict[str, Any]:
        return payload_of(self.kinds)


@dataclass(frozen=True)
class Known:
    """A job of the array that waits or runs."""

    id: str
    storage_id: str
    state: str
    attempt: int
    priority: int
    not_before: int
    started_at: int | None
    active_key: str | None
    payload: Mapping[str, Any]

    @property
    def kinds(self) -> Kinds:
        return kinds_of(self.payload)

    @property
    def is_retry(self) -> bool:
        """It has failed, and waits to be tried again."""
        return self.state == QUEUED and self.attempt > 0


@dataclass(frozen=True)
class Verdict:
    """What is to be done; without any of it, the request is refused.

    Attributes:
        cancel: Ids of jobs that have run for too long.
        widen: The job that is to do this as well.
        add: The active key of a new job.
        kinds: What that job is to read (besides what it reads already).
    """

    cancel: tuple[str, ...] = ()
    widen: str | None = None
    add: str | None = None
    kinds: Kinds = None


def judge(storage_id: str, ask: Ask, known: Iterable[Known], now: int, longest: int) -> Verdict:
    """Decide on a request; times in milliseconds, 'longest' is how long a job may run."""
    jobs = list(known)
    if ask.not_before is not None and ask.not_before > now:
        return _later(storage_id, ask, jobs)
    due = [job for job in jobs if job.state == RUNNING or job.is_retry or job.not_before <= now]
    overrun = [job for job in due if job.state == RUNNING and _age(job, now) > longest]
    alive = [job for job in due if job not in overrun]
    kinds = ask.kinds
    for job in overrun:
        kinds = union(kinds, job.kinds)
    if not ask.patient and any(_does(job, ask, now, longest) for job in alive):
        return Verdict()
    cancel = tuple(job.id for job in overrun)
    waiting = sorted((job for job in alive if job.state == QUEUED), key=lambda job: job.is_retry)
    if waiting:
        return Verdict(cancel, widen=waiting[0].id, kinds=kinds)
    taken = {job.active_key for job in alive}
    key = f"{SYNC}:{storage_id}"
    return Verdict(cancel, add=f"{key}:next" if key in taken else key, kinds=kinds)


def payload_of(kinds: Kinds) -> dict[str, Any]:
    """As the runner of the jobs reads it."""
    return {} if kinds is None else {"kinds": sorted(kinds)}


def kinds_of(payload: Mapping[str, Any]) -> Kinds:
    return frozenset(payload["kinds"]) if payload.get("kinds") else None


def _later(storage_id: str, ask: Ask, jobs: list[Known]) -> Verdict:
    """What is to be done at one moment is one job; what is done earlier does not count."""
    key = f"{SYNC}:{storage_id}:{ask.not_before}"
    for job in jobs:
        if job.active_key == key and job.state == QUEUED and job.attempt == 0:
            return Verdict(widen=job.id, kinds=ask.kinds)
    return Verdict(add=key, kinds=ask.kinds)


def _does(job: Known, ask: Ask, now: int, longest: int) -> bool:
    """Whether the job does all that is asked for, and as soon."""
    if job.kinds is not None and (ask.kinds is None or not ask.kinds <= job.kinds):
        return False
    if job.state == RUNNING:
        return True
    soon = job.attempt == 0 and job.priority >= ask.priority
    return soon and _age(job, now) <= longest


def _age(job: Known, now: int) -> int:
    return now - (job.started_at or job.not_before)


def union(one: Kinds, other: Kinds) -> Kinds:
    return None if one is None or other is None else one | other
