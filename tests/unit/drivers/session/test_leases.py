"""All processes together keep no more sessions with an array than they may."""

from __future__ import annotations

import threading
import time

import pytest
from oslo_db import exception as db_exception
from sqlalchemy import update

from delfin import exception
from delfin.context import get_admin_context
from delfin.db.array_sessions import ArraySession
from delfin.db.session import Database
from delfin.drivers.session.limits import Tier
from tests.unit.drivers.session.conftest import Processes, ask
from tests.unit.scripted import Script
from tests.waiting import during, wait_until


def test_an_idle_session_is_handed_over(processes: Processes) -> None:
    script, most = Script(), [0]
    storage_id = processes.bench.register(script)
    script.login = lambda _: most.append(script.open_sessions + 1)
    one, other = processes.start(), processes.start()
    for process in (one, other, one):
        assert ask(process, storage_id)["serial_number"] == "SN1"
        assert len(processes.leases()) == 1
    assert max(most) == 1
    assert (script.asked["login"], script.open_sessions) == (3, 1)


def test_who_finds_the_session_busy_is_told_to_come_again(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script)
    one, other = processes.start(), processes.start(handover_time=0.3)
    with (
        one.sessions.using(get_admin_context(), storage_id),
        pytest.raises(exception.ArraySessionsInUse, match="process"),
    ):
        ask(other, storage_id)
    assert script.asked["login"] == 1
    # The holder was asked, so it gives the session up when its call has ended.
    wait_until(lambda: script.open_sessions == 0 and not processes.leases())
    ask(other, storage_id)


def test_many_processes_at_once_never_exceed_the_limit(processes: Processes) -> None:
    script, most = Script(), [0]
    storage_id = processes.bench.register(script)
    row = script.storage

    def answer() -> object:
        most.append(script.open_sessions)
        return row

    script.storage = answer
    started = [processes.start(sessions=2, handover_time=30.0) for _ in range(4)]
    threads = [
        threading.Thread(target=ask, args=(process, storage_id))
        for process in started
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert script.asked["get_storage"] == 12
    assert 1 <= max(most) <= 2


def test_tiers_have_sessions_of_their_own(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script)
    task = processes.start()
    api = processes.start(tier=Tier.API, idle_time=0.0)
    with task.sessions.using(get_admin_context(), storage_id):
        ask(api, storage_id)
    wait_until(lambda: [row.tier for row in processes.leases()] == ["task"])
    assert script.open_sessions == 1


def test_the_session_of_a_dead_process_is_free_after_its_lease(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script)
    dead = processes.start(lease_time=1.0, handover_time=0.1)
    ask(dead, storage_id)
    dead.sessions._keeper.stop()
    processes.bus = type(processes.bus)()
    other = processes.start(handover_time=30.0)
    began = time.monotonic()
    ask(other, storage_id)
    assert time.monotonic() - began < 10
    assert script.asked["login"] == 2
    # It comes back to life, and does not use what is not its own any more.
    with (
        other.sessions.using(get_admin_context(), storage_id),
        pytest.raises(exception.ArraySessionsInUse),
    ):
        ask(dead, storage_id)


def test_leases_are_renewed_as_long_as_the_session_lives(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script)
    process = processes.start(lease_time=0.6)
    ask(process, storage_id)
    (first,) = processes.leases()

    def renewed() -> list[ArraySession]:
        """A renewal that began before the call ended tells nothing of it yet."""
        kept = processes.leases()
        return [one for one in kept if one.lease_until > first.lease_until and one.calls == 1]

    later = wait_until(renewed)
    assert later[0].last_error is None
    assert later[0].last_used is not None


def test_a_process_that_cannot_renew_stops_using_its_session(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, entered = Script(), threading.Event()
    storage_id = processes.bench.register(script)
    process = processes.start(lease_time=0.6)
    caught: list[BaseException] = []
    leave = threading.Event()
    row = script.storage

    def hold() -> object:
        entered.set()
        leave.wait(20)
        return row

    script.storage = hold

    def call() -> None:
        try:
            ask(process, storage_id)
        except exception.DelfinException as error:
            caught.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    assert entered.wait(10)

    def away(_: object) -> list[object]:
        raise db_exception.DBConnectionError

    monkeypatch.setattr(process.sessions._leases, "renew_all", away)
    connections = process.sessions._slots[storage_id].connections
    wait_until(lambda: connections._refusing)
    leave.set()
    thread.join(10)
    assert isinstance(caught[0], exception.DriverCallTimeout)
    assert "belongs to another process" in caught[0].msg
    wait_until(lambda: script.open_sessions == 0)


def test_a_session_that_another_process_has_taken_is_given_up(
    processes: Processes, database: Database
) -> None:
    script = Script()
    storage_id = processes.bench.register(script)
    process = processes.start(lease_time=0.6)
    ask(process, storage_id)
    with database.writer() as session:
        session.execute(update(ArraySession).values(holder="somebody else"))
    wait_until(lambda: script.open_sessions == 0)
    assert [row.holder for row in processes.leases()] == ["somebody else"]


def test_idle_sessions_end(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script)
    process = processes.start(idle_time=0.2)
    ask(process, storage_id)
    wait_until(lambda: script.open_sessions == 0 and not processes.leases())
    ask(process, storage_id)
    assert script.asked["login"] == 2


def test_a_storage_that_moves_is_logged_out_of_once_idle(processes: Processes) -> None:
    scripts = [Script(), Script("SN2")]
    moved, stays = (processes.bench.register(script) for script in scripts)
    process = processes.start(lambda storage_id: storage_id == moved, lease_time=0.6)
    ask(process, moved)
    ask(process, stays)
    wait_until(lambda: scripts[0].open_sessions == 0)
    wait_until(lambda: [row.storage_id for row in processes.leases()] == [stays])
    assert scripts[1].open_sessions == 1


def test_between_the_calls_of_a_job_nobody_logs_out_of_a_storage_that_moves(
    processes: Processes,
) -> None:
    script = Script()
    storage_id = processes.bench.register(script)
    process = processes.start(lambda _: True, lease_time=1.5)
    for _ in during(1.2):
        ask(process, storage_id)
    assert script.asked["login"] == 1


def test_closing_gives_all_leases_back(processes: Processes) -> None:
    ids = [processes.bench.register(Script(f"SN{number}")) for number in range(5)]
    process = processes.start()
    for storage_id in ids:
        ask(process, storage_id)
    assert len(processes.leases()) == 5
    process.sessions.close()
    assert processes.leases() == []


def test_a_refused_login_leaves_no_lease(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script)

    def refuse(_: object) -> None:
        raise exception.BadResponse

    script.login = refuse
    with pytest.raises(exception.BadResponse):
        ask(processes.start(), storage_id)
    assert processes.leases() == []


def test_a_session_of_older_access_information_ends_though_nobody_was_told(
    processes: Processes,
) -> None:
    script = Script()
    storage_id = processes.bench.register(script)
    process = processes.start(lease_time=0.6)
    ask(process, storage_id)
    processes.change_password(storage_id, "other")
    wait_until(lambda: script.open_sessions == 0 and not processes.leases())
