"""Few callers at a time enter a driver, the urgent first, and a driver is never entered unasked."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from delfin import exception
from delfin.context import get_admin_context
from delfin.db import migration
from delfin.db.access_state import OK
from delfin.db.session import Database
from delfin.drivers.api import DriverAPI
from delfin.drivers.session import deadline
from delfin.drivers.session.limits import Call, Limits
from delfin.drivers.session.turns import Priority, Turns
from delfin.inventory.block import VOLUMES
from tests.conftest import make_conf, throw_away_database
from tests.unit.drivers.session.conftest import Processes, ask
from tests.unit.scripted import Script, ScriptedDriver
from tests.waiting import during, wait_until


@pytest.fixture(scope="session")
def migrated_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One engine is enough: turns are within a process."""
    folder = tmp_path_factory.mktemp("turns")
    with throw_away_database("sqlite", folder) as url:
        database = Database(make_conf(folder, url))
        migration.upgrade(database.engine)
        database.dispose()
        yield url


class Gate:
    """An answer that waits to be let go, and counts who is inside."""

    def __init__(self, row: Any) -> None:
        self.inside = self.most = 0
        self.open = threading.Event()
        self._row = row
        self._guard = threading.Lock()

    def __call__(self) -> Any:
        with self._guard:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.open.wait(30)
        with self._guard:
            self.inside -= 1
        return self._row


def in_threads(count: int, call: Callable[[], Any]) -> list[threading.Thread]:
    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


@pytest.mark.parametrize(
    ("allowed", "requests", "expected"),
    [(1, 2, 1), (2, 2, 2), (True, 3, 3), (8, 2, 2), (True, 1, 1)],
)
def test_as_many_as_driver_and_operator_allow(
    processes: Processes,
    monkeypatch: pytest.MonkeyPatch,
    allowed: int | bool,
    requests: int,
    expected: int,
) -> None:
    monkeypatch.setattr(ScriptedDriver, "concurrent_calls", allowed)
    script = Script()
    storage_id = processes.bench.register(script)
    process = processes.start(requests=requests)
    ask(process, storage_id)
    script.storage = gate = Gate(script.storage)
    threads = in_threads(8, lambda: ask(process, storage_id))
    wait_until(lambda: gate.inside == expected)
    gate.open.set()
    for thread in threads:
        thread.join(30)
    assert (gate.most, script.asked["get_storage"], script.asked["login"]) == (expected, 9, 1)


def test_sixteen_callers_share_one_login_at_expiry(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScriptedDriver, "concurrent_calls", True)
    script = Script()
    storage_id = processes.bench.register(script)
    process = processes.start(requests=16)
    ask(process, storage_id)
    processes.change_password(storage_id, "other")
    threads = in_threads(16, lambda: ask(process, storage_id))
    for thread in threads:
        thread.join(30)
    assert (script.asked["login"], script.asked["logout"], script.open_sessions) == (2, 1, 1)
    assert script.asked["get_storage"] == 17


def test_a_session_ends_only_when_nobody_is_inside(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScriptedDriver, "concurrent_calls", True)
    script = Script()
    storage_id = processes.bench.register(script)
    process = processes.start(requests=2)
    ask(process, storage_id)
    script.storage = gate = Gate(script.storage)
    first = in_threads(1, lambda: ask(process, storage_id))
    wait_until(lambda: gate.inside == 1)
    process.sessions.evict(storage_id)
    second = in_threads(1, lambda: ask(process, storage_id))
    turns = process.sessions._slots[storage_id].turns
    wait_until(lambda: turns._alone)
    assert (script.asked["logout"], gate.inside) == (0, 1)
    gate.open.set()
    for thread in (*first, *second):
        thread.join(30)
    assert (script.asked["login"], script.asked["logout"]) == (2, 1)


def test_the_urgent_go_before_those_who_wait_already(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script)
    process = processes.start()
    order: list[str] = []
    ask(process, storage_id)
    turns = process.sessions._slots[storage_id].turns

    def call(name: str, priority: Priority) -> None:
        with process.sessions.using(get_admin_context(), storage_id, Call.LIST, priority):
            order.append(name)

    with process.sessions.using(get_admin_context(), storage_id):
        first = in_threads(1, lambda: call("sync", Priority.NORMAL))
        wait_until(lambda: len(turns._waiting) == 1)
        second = in_threads(1, lambda: call("clear", Priority.HIGH))
        wait_until(lambda: len(turns._waiting) == 2)
    for thread in (*first, *second):
        thread.join(30)
    assert order == ["clear", "sync"]


