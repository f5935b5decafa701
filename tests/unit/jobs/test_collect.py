"""Requests for collections: one job waits for an array, whoever asks; what ended does not stay."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from delfin.db import collection
from delfin.db.jobs import Job
from delfin.jobs.access_events import AccessEvents
from delfin.jobs.collect import COLLECT, request
from delfin.jobs.policy import KINDS
from delfin.jobs.queue import DONE
from tests.unit.conftest import Bench
from tests.unit.scripted import Script


def jobs(bench: Bench) -> list[Job]:
    with bench.database.reader() as session:
        found = list(session.scalars(select(Job).order_by(Job.created_at, Job.active_key)))
        session.expunge_all()
    return found


def ask(bench: Bench, storage_id: str, *types: str, **more: Any) -> str:
    with bench.database.writer() as session:
        return request(bench.queue, session, storage_id, types, **more)


def test_what_waits_does_what_is_asked_for_later_too(bench: Bench) -> None:
    storage_id = bench.register(Script())
    first = ask(bench, storage_id, "volume")
    assert ask(bench, storage_id, "port", "volume", priority=10) == first
    (job,) = jobs(bench)
    assert job.payload == {"resource_types": ["port", "volume"], "at_once": False}
    assert (job.kind, job.priority) == (COLLECT, 10)
    assert ask(bench, storage_id, at_once=True) == first
    (job,) = jobs(bench)
    assert job.payload == {"resource_types": [], "at_once": True}


def test_one_more_follows_one_that_runs(bench: Bench) -> None:
    storage_id = bench.register(Script())
    ask(bench, storage_id, "volume")
    running = bench.queue.lease("a")
    assert running is not None
    second = ask(bench, storage_id, "volume")
    assert second != running.job_id
    assert ask(bench, storage_id, "port") == second
    assert bench.queue.lease("b") is None
    bench.queue.finish(running, DONE, {})
    lease = bench.queue.lease("b")
    assert lease is not None
    assert lease.job_id == second
    third = ask(bench, storage_id, "disk")
    assert third not in {running.job_id, second}
    assert ask(bench, storage_id, "pool") == third


def test_one_that_waits_because_it_broke_down_goes_now(bench: Bench) -> None:
    storage_id = bench.register(Script())
    first = ask(bench, storage_id)
    lease = bench.queue.lease("a")
    assert lease is not None
    bench.queue.put_back(lease, 1800.0, result={}, payload=lease.payload)
    assert bench.queue.lease("a") is None
    assert ask(bench, storage_id) == first
    lease = bench.queue.lease("a")
    assert lease is not None
    assert (lease.job_id, lease.attempt) == (first, 1)


def test_a_schedule_may_ask_for_collections(bench: Bench) -> None:
    storage_id = bench.register(Script())
    with bench.database.writer() as session:
        job_id = KINDS[COLLECT](bench.board, session, storage_id, ["volume"], -10)
    (job,) = jobs(bench)
    assert (job.id, job.priority, job.payload["resource_types"]) == (job_id, -10, ["volume"])


class Silent:
    def ring(self) -> None: ...


def test_access_that_is_back_collects_what_was_missed_before_all_else(bench: Bench) -> None:
    storage_id, never = bench.register(Script()), bench.register(Script("SN2"))
    events = AccessEvents(bench.board, Silent())
    with bench.database.writer() as session:
        collection.locked(session, storage_id)
    with bench.database.writer() as session:
        events.recovered(session, storage_id)
        events.recovered(session, never)
    lease = bench.queue.lease("a")
    assert lease is not None
    assert (lease.kind, lease.storage_id) == (COLLECT, storage_id)
    assert lease.payload == {"resource_types": [], "at_once": True}
    assert [job.kind for job in jobs(bench) if job.storage_id == never] == ["sync"]
