"""What a schedule row means: when it is due for a storage, and what it does there then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from delfin.db.schedules import DEFAULT, Schedule
from delfin.jobs import report
from delfin.jobs.alert_sync import ALERT_SYNC
from delfin.jobs.board import JobBoard
from delfin.jobs.collect import COLLECT
from delfin.jobs.moments import Interval, Once, Trigger, cron, share
from delfin.jobs.sync_requests import SYNC, Ask

# Resource kinds to read, or types of resources to collect, in the order of the row; empty: all.
ResourceKinds = list[str]
# Queues the job of a schedule in the caller's transaction, and returns its id; None: not now.
Queue = Callable[[JobBoard, Session, str, ResourceKinds, int], str | None]


def _sync(
    board: JobBoard, session: Session, storage_id: str, kinds: ResourceKinds, priority: int
) -> str:
    ask = Ask(frozenset(kinds) or None, priority, patient=True)
    return board.request_sync(session, storage_id, ask)


def _collect(
    board: JobBoard, session: Session, storage_id: str, kinds: ResourceKinds, priority: int
) -> str:
    return board.request_collection(session, storage_id, kinds, priority=priority)


def _alert_sync(
    board: JobBoard, session: Session, storage_id: str, _kinds: ResourceKinds, priority: int
) -> str:
    return board.request_alert_sync(session, storage_id, priority=priority)


def _report(
    board: JobBoard, session: Session, storage_id: str, _kinds: ResourceKinds, priority: int
) -> str | None:
    return report.request(board, session, storage_id, board.conf, priority)


# The kinds of jobs that schedules may make.
KINDS: Mapping[str, Queue] = {
    SYNC: _sync,
    COLLECT: _collect,
    ALERT_SYNC: _alert_sync,
    report.REPORT: _report,
}
# Those of them whose schedules belong to a configuration, so that nobody makes them by hand.
CONFIGURED = frozenset({COLLECT})
# Those that somebody may limit to some resource kinds.
WITH_RESOURCE_KINDS = frozenset({SYNC})


def trigger(schedule: Schedule, storage_id: str) -> Trigger:
    """When the schedule is due for the storage, jitter aside."""
    if schedule.interval is not None:
        return Interval(schedule.interval, share("phase", schedule.id, storage_id))
    if schedule.cron is not None:
        return cron(schedule.cron, schedule.time_zone or "UTC")
    if schedule.at is not None:
        return Once(schedule.at)
    raise ValueError(f"schedule {schedule.id} says nothing of when it is due")


def due_after(schedule: Schedule, storage_id: str, moment: datetime) -> datetime | None:
    """The first time that the schedule is due for the storage after a moment; None: never again."""
    due = trigger(schedule, storage_id).after(moment)
    if due is None or not schedule.jitter:
        return due
    # Not random: two processes that work it out must agree.
    late = share("jitter", schedule.id, storage_id, due.isoformat())
    return due + timedelta(seconds=schedule.jitter * late)


def first_due(schedule: Schedule, storage_id: str, registered: datetime) -> datetime | None:
    """The first time at all.

    It does not depend on when it is worked out, so that nothing is lost when nobody did it in
    time. A new storage is being read anyway: intervals begin half of one later, except for what
    that reading does not do.
    """
    if schedule.interval is not None and schedule.kind not in CONFIGURED:
        registered += timedelta(seconds=schedule.interval / 2)
    return due_after(schedule, storage_id, max(schedule.counts_from, registered))


def kinds_for(schedule: Schedule, own: Iterable[Schedule]) -> ResourceKinds | None:
    """What the schedule reads of a storage that has these schedules of its own; None: nothing.

    A storage's own schedule replaces the defaults of its kind, where there are resource kinds for
    those that it names, also while it is switched off. One for a single moment replaces nothing.
    """
    if schedule.origin != DEFAULT:
        return schedule.resource_kinds
    replacing = [one for one in own if one.kind == schedule.kind and one.at is None]
    if any(not one.resource_kinds for one in replacing):
        return None
    if schedule.kind not in WITH_RESOURCE_KINDS:
        return []
    replaced = {kind for one in replacing for kind in one.resource_kinds}
    left = [kind for kind in schedule.resource_kinds if kind not in replaced]
    return left or None
