"""Reports keep state and pools new without a synchronisation, and stop while the array is in error."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from oslo_db import exception as db_exception
from sqlalchemy import exc as sql_exception

from delfin import exception
from delfin.db import reports, storages
from delfin.db.base import utcnow
from delfin.drivers.api import DriverAPI
from delfin.drivers.session.limits import Call, Limits
from delfin.jobs.queue import DONE, FAILED, QUEUED, Lease, LeaseLostError
from delfin.jobs.report import REPORT
from delfin.jobs.worker import Finished, StoppedError
from delfin.task_manager.probe import ProbeRunner
from delfin.task_manager.report import ReportRunner
from tests.unit.conftest import Bench
from tests.unit.scripted import ScriptedManager
from tests.unit.task_manager.reporting import (
    alerts,
    ask,
    freshness,
    jobs_of,
    let_it_grow_old,
    pool,
    reported,
    row,
    script,
    shown,
)

STOPPED = "delfin.reports_stopped"


def test_a_report_brings_capacity_and_state_without_a_synchronisation(bench: Bench) -> None:
    array = script()
    storage_id = bench.register(array)
    began = utcnow()
    assert reported(bench, storage_id).state == DONE
    array.listings["list_storage_pools"] = [pool(free=2)]
    array.storage["total_capacity"] = 10
    assert reported(bench, storage_id).result == {"status": "normal", "pools": 1}
    found = shown(bench, storage_id)
    assert (found["free_capacity"], found["freshness"]) == (2, "current")
    assert began < found["reported_at"] < utcnow()
    with bench.database.reader() as session:
        assert storages.get(session, storage_id).total_capacity == 10
    assert array.asked["list_volumes"] == 0


def test_a_synchronisation_counts_as_a_report(bench: Bench) -> None:
    array = script()
    array.listings["list_volumes"] = []
    storage_id = bench.register(array)
    reported(bench, storage_id)
    let_it_grow_old(bench, storage_id)
    bench.sync(storage_id)
    assert freshness(bench, storage_id) == "current"


def test_without_any_report_the_pools_are_as_they_were_read(bench: Bench) -> None:
    array = script()
    array.listings["list_volumes"] = []
    storage_id = bench.register(array)
    bench.sync(storage_id)
    found = shown(bench, storage_id)
    assert (found["status"], found["freshness"], found["reported_at"]) == (
        "normal",
        "unknown",
        None,
    )


@pytest.mark.parametrize("status", ["abnormal", "offline"])
def test_an_array_in_error_stops_its_reports_and_others_go_on(bench: Bench, status: str) -> None:
    array, other = script(), script("SN2")
    storage_id, other_id = bench.register(array), bench.register(other)
    reported(bench, storage_id)
    array.storage["status"] = status
    for _ in range(3):
        reported(bench, storage_id)
        reported(bench, other_id)
    assert (array.asked["list_storage_pools"], other.asked["list_storage_pools"]) == (1, 3)
    found = shown(bench, storage_id)
    assert (found["freshness"], found["status"]) == ("stale", "normal")
    assert freshness(bench, other_id) == "current"
    assert alerts(bench, STOPPED) == ["open"]
    array.storage["status"] = "degraded"
    reported(bench, storage_id)
    assert freshness(bench, storage_id) == "current"
    assert alerts(bench, STOPPED) == ["cleared"]


def test_an_array_that_lets_nobody_in_is_left_to_the_probes(bench: Bench) -> None:
    array = script()
    storage_id = bench.register(array)
    reported(bench, storage_id)
    array.listings["list_storage_pools"] = exception.ConnectTimeout
    array.storage, good = exception.ConnectTimeout(), array.storage
    assert reported(bench, storage_id).state == FAILED
    assert freshness(bench, storage_id) == "stale"
    assert row(bench, storage_id).stopped_reason == "unreachable: The connection timed out."
    assert ask(bench, storage_id) is None, "no report is asked for meanwhile"
    assert alerts(bench, STOPPED) == ["open"]
    array.storage, array.listings["list_storage_pools"] = good, [pool(free=1)]
    probe(bench, storage_id)
    reported(bench, storage_id)
    assert (freshness(bench, storage_id), shown(bench, storage_id)["free_capacity"]) == (
        "current",
        1,
    )
    assert alerts(bench, STOPPED) == ["cleared"]


def probe(bench: Bench, storage_id: str) -> None:
    with bench.database.writer() as session:
        bench.queue.enqueue(session, "probe", storage_id)
    lease = bench.queue.lease("bench")
    assert lease is not None
    finished = ProbeRunner(bench.arrays)(lease, bench.stopping)
    bench.queue.finish(lease, finished.state, finished.result)


def test_pools_nobody_looks_after_are_unknown_rather_than_as_they_last_were(bench: Bench) -> None:
    storage_id = bench.register(script())
    reported(bench, storage_id)
    let_it_grow_old(bench, storage_id)
    found = shown(bench, storage_id)
    assert (found["freshness"], found["status"]) == ("unknown", "unknown")
    assert found["reported_at"] is not None


def test_pools_are_stale_while_a_living_worker_is_busy_with_the_array(bench: Bench) -> None:
    storage_id = bench.register(script())
    reported(bench, storage_id)
    let_it_grow_old(bench, storage_id)
    lease = bench.lease(storage_id)
    assert freshness(bench, storage_id) == "stale"
    bench.queue.finish(lease, DONE, {})


def test_an_older_report_never_replaces_a_newer_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    array = script()
    storage_id = bench.register(array)
    reported(bench, storage_id)
    newest = row(bench, storage_id).reported_at
    array.listings["list_storage_pools"] = [pool(free=1)]
    array.storage["status"] = "degraded"
    earlier = utcnow() - timedelta(minutes=5)
    monkeypatch.setattr("delfin.task_manager.report.utcnow", lambda: earlier)
    assert reported(bench, storage_id).state == DONE
    assert shown(bench, storage_id)["free_capacity"] == 6
    assert row(bench, storage_id).reported_at == newest
    with bench.database.reader() as session:
        assert storages.get(session, storage_id).status == "normal"


AWAY = (
    db_exception.DBConnectionError(),
    db_exception.CantStartEngineError(),
    db_exception.DBError("it is shutting down"),
    sql_exception.OperationalError("SELECT 1", {}, ValueError("it has closed the connection")),
    sql_exception.TimeoutError("no connection is free"),
)


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
def test_what_was_read_while_the_database_was_away_is_written_when_it_is_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """And not read again: by then the array may be gone for good, and the job another's."""
    array = script()
    storage_id = bench.register(array)
    reported(bench, storage_id)
    array.listings["list_storage_pools"] = [pool(free=3)]
    lease = waiting(bench, storage_id)
    runner = ReportRunner(bench.database, bench.arrays, bench.conf)
    writer, refused = bench.database.writer, [0]

    def away() -> Any:
        if refused[0] == 3:
            return writer()
        refused[0] += 1
        raise error

    # Meanwhile the lease has ended, and another worker has the job.
    assert bench.queue.release_orphans() == 1
    other = bench.queue.lease("other")
    assert other is not None
    assert other.job_id == lease.job_id
    monkeypatch.setattr("delfin.task_manager.report._TRY_AGAIN", 0.01)
    with monkeypatch.context() as patch:
        patch.setattr(bench.database, "writer", away)
        assert runner(lease, threading.Event()).state == DONE
    assert refused == [3]
    with pytest.raises(LeaseLostError):
        bench.queue.finish(lease, DONE, {})
    assert (shown(bench, storage_id)["free_capacity"], array.asked["list_storage_pools"]) == (3, 2)


