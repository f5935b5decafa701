"""What the REST API has done at an array goes ahead of the array's jobs, one request at a time."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from delfin import exception
from delfin.alerts.store import raise_alert
from delfin.db.alerts import Alert
from delfin.db.snmp_secrets import sealed_in_transit
from delfin.jobs.alert_clear import ALERT_CLEAR
from delfin.task_manager.alert_clear import AlertClearRunner
from delfin.task_manager.array_calls import ArrayAnswers
from tests.unit.conftest import Bench
from tests.unit.scripted import Script, ScriptedDriver
from tests.waiting import wait_until


def answers(bench: Bench) -> ArrayAnswers:
    return ArrayAnswers(bench.database, bench.arrays, bench.keyring)


def driver_with(monkeypatch: pytest.MonkeyPatch, name: str, error: Any = None) -> list[Any]:
    """What the driver's method was called with; it raises the error."""
    called: list[Any] = []

    def method(_driver: Any, _context: Any, *arguments: Any) -> None:
        called.append(arguments)
        if error is not None:
            raise error

    monkeypatch.setattr(ScriptedDriver, name, method)
    return called


def test_a_clear_waits_for_one_request_of_a_running_synchronisation_and_no_more(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    inside, may_go_on = threading.Event(), threading.Event()

    def volumes() -> list[Any]:
        order.append("volumes")
        inside.set()
        assert may_go_on.wait(10)
        return []

    def after(name: str) -> Any:
        def listed() -> list[Any]:
            order.append(name)
            return []

        return listed

    script = Script()
    script.listings = {
        "list_storage_pools": after("pools"),
        "list_volumes": volumes,
        **{name: after(name) for name in ("list_controllers", "list_ports", "list_disks")},
    }
    storage_id = bench.register(script)
    monkeypatch.setattr(
        ScriptedDriver, "clear_alert", lambda _driver, _context, _number: order.append("clear")
    )
    sync = threading.Thread(target=bench.sync, args=(storage_id,))
    sync.start()
    assert inside.wait(10)
    clear = threading.Thread(
        target=answers(bench), args=(storage_id, "clear_alert", {"sequence_number": "7"})
    )
    clear.start()
    turns = bench.arrays.sessions._slots[storage_id].turns
    wait_until(lambda: turns._waiting)
    may_go_on.set()
    clear.join(10)
    sync.join(10)
    assert order[order.index("volumes") + 1] == "clear"
    assert order[-1] != "clear"
    assert script.asked["login"] == 1, "the array sees one session"


def test_what_is_cleared_at_the_array_is_cleared_here(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = driver_with(monkeypatch, "clear_alert")
    storage_id = bench.register(Script())
    with bench.database.writer() as session:
        raise_alert(session, storage_id, {"alert_id": "a", "sequence_number": 7})
    answers(bench)(storage_id, "clear_alert", {"sequence_number": "7"})
    assert called == [("7",)]
    with bench.database.reader() as session:
        alert = session.query(Alert).one()
        assert (alert.state, alert.cleared_by) == ("cleared", "user")


def test_what_the_array_refuses_to_clear_stays(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver_with(monkeypatch, "clear_alert", exception.StorageClearAlertFailed("locked"))
    storage_id = bench.register(Script())
    with bench.database.writer() as session:
        raise_alert(session, storage_id, {"alert_id": "a", "sequence_number": 7})
    with pytest.raises(exception.StorageClearAlertFailed):
        answers(bench)(storage_id, "clear_alert", {"sequence_number": "7"})
    with bench.database.reader() as session:
        assert session.query(Alert).one().state == "open"


def test_a_clear_that_was_kept_is_done_once_and_asked_for_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = driver_with(monkeypatch, "clear_alert")
    storage_id, number = bench.register(Script()), "7" * 255
    with bench.database.writer() as session:
        first = bench.board.request_alert_clear(session, storage_id, number)
        assert bench.board.request_alert_clear(session, storage_id, number) == first
        assert bench.board.request_alert_clear(session, storage_id, "8") != first
    for expected in ("done", "done"):
        lease = bench.queue.lease("bench")
        assert lease is not None
        assert lease.kind == ALERT_CLEAR
        finished = AlertClearRunner(bench.database, bench.arrays)(lease, bench.stopping)
        assert finished.state == expected
        bench.queue.finish(lease, finished.state, finished.result)
    assert sorted(called) == [(number,), ("8",)]


def test_a_clear_that_the_driver_cannot_do_is_not_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver_with(monkeypatch, "clear_alert", NotImplementedError())
    storage_id = bench.register(Script())
    with bench.database.writer() as session:
        bench.board.request_alert_clear(session, storage_id, "7")
    lease = bench.queue.lease("bench")
    assert lease is not None
    finished = AlertClearRunner(bench.database, bench.arrays)(lease, bench.stopping)
    assert (finished.state, finished.retry) == ("failed", None)
    assert finished.result["error_code"] == "OperationNotSupported"


def test_the_community_is_opened_only_at_the_array(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = driver_with(monkeypatch, "add_trap_config")
    storage_id = bench.register(Script())
    sealed = sealed_in_transit(bench.keyring, storage_id, "c0mmunity")
    assert "c0mmunity" not in sealed
    targets = [{"host": "192.0.2.1", "port": 162}, {"host": "192.0.2.2", "port": 1162}]
    config = {"version": "SNMPv2c", "community_string": sealed}
    answers(bench)(storage_id, "add_trap_config", {"config": config, "targets": targets})
    assert [(one["host"], one["port"], one["community_string"]) for (one,) in called] == [
        ("192.0.2.1", 162, "c0mmunity"),
        ("192.0.2.2", 1162, "c0mmunity"),
    ]


@pytest.mark.parametrize("name", ["add_trap_config", "remove_trap_config"])
def test_a_driver_whose_method_is_empty_is_not_believed_to_have_done_it(
    bench: Bench, name: str
) -> None:
    script = Script()
    storage_id = bench.register(script)
    arguments = {"config": {}, "targets": [{"host": "192.0.2.1", "port": 162}]}
    with pytest.raises(exception.OperationNotSupported):
        answers(bench)(storage_id, name, arguments)
    assert not script.asked["login"], "nobody logs in for nothing"
