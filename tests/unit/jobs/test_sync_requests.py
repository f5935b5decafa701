"""Of many requests for one array none is lost, whoever asks at the same time and whatever runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from oslo_config import cfg
from sqlalchemy import select, update

from delfin import exception
from delfin.db.jobs import Job
from delfin.db.session import Database, retried
from delfin.jobs.board import JobBoard
from delfin.jobs.priority import HIGH, LOW, NORMAL
from delfin.jobs.queue import CANCELLED, DONE, JobQueue
from delfin.jobs.sync_requests import Ask
from tests.unit.jobs.clockwork import jobs

KINDS = ("storage_pools", "volumes", "controllers", "ports", "disks", "filesystems")


@pytest.fixture
def board(queue: JobQueue, conf: cfg.ConfigOpts) -> JobBoard:
    return JobBoard(queue, conf)


@pytest.fixture
def ask(database: Database, board: JobBoard, storage_id: str) -> Callable[..., str]:
    @retried
    def request(*kinds: str, priority: int = NORMAL, patient: bool = False) -> str:
        wanted = Ask(frozenset(kinds) or None, priority, patient=patient)
        with database.writer() as session:
            return board.request_sync(session, storage_id, wanted)

    return request


def all_read(database: Database, queue: JobQueue) -> set[str]:
    """The kinds that are read when everything that waits is run."""
    read: set[str] = set()
    while (lease := queue.lease("w")) is not None:
        read |= set(lease.payload["kinds"])
        queue.finish(lease, DONE, {})
    assert {job.state for job in jobs(database)} == {DONE}
    return read


def test_many_who_ask_at_once_all_get_what_they_asked_for(
    database: Database, queue: JobQueue, ask: Callable[..., str]
) -> None:
    together = threading.Barrier(len(KINDS))
    failed: list[BaseException] = []

    def request(kind: str) -> None:
        together.wait()
        try:
            ask(kind)
        except BaseException as error:  # noqa: BLE001 - looked at below
            failed.append(error)

    asking = [threading.Thread(target=request, args=(kind,)) for kind in KINDS]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert failed == []
    assert len(jobs(database)) == 1
    assert all_read(database, queue) == set(KINDS)


def test_nothing_is_lost_while_workers_take_the_jobs(
    database: Database, queue: JobQueue, ask: Callable[..., str]
) -> None:
    over = threading.Event()
    read: set[str] = set()

    def work() -> None:
        while not over.is_set():
            lease = queue.lease("w")
            if lease is not None:
                read.update(lease.payload["kinds"])
                queue.finish(lease, DONE, {})

    worker = threading.Thread(target=work)
    worker.start()
    accepted = set()
    for number in range(40):
        kind = f"kind{number}"
        ask(kind, patient=number % 2 == 0)
        accepted.add(kind)
    over.set()
    worker.join()
    assert read | all_read(database, queue) == accepted


def test_what_runs_for_too_long_is_cancelled_and_what_it_read_is_read_anew(
    database: Database, queue: JobQueue, ask: Callable[..., str]
) -> None:
    old = ask("volumes", "disks")
    assert queue.lease("w") is not None
    with database.writer() as session:
        session.execute(update(Job).values(started_at=Job.started_at - 1_801_000))
    new = ask("ports")
    states = {job.id: job.state for job in jobs(database)}
    assert states == {old: CANCELLED, new: "queued"}
    lease = queue.lease("w")
    assert lease is not None
    assert lease.payload == {"kinds": ["disks", "ports", "volumes"]}


def test_one_that_has_waited_for_too_long_is_accepted_again(
    database: Database, ask: Callable[..., str]
) -> None:
    old = ask()
    with pytest.raises(exception.StorageIsSyncing):
        ask()
    with database.writer() as session:
        session.execute(update(Job).values(not_before=Job.not_before - 1_801_000))
    assert ask() == old


def test_a_person_is_refused_what_a_schedule_is_not(
    database: Database, queue: JobQueue, ask: Callable[..., str]
) -> None:
    first = ask(priority=LOW)
    assert ask("volumes", priority=LOW, patient=True) == first
    assert ask(priority=HIGH) == first
    lease = queue.lease("w")
    assert lease is not None
    assert (lease.payload, lease.priority) == ({}, HIGH)
    with pytest.raises(exception.StorageIsSyncing):
        ask("volumes", priority=HIGH)
    second = ask("volumes", priority=LOW, patient=True)
    assert second != first
    assert ask("volumes", patient=True) == second


def test_asking_for_all_starts_what_waits_to_be_tried_again(
    database: Database, queue: JobQueue, board: JobBoard, storage_id: str, ask: Callable[..., str]
) -> None:
    retry = ask("volumes")
    lease = queue.lease("w")
    assert lease is not None
    queue.put_back(lease, 3600, result={}, payload=lease.payload)
    with database.writer() as session:
        board.request_syncs(session, [storage_id])
    with database.reader() as session:
        (row,) = session.execute(select(Job.id, Job.attempt, Job.payload, Job.priority))
    found: tuple[Any, ...] = tuple(row)
    assert found == (retry, 0, {}, NORMAL)
    assert queue.lease("w") is not None
