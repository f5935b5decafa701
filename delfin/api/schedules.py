"""Schedules: list, show, make, change and delete what is done again and again, or at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from delfin import exception
from delfin.api import schedule_view
from delfin.api.exchange import Answer, Request
from delfin.api.listing import paged
from delfin.api.parts import ApiParts
from delfin.api.schemas.schedules import TRIGGERS
from delfin.db import schedules, storages
from delfin.db.base import utcnow
from delfin.db.query import Listing, Page
from delfin.db.schedules import DEFAULT, METRICS, RUN, USER, Schedule
from delfin.db.session import retried
from delfin.jobs.moments import Cron, time_zone
from delfin.jobs.policy import WITH_RESOURCE_KINDS, trigger
from delfin.jobs.priority import LOW, WORDS
from delfin.jobs.sync_requests import SYNC

Facts = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN: Facts = {
    "name": None,
    "kind": SYNC,
    "storage_id": None,
    "resource_kinds": [],
    **dict.fromkeys((*TRIGGERS, "time_zone")),
    "jitter": 0,
    "priority": LOW,
    "enabled": True,
    "when_late": RUN,
    "grace": 300,
}
# What a change of these makes due is counted from the change on.
_TIMING = (*TRIGGERS, "time_zone", "jitter", "enabled")


def find(parts: ApiParts, request: Request) -> Answer:
    with parts.database.reader() as session:

        def page(wanted: Page) -> Listing:
            return schedule_view.listing(session, wanted)

        return paged(parts, request, "schedules", schedule_view.LISTABLE, page)


def show(parts: ApiParts, request: Request) -> Answer:
    with parts.database.reader() as session:
        return Answer(schedule_view.one(session, request.ids["schedule_id"]))


def add(parts: ApiParts, request: Request) -> Answer:
    """It is due from now on; a storage's own one replaces the defaults for its resource kinds.

    Raises:
        exception.InvalidInput: It would never be due, or contradicts itself.
        exception.StorageNotFound: There is no such storage.
    """
    now = utcnow()
    facts = _checked({**_PLAIN, **_read(request.body)}, request.body, now)

    @retried
    def store() -> Facts:
        with parts.database.writer() as session:
            if facts["storage_id"] is not None:
                storages.get(session, facts["storage_id"], lock=True)
            schedule = Schedule(id=str(uuid4()), origin=USER, revision=1, counts_from=now, **facts)
            session.add(schedule)
            return _planned(parts, session, schedule)

    answer = store()
    parts.doorbell.ring()
    return Answer(answer)


def change(parts: ApiParts, request: Request) -> Answer:
    """What is left out stays; another of 'interval', 'cron' and 'at' takes the place of the old one.

    Raises:
        exception.ScheduleNotFound: There is none of that id.
        exception.InvalidInput: It is not yours to change; and as for 'add'.
    """
    now = utcnow()

    @retried
    def store() -> Facts:
        with parts.database.writer() as session:
            schedule = _changeable(session, request.ids["schedule_id"])
            before = {name: getattr(schedule, name) for name in _PLAIN}
            after = _checked(_merged(before, _read(request.body)), request.body, now)
            for name, value in after.items():
                setattr(schedule, name, value)
            if any(before[name] != after[name] for name in _TIMING):
                schedule.revision += 1
                schedule.counts_from = now
            return _planned(parts, session, schedule)

    answer = store()
    parts.doorbell.ring()
    return Answer(answer)


def remove(parts: ApiParts, request: Request) -> Answer:
    """Jobs that it has made already stay."""

    @retried
    def strike() -> None:
        with parts.database.writer() as session:
            schedule = _changeable(session, request.ids["schedule_id"])
            storage_id = schedule.storage_id
            session.delete(schedule)
            session.flush()
            if storage_id is not None:
                # The defaults count again for this storage.
                parts.timetable.plan_for(session, [storage_id])

    strike()
    parts.doorbell.ring()
    return Answer()


def _changeable(session: Session, schedule_id: str) -> Schedule:
    schedule = schedules.get(session, schedule_id, lock=True)
    if schedule.origin == DEFAULT:
        raise exception.InvalidInput(
            "schedule: a default is changed in the configuration file; "
            "a schedule for one storage replaces it there"
        )
    if schedule.origin == METRICS:
        raise exception.InvalidInput(
            "schedule: it belongs to a metrics configuration; change that, at metrics-config or "
            "telemetry of its storage"
        )
    return schedule


def _planned(parts: ApiParts, session: Session, schedule: Schedule) -> Facts:
    session.flush()
    parts.timetable.plan_for(session, schedule.storage_id and [schedule.storage_id])
    return schedule_view.one(session, schedule.id)


def _read(body: Mapping[str, Any]) -> Facts:
    """What was sent, as the row has it."""
    facts = dict(body)
    if "priority" in facts:
        facts["priority"] = WORDS[facts["priority"]]
    if "at" in facts:
        facts["at"] = _moment(facts["at"])
    return facts


def _moment(sent: str | int) -> datetime:
    if isinstance(sent, int):
        return _EPOCH + timedelta(milliseconds=sent)
    try:
        found = datetime.fromisoformat(sent)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise exception.InvalidInput(
            "at must be a time such as 2027-03-28T03:00:00+01:00, or epoch milliseconds"
        ) from None


def _merged(before: Facts, sent: Facts) -> Facts:
    chosen = [name for name in TRIGGERS if name in sent]
    if len(chosen) > 1:
        raise exception.InvalidInput(f"only one of {', '.join(TRIGGERS)} may be given")
    merged = {**before, **(dict.fromkeys(TRIGGERS) if chosen else {}), **sent}
    if merged["cron"] is None and "time_zone" not in sent:
        merged["time_zone"] = None
    return merged


def _checked(facts: Facts, sent: Mapping[str, Any], now: datetime) -> Facts:
    """The facts, when they go together; what was not sent is not looked at again."""
    if facts["resource_kinds"] and facts["kind"] not in WITH_RESOURCE_KINDS:
        raise exception.InvalidInput(f"resource_kinds: {facts['kind']} reads none")
    if facts["cron"] is None and facts["time_zone"] is not None:
        raise exception.InvalidInput("time_zone is for cron only; 'at' may say its offset from UTC")
    if facts["cron"] is not None:
        _check_cron(facts)
    if facts["interval"] is not None and facts["jitter"] >= facts["interval"]:
        raise exception.InvalidInput("jitter must be less than the interval")
    if "at" in sent and facts["at"] <= now:
        raise exception.InvalidInput("at must be in the future")
    if trigger(Schedule(id="", **facts), "").after(now) is None and "cron" in sent:
        raise exception.InvalidInput("cron: there is no such day")
    return facts


def _check_cron(facts: Facts) -> None:
    facts["time_zone"] = facts["time_zone"] or "UTC"
    try:
        time_zone(facts["time_zone"])
    except ValueError as error:
        raise exception.InvalidInput(f"time_zone: {error}") from None
    try:
        Cron(facts["cron"], "UTC")
    except ValueError as error:
        raise exception.InvalidInput(f"cron: {error}") from None
