"""Calls on arrays: the owner answers them, nobody's silence is waited for, and nothing leaks."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import oslo_messaging
import pytest
from oslo_messaging.transport import RPCTransport

from delfin import exception
from delfin.rpc.array_call_server import ArrayCallServer
from delfin.rpc.array_calls import TOPIC, ArrayCalls, is_request
from tests.waiting import wait_until

STORAGE = "00000000-0000-0000-0000-000000000001"
SILENCE = 2


@dataclass
class Process:
    """A task process that writes down what it does; 'does' may be replaced."""

    name: str
    done: list[tuple[str, str, Any]] = field(default_factory=list)
    does: Callable[[str, str, Any], Any] = lambda _storage, name, _arguments: f"did {name}"
    other_owner: str | None = None

    def answer(self, storage_id: str, name: str, arguments: Any) -> Any:
        self.done.append((storage_id, name, arguments))
        return self.does(storage_id, name, arguments)


@pytest.fixture
def calls(bus: RPCTransport) -> ArrayCalls:
    return ArrayCalls(bus, deadline=10.0, silence=SILENCE)


@pytest.fixture
def start(bus: RPCTransport, calls: ArrayCalls) -> Iterator[Callable[..., Process]]:
    started: list[ArrayCallServer] = []

    def run(name: str, threads: int = 4, calls: ArrayCalls = calls, **what: Any) -> Process:
        process = Process(name, **what)
        server = ArrayCallServer(
            *(bus, name, process.answer, calls),
            threads=threads,
            other_owner=lambda _storage_id: process.other_owner,
        )
        server.start()
        started.append(server)
        return process

    yield run
    for server in started:
        server.stop()
        server.wait()


def test_what_was_done_comes_back(calls: ArrayCalls, start: Callable[..., Process]) -> None:
    process = start("b.0")
    assert calls.ask(STORAGE, "clear_alert", sequence_number="7") == "did clear_alert"
    assert process.done == [(STORAGE, "clear_alert", {"sequence_number": "7"})]


def test_whoever_is_asked_the_owner_answers(
    calls: ArrayCalls, start: Callable[..., Process]
) -> None:
    first, owner = start("a.0", other_owner="b.0"), start("b.0")
    for _ in range(4):
        calls.ask(STORAGE, "list_alerts")
    assert (len(first.done), len(owner.done)) == (0, 4)


def test_two_that_take_each_other_for_the_owner_do_not_play_ball(
    calls: ArrayCalls, start: Callable[..., Process]
) -> None:
    """For a moment after a change of the members they may."""
    both = start("a.0", other_owner="b.0"), start("b.0", other_owner="a.0")
    assert calls.ask(STORAGE, "list_alerts") == "did list_alerts"
    assert sum(len(one.done) for one in both) == 1


def test_an_owner_that_is_dead_is_not_needed(
    calls: ArrayCalls, start: Callable[..., Process]
) -> None:
    survivor = start("a.0", other_owner="gone.0")
    assert calls.ask(STORAGE, "clear_alert", sequence_number="7") == "did clear_alert"
    assert len(survivor.done) == 1


def test_when_nobody_is_there_that_is_said_in_time(bus: RPCTransport) -> None:
    began = time.monotonic()
    with pytest.raises(exception.TaskServiceUnavailable) as caught:
        ArrayCalls(bus, deadline=0.3, silence=SILENCE).ask(STORAGE, "list_alerts")
    assert time.monotonic() - began < 2
    assert caught.value.code == 503
    assert STORAGE in caught.value.msg


def test_without_the_bus_it_is_said_at_once(bus: RPCTransport) -> None:
    calls = ArrayCalls(bus, deadline=60.0, silence=SILENCE, problem=lambda: "cannot be reached")
    began = time.monotonic()
    with pytest.raises(exception.TaskServiceUnavailable):
        calls.ask(STORAGE, "list_alerts")
    assert time.monotonic() - began < 1


def test_an_array_that_is_slow_is_told_from_a_process_that_is_dead(
    bus: RPCTransport, start: Callable[..., Process]
) -> None:
    """Who passes the call on does not do it as well then."""
    may_end = threading.Event()
    calls = ArrayCalls(bus, deadline=SILENCE + 0.3, silence=SILENCE)
    owner = start("b.0", does=lambda *_: may_end.wait(10))
    other = start("a.0", calls=calls, other_owner="b.0")
    for _ in range(2):
        # Each of the two takes one.
        with pytest.raises(exception.DriverCallTimeout):
            calls.ask(STORAGE, "list_alerts")
    may_end.set()
    assert (len(owner.done), len(other.done)) == (2, 0)


def test_an_error_arrives_as_what_it_is(calls: ArrayCalls, start: Callable[..., Process]) -> None:
    process = start("a.0")

    def fail(*_: Any) -> None:
        raise exception.OperationNotSupported(STORAGE, "alerts")

    process.does = fail
    with pytest.raises(exception.OperationNotSupported) as caught:
        calls.ask(STORAGE, "list_alerts")
    assert caught.value.error_args == (STORAGE, "alerts")
    assert caught.value.msg == f"The driver of storage {STORAGE} does not support alerts."


def test_what_a_bug_says_stays_where_it_is(
    calls: ArrayCalls, start: Callable[..., Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A driver's own error may hold a password, in its text or in the one behind it."""
    sent: list[str] = []
    real = json.dumps

    def dumps(data: Any) -> str:
        sent.append(real(data))
        return sent[-1]

    monkeypatch.setattr("delfin.rpc.inproc.jsonutils.dumps", dumps)

    def fail(*_: Any) -> None:
        try:
            int("pa55word")
        except ValueError as error:
            raise exception.InvalidResults("the listing") from error

    process = start("a.0", does=fail)
    with pytest.raises(exception.InvalidResults):
        calls.ask(STORAGE, "list_alerts")
    process.does = lambda *_: dict[str, str]()["pa55word"]
    with pytest.raises(exception.DelfinException, match="KeyError"):
        calls.ask(STORAGE, "list_alerts")
    assert len(sent) >= 4
    assert not [text for text in sent if "pa55word" in text]