@pytest.mark.parametrize("goes_with", ["get_storage", "list_storage_pools"])
@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
def test_what_the_array_says_while_the_database_goes_is_not_lost(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: Exception, goes_with: str
) -> None:
    array = script()
    storage_id = bench.register(array)
    reported(bench, storage_id)
    lease = waiting(bench, storage_id)
    back, tries = bench.database.writer, iter(range(3))

    def away() -> Any:
        if next(tries, None) is None:
            monkeypatch.undo()
            return back()
        raise error

    def as_the_database_goes(answer: Any) -> Any:
        for name in ("reader", "writer"):
            monkeypatch.setattr(bench.database, name, away)
        return answer

    monkeypatch.setattr("delfin.task_manager.report._TRY_AGAIN", 0.01)
    now = {**array.storage, "status": "degraded"}
    if goes_with == "get_storage":
        array.storage = lambda: as_the_database_goes(now)
    else:
        array.storage = now
    array.listings["list_storage_pools"] = lambda: as_the_database_goes([pool(free=3)])
    finished = ReportRunner(bench.database, bench.arrays, bench.conf)(lease, threading.Event())
    with bench.database.reader() as session:
        assert storages.get(session, storage_id).status == "degraded"
    was_asked_all = goes_with == "list_storage_pools"
    assert finished.state == (DONE if was_asked_all else FAILED)
    assert array.asked["list_storage_pools"] == 1 + was_asked_all
    assert shown(bench, storage_id)["free_capacity"] == (3 if was_asked_all else 6)


