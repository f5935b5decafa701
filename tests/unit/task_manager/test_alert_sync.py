"""Alert sync as a job: what it writes down, and what an array that fails leaves as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from delfin import exception
from delfin.alerts.store import raise_alert
from delfin.db import storages
from delfin.db.alerts import Alert, AlertReading
from delfin.db.jobs import Job
from delfin.jobs.alert_sync import ALERT_SYNC, request
from delfin.jobs.queue import DONE, FAILED, PARTIAL, LeaseLostError
from delfin.jobs.worker import Finished
from delfin.task_manager.alert_sync import AlertSyncRunner, then_alerts
from tests.unit.conftest import Bench
from tests.unit.scripted import Script, ScriptedDriver

List = Callable[[Any], None]


@pytest.fixture
def storage_id(bench: Bench) -> str:
    return bench.register(Script())


@pytest.fixture
def lists(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> List:
    """Says what the array lists from now on."""

    def say(answer: Any) -> None:
        def list_alerts(driver: ScriptedDriver, _context: Any, query: Any = None) -> Any:
            assert query is None, "drivers differ in what they make of a range"
            return driver.script.answer("list_alerts", answer)

        monkeypatch.setattr(ScriptedDriver, "list_alerts", list_alerts)

    return say


def run(bench: Bench, storage_id: str) -> Finished:
    with bench.database.writer() as session:
        request(bench.queue, session, storage_id)
    lease = bench.queue.lease("bench")
    assert lease is not None
    assert lease.kind == ALERT_SYNC
    runner = AlertSyncRunner(bench.database, bench.queue, bench.arrays, bench.conf)
    finished = runner(lease, bench.stopping)
    bench.queue.finish(lease, finished.state, finished.result)
    return finished


def open_alerts(bench: Bench) -> int:
    with bench.database.reader() as session:
        return len(session.scalars(select(Alert.id).where(Alert.state == "open")).all())


def reading(bench: Bench, storage_id: str) -> AlertReading:
    with bench.database.reader() as session:
        found = session.get_one(AlertReading, storage_id)
        session.expunge(found)
    return found


def test_a_listing_is_merged(bench: Bench, storage_id: str, lists: List) -> None:
    lists([{"alert_id": "1"}, {"alert_id": "2"}])
    finished = run(bench, storage_id)
    assert finished == Finished(DONE, {"supported": True, "listed": 2, "ended": 0})
    assert open_alerts(bench) == 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (exception.ConnectTimeout(), "ConnectTimeout"),
        (exception.InvalidUsernameOrPassword(), "InvalidUsernameOrPassword"),
        (KeyError("x"), "DelfinException"),
        ({"not": "a list"}, "InvalidResults"),
        ([None], "InvalidResults"),
    ],
    ids=str,
)
def test_a_listing_that_fails_ends_nothing(
    bench: Bench, storage_id: str, lists: List, answer: Any, code: str
) -> None:
    lists([{"alert_id": "1"}])
    run(bench, storage_id)
    lists(answer)
    finished = run(bench, storage_id)
    assert (finished.state, finished.result["error_code"]) == (FAILED, code)
    assert (finished.retry is None) == (code == "InvalidUsernameOrPassword")
    assert open_alerts(bench) == 1
    kept = reading(bench, storage_id)
    assert kept.error_code == code
    assert kept.last_success is not None
    with bench.database.writer() as session:
        # A password that was refused is not tried again before it is good.
        bench.arrays.access_renewed(session, storage_id, 1)
    lists([{"alert_id": "1"}])
    run(bench, storage_id)
    assert reading(bench, storage_id).error_code is None


def test_a_doubtful_listing_is_read_again(bench: Bench, storage_id: str, lists: List) -> None:
    lists([{"alert_id": "1"}])
    run(bench, storage_id)
    lists([])
    finished = run(bench, storage_id)
    assert finished.state == PARTIAL
    assert finished.retry is not None
    assert "second listing" in finished.result["error_msg"]
    assert open_alerts(bench) == 1


def test_a_driver_that_cannot_list_ends_nothing(bench: Bench, storage_id: str, lists: List) -> None:
    with bench.database.writer() as session:
        raise_alert(session, storage_id, {"alert_id": "of a trap"})
    lists(NotImplementedError)
    assert run(bench, storage_id) == Finished(DONE, {"supported": False})
    assert open_alerts(bench) == 1
    assert reading(bench, storage_id).supported is False


def test_a_storage_that_is_removed_meanwhile_ends_the_job(
    bench: Bench, storage_id: str, lists: List
) -> None:
    def removed() -> Any:
        with bench.database.writer() as session:
            storages.bury(session, storage_id)
        return [{"alert_id": "1"}]

    lists(removed)
    with pytest.raises(LeaseLostError):
        run(bench, storage_id)
    assert open_alerts(bench) == 0


def test_a_request_that_waits_already_is_that_one(bench: Bench, storage_id: str) -> None:
    with bench.database.writer() as session:
        first = request(bench.queue, session, storage_id)
        assert request(bench.queue, session, storage_id) == first
        assert request(bench.queue, session, storage_id, begin_time=5) != first


@pytest.mark.parametrize(
    ("state", "wanted", "asked"), [(DONE, True, 1), (FAILED, True, 0), (PARTIAL, False, 0)]
)
def test_an_inventory_sync_asks_for_the_alerts_too(
    bench: Bench, storage_id: str, state: str, wanted: bool, asked: int
) -> None:
    bench.conf.set_override("sync_after_inventory", wanted, "alerts")
    runner = then_alerts(
        lambda _lease, _stopping: Finished(state, {}), bench.database, bench.queue, bench.conf
    )
    lease = bench.lease(storage_id)
    assert runner(lease, bench.stopping).state == state
    with bench.database.reader() as session:
        found = session.scalars(select(Job.id).where(Job.kind == ALERT_SYNC)).all()
    assert len(found) == asked