def test_one_array_that_hangs_leaves_threads_for_the_others(
    calls: ArrayCalls, start: Callable[..., Process]
) -> None:
    may_end = threading.Event()

    def does(storage_id: str, *_: Any) -> str:
        if storage_id == STORAGE:
            may_end.wait(10)
        return "done"

    process = start("a.0", threads=4, does=does)
    hanging = [threading.Thread(target=calls.ask, args=(STORAGE, "list_alerts")) for _ in range(2)]
    for thread in hanging:
        thread.start()
    wait_until(lambda: len(process.done) == 2)
    with pytest.raises(exception.ArraySessionsInUse):
        calls.ask(STORAGE, "list_alerts")
    assert calls.ask(STORAGE.replace("1", "2"), "list_alerts") == "done"
    may_end.set()
    for thread in hanging:
        thread.join()


def test_who_asks_keeps_threads_of_its_own_for_other_arrays(
    bus: RPCTransport, start: Callable[..., Process]
) -> None:
    may_end = threading.Event()
    process = start("a.0", does=lambda *_: may_end.wait(10))
    calls = ArrayCalls(bus, deadline=10.0, silence=SILENCE, most_of_one=1)
    waiting = threading.Thread(target=calls.ask, args=(STORAGE, "list_alerts"))
    waiting.start()
    wait_until(lambda: len(process.done) == 1)
    with pytest.raises(exception.ArraySessionsInUse):
        calls.ask(STORAGE, "list_alerts")
    may_end.set()
    waiting.join()
    assert len(process.done) == 1
    assert calls.ask(STORAGE, "list_alerts") is True


@pytest.mark.parametrize(
    "request_",
    [
        {"name": "reset_connection", "arguments": {}},
        {"name": "list_alerts", "arguments": {"begin_time": 0}},
        {"name": "clear_alert", "arguments": {}},
        {"name": "clear_alert", "arguments": {"sequence_number": 7}},
        {"name": "clear_alert", "arguments": {"sequence_number": "7" * 5000}},
        {"name": "add_trap_config", "arguments": {"config": {}, "targets": []}},
        {"name": "add_trap_config", "arguments": {"config": {"x": "y"}, "targets": [{}]}},
        {"name": ["list_alerts"], "arguments": {}},
        {"name": "list_alerts"},
        "list_alerts",
    ],
    ids=str,
)
def test_what_is_not_on_the_list_is_refused(request_: Any) -> None:
    assert not is_request(request_)
    assert is_request({"name": "list_alerts", "arguments": {}})


def test_a_refused_message_reaches_no_array(
    bus: RPCTransport, start: Callable[..., Process]
) -> None:
    process = start("a.0")
    client = oslo_messaging.get_rpc_client(bus, oslo_messaging.Target(topic=TOPIC), timeout=5)
    wrong = {"name": "reset_connection", "arguments": {}}
    with pytest.raises(oslo_messaging.RemoteError):
        client.call({}, "ask", storage_id=STORAGE, request=wrong, here=False)
    assert process.done == []