def test_that_an_array_was_in_error_is_not_lost_to_a_try_that_failed_since(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read while the database was away comes after another process has tried in vain."""
    array = script()
    storage_id = bench.register(array)
    reported(bench, storage_id)
    good, read_at = array.storage, utcnow()
    array.storage = exception.ConnectTimeout()
    assert reported(bench, storage_id).state == FAILED
    array.storage = {**good, "status": "abnormal"}
    with monkeypatch.context() as patch:
        patch.setattr("delfin.task_manager.report.utcnow", lambda: read_at)
        finished = ReportRunner(bench.database, bench.arrays, bench.conf)(
            bench.lease(storage_id), bench.stopping
        )
    assert finished.result == {"status": "abnormal", "pools": None}
    with bench.database.reader() as session:
        assert storages.get(session, storage_id).status == "abnormal"
    assert row(bench, storage_id).stopped_reason == "unreachable: The connection timed out."
    assert alerts(bench, STOPPED) == ["open"]


def test_what_no_database_takes_is_not_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = waiting(bench, bench.register(script()))

    def refuse() -> Any:
        raise db_exception.DBDataError

    monkeypatch.setattr(bench.database, "writer", refuse)
    with pytest.raises(db_exception.DBDataError):
        ReportRunner(bench.database, bench.arrays, bench.conf)(lease, threading.Event())


def waiting(bench: Bench, storage_id: str) -> Lease:
    """A report that is to be run."""
    assert ask(bench, storage_id) is not None
    lease = bench.queue.lease("bench")
    assert lease is not None
    return lease


def test_a_doubtful_listing_deletes_no_pool(bench: Bench) -> None:
    array = script()
    storage_id = bench.register(array)
    reported(bench, storage_id)
    array.listings["list_storage_pools"] = []
    assert reported(bench, storage_id).state == FAILED
    assert shown(bench, storage_id)["free_capacity"] == 6
    assert row(bench, storage_id).error_code == "InvalidResults"


def test_a_report_that_hangs_is_ended_counted_and_begun_anew(bench: Bench) -> None:
    array = script()
    storage_id = bench.register(array)
    hangs = threading.Event()
    limits = Limits(timeouts=dict.fromkeys(Call, 30.0) | {Call.REPORT: 0.2})
    patient = bench.arrays
    bench.arrays = DriverAPI(bench.database, bench.keyring, ScriptedManager(), limits)
    try:
        array.listings["list_storage_pools"] = lambda: (hangs.wait(1) and [pool()]) or [pool()]
        assert reported(bench, storage_id).result["error_code"] == "DriverCallTimeout"
        hangs.set()
        assert row(bench, storage_id).restarts == 1
        assert reported(bench, storage_id).state == DONE
        found = row(bench, storage_id)
        assert (found.restarts, found.error_code, found.stopped_at) == (1, None, None)
    finally:
        bench.arrays.sessions.close()
        bench.arrays = patient


def test_one_that_cannot_be_ended_is_counted_when_its_job_is_given_up(bench: Bench) -> None:
    storage_id = bench.register(script())
    ask(bench, storage_id)
    lease = bench.queue.lease("bench")
    assert lease is not None
    runner = ReportRunner(bench.database, bench.arrays, bench.conf)
    runner.write_epitaph(lease, Finished(FAILED, {"error_code": "E", "error_msg": "took too long"}))
    assert (row(bench, storage_id).restarts, row(bench, storage_id).error_code) == (1, "E")


def test_an_answer_that_waits_for_the_database_until_its_job_is_given_up_did_not_hang(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage_id = bench.register(script())
    reported(bench, storage_id)
    lease = waiting(bench, storage_id)
    runner = ReportRunner(bench.database, bench.arrays, bench.conf)
    writer, stopping = bench.database.writer, threading.Event()
    given_up = Finished(FAILED, {"error_code": "E", "error_msg": "took too long"})

    def away() -> Any:
        # Just when the database is back, the worker gives the job up; the next try is to stop.
        monkeypatch.setattr(bench.database, "writer", writer)
        runner.write_epitaph(lease, given_up)
        monkeypatch.setattr(bench.database, "writer", refuse)
        stopping.set()
        raise db_exception.DBConnectionError

    def refuse() -> Any:
        raise db_exception.DBConnectionError

    monkeypatch.setattr(bench.database, "writer", away)
    with pytest.raises(StoppedError):
        runner(lease, stopping)
    found = row(bench, storage_id)
    assert (found.restarts, found.error_code) == (0, None)
    monkeypatch.setattr(bench.database, "writer", writer)
    runner.write_epitaph(lease, given_up)
    assert row(bench, storage_id).restarts == 1, "the answer is not remembered for ever"


def test_of_the_reports_of_a_storage_one_waits(bench: Bench) -> None:
    storage_id = bench.register(script())
    reported(bench, storage_id)
    waiting = ask(bench, storage_id)
    assert ask(bench, storage_id) == waiting
    assert sorted(job.state for job in jobs_of(bench, REPORT)) == [DONE, QUEUED]


def test_what_the_array_can_do_is_kept_with_the_report(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tests.unit.scripted.ScriptedDriver.get_capabilities",
        staticmethod(lambda *_: {"is_historic": False, "protocols": ["fc"]}),
    )
    storage_id = bench.register(script())
    reported(bench, storage_id)
    kept = row(bench, storage_id).capabilities
    assert kept is not None
    assert (kept["protocols"], kept["features"]) == (["fc"], None)
    assert "storage_pools" in kept["supported_kinds"]
    age = reports.age(row(bench, storage_id).reported_at)
    assert age is not None
    assert 0 <= age < 60