def test_a_check_waits_for_one_request_of_a_synchronisation(processes: Processes) -> None:
    """Between two kinds it is let in."""
    script = Script()
    storage_id = processes.bench.register(script)
    process = processes.start()
    kinds = ("list_volumes", "list_storage_pools", "list_disks", "list_ports")
    entered = threading.Event()
    order: list[str] = []

    def listing(name: str) -> Callable[[], list[Any]]:
        def answer() -> list[Any]:
            order.append(name)
            if not entered.is_set():
                entered.set()
                turns = process.sessions._slots[storage_id].turns
                wait_until(lambda: turns._waiting)
            return []

        return answer

    script.listings = {name: listing(name) for name in kinds}
    row = script.storage

    def check() -> Any:
        order.append("check")
        return row

    def synchronise() -> None:
        for name in kinds:
            getattr(process, name)(get_admin_context(), storage_id)

    sync = in_threads(1, synchronise)
    assert entered.wait(10)
    script.storage = check
    process.check_access(get_admin_context(), storage_id)
    sync[0].join(30)
    assert order.index("check") == 1, order


def test_a_turn_that_does_not_come_is_an_error_to_try_again(processes: Processes) -> None:
    script = Script()
    storage_id = processes.bench.register(script)
    process = processes.start(timeouts=dict.fromkeys(Call, 0.2) | {Call.LIST: 30.0})
    with (
        process.sessions.using(get_admin_context(), storage_id),
        pytest.raises(exception.ArraySessionsInUse, match="no turn"),
    ):
        process.clear_alert(get_admin_context(), storage_id, "1")
    process.clear_alert(get_admin_context(), storage_id, "1")


def test_a_job_waits_for_a_call_that_may_take_longer_than_its_own(processes: Processes) -> None:
    storage_id = processes.bench.register(Script())
    process = processes.start(timeouts={**Limits().timeouts, Call.REPORT: 0.2})
    answers: list[Any] = []

    def report() -> None:
        answers.append(process.get_storage(get_admin_context(), storage_id, Call.REPORT))

    with process.sessions.using(get_admin_context(), storage_id, Call.COLLECT):
        waiting = in_threads(1, report)
        turns = process.sessions._slots[storage_id].turns
        wait_until(lambda: turns._waiting)
        for _ in during(0.3):
            assert waiting[0].is_alive()
    waiting[0].join(30)
    assert [answer["serial_number"] for answer in answers] == ["SN1"]


def test_others_go_on_when_a_call_does_not_come_back(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "GRACE", 0.05)
    script = Script()
    storage_id = processes.bench.register(script)
    timeouts = Limits().timeouts
    process = processes.start(timeouts={**timeouts, Call.LIST: 0.2})
    leave, row = threading.Event(), script.storage

    def sleep() -> Any:
        leave.wait(60)
        return row

    script.storage = sleep
    failed: list[BaseException] = []

    def call() -> None:
        try:
            ask(process, storage_id)
        except exception.DelfinException as error:
            failed.append(error)

    stuck = in_threads(1, call)
    wait_until(lambda: storage_id not in process.sessions._slots and script.asked["get_storage"])
    script.storage = row
    assert ask(process, storage_id)["serial_number"] == "SN1"
    assert len(processes.leases()) == 1
    leave.set()
    stuck[0].join(30)
    assert isinstance(failed[0], exception.DriverCallTimeout)
    # The late one has logged out, and the session of the others is still there.
    wait_until(lambda: script.open_sessions == 1)
    assert ask(process, storage_id)["serial_number"] == "SN1"
    assert script.asked["login"] == 2


def test_two_who_want_to_be_alone_do_not_wait_for_each_other() -> None:
    turns = Turns()
    turns.limit = 2
    answers: list[bool] = []
    both = threading.Barrier(2)

    def enter() -> None:
        turns.enter(Priority.NORMAL, 10)
        both.wait(10)
        if is_alone := turns.alone(10):
            turns.share()
        answers.append(is_alone)
        turns.leave()

    for thread in in_threads(2, enter):
        thread.join(20)
    assert sorted(answers) in ([False, True], [True, True])
    assert turns.inside == 0


