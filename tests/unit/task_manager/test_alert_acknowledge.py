"""That somebody has taken up an alert is told to its array, if that is so when the job runs."""

from __future__ import annotations

from typing import Any

import pytest

from delfin import exception
from delfin.alerts.acknowledgement import acknowledge, take_back
from delfin.alerts.merge import Listed, merge
from delfin.alerts.store import raise_alert
from delfin.db.alerts import Alert
from delfin.jobs.alert_acknowledge import ALERT_ACKNOWLEDGE
from delfin.jobs.alert_sync import ALERT_SYNC
from delfin.jobs.queue import LeaseLostError
from delfin.jobs.worker import Finished
from delfin.task_manager.alert_acknowledge import AlertAcknowledgeRunner
from delfin.utils import utcnow_ms
from tests.unit.conftest import Bench
from tests.unit.scripted import Script, ScriptedDriver
from tests.unit.task_manager.test_array_calls import driver_with


@pytest.fixture
def storage_id(bench: Bench) -> str:
    return bench.register(Script())


def report(bench: Bench, storage_id: str, number: int | None = 7) -> None:
    """One alert of the array, always the same."""
    with bench.database.writer() as session:
        told = {} if number is None else {"sequence_number": number}
        raise_alert(session, storage_id, {"alert_id": "a", "match_key": "k", **told})


def take_up(bench: Bench, storage_id: str) -> str:
    """The id of the job that comes of it."""
    with bench.database.writer() as session:
        alert = acknowledge(session, session.query(Alert).one().id, "kim")
        return bench.board.request_alert_acknowledge(session, storage_id, alert)


def give_back(bench: Bench) -> None:
    with bench.database.writer() as session:
        take_back(session, session.query(Alert).one().id)


def listed(bench: Bench, storage_id: str, *alerts: dict[str, Any]) -> None:
    """The array lists these alerts and no others, in good earnest."""
    bench.conf.set_override("doubt_time", 0.0, "sync")
    reading = Listed(alerts, utcnow_ms() + 1)
    for _ in range(2):
        with bench.database.writer() as session:
            merge(session, storage_id, reading, bench.conf)


def run_one(bench: Bench) -> Finished:
    lease = bench.queue.lease("bench")
    assert lease is not None
    assert lease.kind == ALERT_ACKNOWLEDGE
    run = AlertAcknowledgeRunner(bench.database, bench.queue, bench.arrays)
    finished = run(lease, bench.stopping)
    bench.queue.finish(lease, finished.state, finished.result)
    return finished


def test_the_array_is_told_its_own_number(
    bench: Bench, storage_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = driver_with(monkeypatch, "acknowledge_alert")
    report(bench, storage_id)
    first = take_up(bench, storage_id)
    assert take_up(bench, storage_id) == first, "said again it is the same"
    finished = run_one(bench)
    assert (finished.state, finished.result) == ("done", {"told": True})
    assert called == [("7",)]


def test_what_was_given_back_meanwhile_is_not_told(
    bench: Bench, storage_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = driver_with(monkeypatch, "acknowledge_alert")
    report(bench, storage_id)
    take_up(bench, storage_id)
    give_back(bench)
    finished = run_one(bench)
    assert (finished.state, finished.result) == ("done", {"told": False})
    assert not called


def test_what_is_taken_up_anew_is_told_whatever_a_job_that_runs_has_seen(
    bench: Bench, storage_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("delfin.alerts.acknowledgement.utcnow_ms", iter(range(1, 9)).__next__)
    report(bench, storage_id)
    first = take_up(bench, storage_id)
    give_back(bench)
    assert take_up(bench, storage_id) != first


def test_an_alert_of_a_trap_without_a_number_waits_until_the_listing_tells_it(
    bench: Bench, storage_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = driver_with(monkeypatch, "acknowledge_alert")
    report(bench, storage_id, None)
    take_up(bench, storage_id)
    finished = run_one(bench)
    assert (finished.state, finished.result["error_code"]) == ("failed", "DelfinException")
    assert finished.retry is not None
    assert not called
    lease = bench.queue.lease("bench")
    assert lease is not None
    assert lease.kind == ALERT_SYNC
    bench.queue.finish(lease, "done", {})
    report(bench, storage_id)
    take_up(bench, storage_id)
    assert run_one(bench).result == {"told": True}
    assert called == [("7",)]


@pytest.mark.parametrize("number", [None, 7])
def test_the_job_fails_when_the_listing_ended_what_it_never_showed(
    bench: Bench, storage_id: str, monkeypatch: pytest.MonkeyPatch, number: int | None
) -> None:
    called = driver_with(monkeypatch, "acknowledge_alert")
    report(bench, storage_id, number)
    take_up(bench, storage_id)
    listed(bench, storage_id, {"alert_id": "a", "match_key": "in other words"})
    finished = run_one(bench)
    assert not called
    assert finished.retry is None
    if number is None:
        assert (finished.state, finished.result["told"]) == ("failed", False)
        assert "acknowledge the alert that the array lists" in finished.result["error_msg"]
    else:
        # It was listed before, and is not any more: nobody waits for that.
        assert (finished.state, finished.result) == ("done", {"told": False})


def test_what_was_never_listed_and_given_back_needs_no_telling(
    bench: Bench, storage_id: str
) -> None:
    report(bench, storage_id, None)
    take_up(bench, storage_id)
    give_back(bench)
    listed(bench, storage_id)
    assert run_one(bench).result == {"told": False}


def test_what_the_array_refuses_is_told_by_the_job(
    bench: Bench, storage_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver_with(monkeypatch, "acknowledge_alert", exception.NotAuthorized())
    report(bench, storage_id)
    take_up(bench, storage_id)
    with pytest.raises(exception.NotAuthorized):
        run_one(bench)


def test_a_driver_that_cannot_is_not_logged_in_for_it(bench: Bench) -> None:
    script = Script()
    storage_id = bench.register(script)
    report(bench, storage_id)
    take_up(bench, storage_id)
    finished = run_one(bench)
    assert (finished.state, finished.retry) == ("failed", None)
    assert finished.result["error_code"] == "OperationNotSupported"
    assert not script.asked["login"]


def test_an_array_that_is_being_removed_is_told_nothing(
    bench: Bench, storage_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_driver: Any, _context: Any, _number: str) -> None:
        raise exception.StorageNotFound(storage_id)

    monkeypatch.setattr(ScriptedDriver, "acknowledge_alert", gone)
    report(bench, storage_id)
    take_up(bench, storage_id)
    with pytest.raises(LeaseLostError):
        run_one(bench)
