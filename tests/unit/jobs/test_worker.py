"""A worker runs what is queued, tries again as the table says, and stops without losing work."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from oslo_config import cfg
from oslo_db.exception import DBConnectionError

from delfin import exception
from delfin.db.jobs import Job
from delfin.db.session import Database
from delfin.drivers.session.limits import Call, Limits
from delfin.jobs.queue import DONE, FAILED, QUEUED, RUNNING, JobQueue, Lease
from delfin.jobs.running import deadline_of, share
from delfin.jobs.worker import Finished, Runner, StoppedError, Worker
from tests.unit.jobs.working import in_state, put, row, working
from tests.waiting import during, wait_until


@pytest.fixture
def queue(database: Database, conf: cfg.ConfigOpts) -> JobQueue:
    conf.set_override("poll_interval", 0.05, "jobs")
    conf.set_override("retry_delay", 0.01, "jobs")
    conf.set_override("lease_time", 0.6, "jobs")
    return JobQueue(database, conf)


def test_queued_jobs_are_run(database: Database, queue: JobQueue, conf: cfg.ConfigOpts) -> None:
    def run(lease: Lease, _stopping: threading.Event) -> Finished:
        return Finished(DONE, {"seen": lease.payload})

    with working(database, queue, conf, run):
        ids = [put(database, queue, payload={"n": n}) for n in range(5)]
        wait_until(lambda: all(row(database, i).state == DONE for i in ids))
    assert [row(database, i).result for i in ids] == [{"seen": {"n": n}} for n in range(5)]


def test_the_bell_starts_a_job_before_the_next_look(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("poll_interval", 600.0, "jobs")
    with working(database, queue, conf, lambda *_: Finished(DONE, {})) as worker:
        first = put(database, queue)
        worker.ring()
        wait_until(in_state(database, first, DONE))
        second = put(database, queue)
        worker.ring()
        wait_until(in_state(database, second, DONE))


def test_errors_are_tried_again_as_often_as_the_limit_says(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("retry_limit", 2, "jobs")
    attempts = []

    def run(lease: Lease, _stopping: threading.Event) -> Finished:
        attempts.append(lease.attempt)
        raise exception.ConnectTimeout

    with working(database, queue, conf, run):
        job_id = put(database, queue)
        wait_until(in_state(database, job_id, FAILED))
    assert attempts == [1, 2, 3]
    assert (row(database, job_id).result or {})["error_code"] == "ConnectTimeout"


def test_errors_that_need_a_person_are_not_tried_again(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    def run(_lease: Lease, _stopping: threading.Event) -> Finished:
        raise exception.InvalidUsernameOrPassword

    with working(database, queue, conf, run):
        job_id = put(database, queue)
        wait_until(in_state(database, job_id, FAILED))
    assert row(database, job_id).attempt == 1


def test_a_bug_ends_the_job_and_not_the_worker(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("retry_limit", 0, "jobs")

    def run(lease: Lease, _stopping: threading.Event) -> Finished:
        return Finished(DONE, {"n": 1 // lease.payload["n"]})

    with working(database, queue, conf, run):
        bad, good = put(database, queue, payload={"n": 0}), put(database, queue, payload={"n": 1})
        wait_until(in_state(database, bad, FAILED))
        wait_until(in_state(database, good, DONE))
    assert "ZeroDivisionError" in (row(database, bad).result or {})["error_msg"]


def test_a_long_job_keeps_its_lease(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    leave = threading.Event()

    def run(_lease: Lease, _stopping: threading.Event) -> Finished:
        leave.wait(30)
        return Finished(DONE, {})

    with working(database, queue, conf, run):
        job_id = put(database, queue)
        wait_until(in_state(database, job_id, RUNNING))
        first_end = row(database, job_id).lease_until or 0
        wait_until(lambda: (row(database, job_id).lease_until or 0) > first_end + 600)
        assert queue.lease("another") is None
        leave.set()
        wait_until(in_state(database, job_id, DONE))
    assert row(database, job_id).attempt == 1


def test_a_job_whose_process_died_runs_alone(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("lease_time", 60.0, "jobs")
    leave, running = threading.Event(), Counter[str]()
    seen: list[tuple[str, int]] = []

    def run(lease: Lease, _stopping: threading.Event) -> Finished:
        running[lease.job_id] += 1
        seen.append((lease.job_id, running.total()))
        if lease.job_id == calm:
            leave.wait(30)
        running[lease.job_id] -= 1
        return Finished(DONE, {})

    calm = put(database, queue, priority=9)
    with working(database, queue, conf, run) as worker:
        wait_until(lambda: (calm, 1) in seen)
        with database.writer() as session:
            suspect = queue.enqueue(session, "sync", None, priority=5)
            session.get_one(Job, suspect).crashes = 1
        later = put(database, queue)
        worker.ring()
        wait_until(in_state(database, suspect, RUNNING))
        assert [job_id for job_id, _ in seen] == [calm]
        leave.set()
        wait_until(in_state(database, later, DONE))
    assert [job_id for job_id, _ in seen] == [calm, suspect, later]
    assert dict(seen)[suspect] == 1


def test_a_stopping_worker_hands_its_job_back(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    started = threading.Event()

    def run(_lease: Lease, stopping: threading.Event) -> Finished:
        started.set()
        assert stopping.wait(30)
        raise StoppedError

    with working(database, queue, conf, run):
        job_id = put(database, queue)
        assert started.wait(10)
    back = row(database, job_id)
    assert (back.state, back.attempt) == (QUEUED, 0)


def test_a_job_that_hangs_is_handed_back_and_can_write_nothing_later(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    started, leave = threading.Event(), threading.Event()

    def run(_lease: Lease, _stopping: threading.Event) -> Finished:
        started.set()
        leave.wait(60)
        return Finished(DONE, {})

    worker = Worker(database, queue, {"sync": run}, conf)
    worker.start()
    job_id = put(database, queue)
    worker.ring()
    assert started.wait(10)
    before = time.monotonic()
    worker.stop()
    worker.wait(0.5)
    assert time.monotonic() - before < 5
    assert row(database, job_id).state == QUEUED
    leave.set()
    wait_until(lambda: not any(t.name == "job" for t in threading.enumerate()))
    assert row(database, job_id).state == QUEUED


class TestAJobOverItsDeadline:
    """It hangs: its thread never returns by itself."""

    @pytest.fixture
    def leave(self, conf: cfg.ConfigOpts) -> Iterator[threading.Event]:
        conf.set_override("deadlines", {"sync": 0.3}, "jobs")
        conf.set_override("retry_limit", 0, "jobs")
        leave = threading.Event()
        yield leave
        leave.set()
        wait_until(lambda: not any(t.name == "job" for t in threading.enumerate()))

    def hang(self, leave: threading.Event) -> Runner:
        def run(_lease: Lease, _stopping: threading.Event) -> Finished:
            leave.wait(60)
            return Finished(DONE, {"came": "too late"})

        return run

    def test_ends_with_a_clear_error_and_its_thread_counts_as_stuck(
        self, database: Database, queue: JobQueue, conf: cfg.ConfigOpts, leave: threading.Event
    ) -> None:
        told: list[Finished] = []
        epitaphs = {"sync": lambda _lease, finished: told.append(finished)}
        with working(database, queue, conf, self.hang(leave), epitaphs=epitaphs) as worker:
            job_id = put(database, queue)
            wait_until(in_state(database, job_id, FAILED))
            wait_until(lambda: (worker.running, worker.stuck) == (0, 1))
            result = row(database, job_id).result or {}
            assert result["error_code"] == "JobDeadlineExceeded"
            assert "0.3 seconds" in result["error_msg"]
            assert [finished.result for finished in told] == [result]
            leave.set()
            wait_until(lambda: worker.stuck == 0)
        assert row(database, job_id).result == result, "it comes too late to write anything"

    def test_is_counted_once_though_the_database_fails_after_that(
        self,
        database: Database,
        queue: JobQueue,
        conf: cfg.ConfigOpts,
        leave: threading.Event,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        told: list[Finished] = []
        refused: list[Lease] = []
        finish = queue.finish

        def fails_first(lease: Lease, state: str, result: dict[str, Any]) -> None:
            if not refused:
                refused.append(lease)
                raise DBConnectionError
            finish(lease, state, result)

        monkeypatch.setattr(queue, "finish", fails_first)
        epitaphs = {"sync": lambda _lease, finished: told.append(finished)}
        with working(database, queue, conf, self.hang(leave), epitaphs=epitaphs):
            job_id = put(database, queue)
            wait_until(in_state(database, job_id, FAILED))
            assert (len(refused), len(told)) == (1, 1)

    def test_is_tried_again_as_after_other_errors_of_an_array(
        self, database: Database, queue: JobQueue, conf: cfg.ConfigOpts, leave: threading.Event
    ) -> None:
        conf.set_override("retry_limit", 1, "jobs")
        with working(database, queue, conf, self.hang(leave)) as worker:
            job_id = put(database, queue)
            wait_until(in_state(database, job_id, FAILED))
            assert row(database, job_id).attempt == 2
            assert row(database, job_id).crashes == 0
            wait_until(lambda: worker.stuck == 2)

    def test_a_removal_is_tried_for_as_long_as_it_takes(
        self, database: Database, queue: JobQueue, conf: cfg.ConfigOpts, leave: threading.Event
    ) -> None:
        conf.set_override("deadlines", {"removal": 0.2}, "jobs")
        with working(database, queue, conf, self.hang(leave)) as worker:
            with database.writer() as session:
                job_id = queue.enqueue(session, "removal", None)
            wait_until(lambda: worker.stuck >= 2)
            assert row(database, job_id).state in {QUEUED, RUNNING}

    def test_keeps_no_other_job_from_its_place(
        self, database: Database, queue: JobQueue, conf: cfg.ConfigOpts, leave: threading.Event
    ) -> None:
        conf.set_override("workers", 1, "jobs")

        def run(lease: Lease, _stopping: threading.Event) -> Finished:
            if lease.payload.get("hangs"):
                leave.wait(60)
            return Finished(DONE, {})

        with working(database, queue, conf, run):
            hung = put(database, queue, priority=1, payload={"hangs": True})
            good = put(database, queue)
            wait_until(in_state(database, good, DONE))
            assert row(database, hung).state == FAILED


def test_another_deadline_is_for_kinds_that_are_not_named(
    conf: cfg.ConfigOpts,
) -> None:
    conf.set_override("deadlines", {"sync": 7.0}, "jobs")
    conf.set_override("deadline", 3.0, "jobs")
    assert [deadline_of(conf, kind) for kind in ("sync", "removal")] == [7.0, 3.0]


def test_a_report_may_wait_for_the_call_of_another_job_before_each_of_its_own(
    conf: cfg.ConfigOpts,
) -> None:
    limits = Limits.of(conf)
    calls = 2 * (limits.longest_turn + limits.timeouts[Call.REPORT])
    login = limits.handover_time + limits.timeouts[Call.LOGIN]
    assert deadline_of(conf, "report") > calls + login


@pytest.mark.parametrize(
    ("total", "of", "shares"), [(32, 2, [16, 16]), (5, 3, [2, 2, 1]), (1, 3, [1, 1, 1])]
)
def test_the_budget_of_a_node_is_divided_over_its_workers(
    total: int, of: int, shares: list[int]
) -> None:
    assert [share(total, number, of) for number in range(of)] == shares


def test_a_worker_runs_no_more_jobs_than_its_share(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("workers", 5, "jobs")
    conf.set_override("urgent_workers", 0, "jobs")
    leave = threading.Event()

    def run(_lease: Lease, _stopping: threading.Event) -> Finished:
        leave.wait(30)
        return Finished(DONE, {})

    with working(database, queue, conf, run, place=(1, 2)) as worker:
        ids = [put(database, queue) for _ in range(4)]
        wait_until(lambda: worker.running == 2)
        wait_until(lambda: worker.pulses[0].late == 0.0)
        assert sum(row(database, job_id).state == RUNNING for job_id in ids) == 2
        # As a reload of the configuration does.
        conf.set_override("workers", 8, "jobs")
        worker.ring()
        wait_until(lambda: worker.running == 4)
        leave.set()


def test_its_loops_are_never_late_while_they_wait(
    database: Database, queue: JobQueue, conf: cfg.ConfigOpts
) -> None:
    conf.set_override("poll_interval", 600.0, "jobs")
    with working(database, queue, conf, lambda *_: Finished(DONE, {})) as worker:
        job_id = put(database, queue)
        worker.ring()
        wait_until(in_state(database, job_id, DONE))
        looking, keeping = worker.pulses
        for _ in during(0.3):
            assert looking.late < 0.2
        assert keeping.late < 0.5