def test_a_session_that_was_cut_off_is_replaced(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "GRACE", 0.1)
    script = Script()
    storage_id = processes.bench.register(script)
    process: DriverAPI = processes.start(timeouts={**Limits().timeouts, Call.LIST: 0.3})
    row = script.storage

    def spin() -> Any:
        while True:
            pass

    script.storage = spin
    with pytest.raises(exception.DriverCallTimeout):
        ask(process, storage_id)
    script.storage = row
    assert ask(process, storage_id)["serial_number"] == "SN1"
    assert (script.asked["login"], script.asked["logout"], script.open_sessions) == (2, 1, 1)


class TestBesideACallThatTakesTooLong:
    """Its connections are those of its neighbour, and are cut."""

    @pytest.fixture
    def script(self) -> Script:
        return Script()

    @pytest.fixture
    def storage_id(
        self, processes: Processes, script: Script, monkeypatch: pytest.MonkeyPatch
    ) -> str:
        monkeypatch.setattr(ScriptedDriver, "concurrent_calls", 2)
        return processes.bench.register(script)

    @pytest.fixture
    def process(self, processes: Processes, storage_id: str) -> DriverAPI:
        made = processes.start(timeouts={**Limits().timeouts, Call.COLLECT: 0.2})
        ask(made, storage_id)
        return made

    @staticmethod
    def too_long(process: DriverAPI, storage_id: str, leave: threading.Event) -> None:
        """Its connections are cut, and it comes back when it is let go."""
        with (
            contextlib.suppress(exception.DriverCallTimeout),
            process.sessions.using(get_admin_context(), storage_id, Call.COLLECT),
        ):
            leave.wait(30)

    @pytest.mark.parametrize("swallows", [False, True])
    def test_another_one_fails_for_no_fault_of_the_array(
        self,
        processes: Processes,
        process: DriverAPI,
        script: Script,
        storage_id: str,
        *,
        swallows: bool,
    ) -> None:
        leave = threading.Event()
        slot = process.sessions._slots[storage_id]

        def volumes() -> list[Any]:
            (other,) = in_threads(1, lambda: self.too_long(process, storage_id, leave))
            wait_until(lambda: slot.connections.is_cut)
            leave.set()
            other.join(30)
            with closing(socket.create_server(("127.0.0.1", 0))) as server:
                try:
                    socket.create_connection(server.getsockname()).close()
                except TimeoutError:
                    # As a driver translates it, or makes half a list of what it has.
                    if not swallows:
                        raise exception.InvalidIpOrPort from None
            return []

        script.listings["list_volumes"] = volumes
        with pytest.raises(exception.ArraySessionsInUse, match="beside another"):
            process.list_rows(get_admin_context(), storage_id, VOLUMES)
        state = processes.state(storage_id)
        assert (state.state, processes.told.said) == (OK, [])
        script.listings["list_volumes"] = []
        assert process.list_rows(get_admin_context(), storage_id, VOLUMES).rows == []
        assert script.asked["login"] == 2

    def test_nobody_is_let_in_to_what_is_cut(
        self, process: DriverAPI, script: Script, storage_id: str
    ) -> None:
        leave = threading.Event()
        slot = process.sessions._slots[storage_id]
        first = in_threads(1, lambda: self.too_long(process, storage_id, leave))
        wait_until(lambda: slot.connections.is_cut)
        second = in_threads(1, lambda: ask(process, storage_id))
        wait_until(lambda: slot.turns._alone)
        asked = script.asked
        assert (asked["login"], asked["get_storage"]) == (1, 1)
        leave.set()
        for thread in (*first, *second):
            thread.join(30)
        assert (asked["login"], asked["logout"], asked["get_storage"]) == (2, 1, 2)

    def test_nobody_waits_for_what_never_comes_back(
        self, process: DriverAPI, storage_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(deadline, "GRACE", 0.1)
        leave = threading.Event()
        slot = process.sessions._slots[storage_id]
        first = in_threads(1, lambda: self.too_long(process, storage_id, leave))
        wait_until(lambda: slot.connections.is_cut)
        with pytest.raises(exception.ArraySessionsInUse, match="does not come back"):
            ask(process, storage_id)
        assert ask(process, storage_id)["serial_number"] == "SN1"
        leave.set()
        first[0].join(30)
