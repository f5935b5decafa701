"""The doorbell: heard at once, never in the way of who rings."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import oslo_messaging
import pytest
from oslo_messaging.transport import RPCTransport

from delfin.rpc import doorbell as doorbell_module
from delfin.rpc.doorbell import TOPIC, Doorbell, DoorbellServer


def wait_until(true: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


@pytest.fixture
def doorbell(bus: RPCTransport) -> Iterator[Doorbell]:
    doorbell = Doorbell(bus)
    doorbell.start()
    yield doorbell
    doorbell.stop()
    doorbell.wait(10)
    assert not doorbell._thread.is_alive()


@pytest.fixture
def server(bus: RPCTransport) -> Iterator[DoorbellServer]:
    server = DoorbellServer(bus, "here")
    server.start()
    yield server
    server.stop()
    server.wait()


def test_a_ring_wakes_every_listener(doorbell: Doorbell, server: DoorbellServer) -> None:
    first, second = threading.Event(), threading.Event()
    server.add_listener(first.set)
    server.add_listener(second.set)
    doorbell.ring()
    assert first.wait(10)
    assert second.wait(10)


def test_a_ring_is_heard_in_every_process(
    bus: RPCTransport, doorbell: Doorbell, server: DoorbellServer
) -> None:
    there = DoorbellServer(bus, "there")
    there.start()
    heard_here, heard_there = threading.Event(), threading.Event()
    server.add_listener(heard_here.set)
    there.add_listener(heard_there.set)
    doorbell.ring()
    assert heard_here.wait(10)
    assert heard_there.wait(10)
    there.stop()
    there.wait()


def test_rings_on_the_way_become_one(doorbell: Doorbell, monkeypatch: pytest.MonkeyPatch) -> None:
    casts = []
    first, go = threading.Event(), threading.Event()

    def slow_cast(*_args: Any, **_named: Any) -> None:
        casts.append(1)
        first.set()
        assert go.wait(10)

    monkeypatch.setattr(doorbell._client.transport, "_send", slow_cast)
    doorbell.ring()
    assert first.wait(10)
    for _ in range(50):
        doorbell.ring()
    go.set()
    wait_until(lambda: len(casts) == 2 and not doorbell._pressed)
    doorbell.stop()
    doorbell.wait(10)
    assert len(casts) == 2


def test_a_ring_does_not_wait_for_the_bus(
    doorbell: Doorbell, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    monkeypatch.setattr(doorbell._client.transport, "_send", lambda *_a, **_n: go.wait(10))
    begin = time.monotonic()
    for _ in range(100):
        doorbell.ring()
    assert time.monotonic() - begin < 1
    go.set()


def test_a_bus_that_is_away_is_said_once_and_heard_again_later(
    doorbell: Doorbell,
    server: DoorbellServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, doorbell_module.__name__)
    failed = []

    def refuse(*_args: Any, **_named: Any) -> None:
        failed.append(1)
        raise oslo_messaging.MessageDeliveryFailure("connection refused")

    with monkeypatch.context() as away:
        away.setattr(doorbell._client.transport, "_send", refuse)
        for count in range(1, 4):
            doorbell.ring()
            wait_until(lambda count=count: len(failed) == count)  # type: ignore[misc]
    heard = threading.Event()
    server.add_listener(heard.set)
    doorbell.ring()
    assert heard.wait(10)
    wait_until(lambda: "The bus is back." in caplog.messages)
    said = [record for record in caplog.records if record.name == doorbell_module.__name__]
    assert [record.levelname for record in said] == ["WARNING", "INFO"]
    assert "connection refused" in said[0].getMessage()


def test_the_last_ring_is_sent_before_the_end(bus: RPCTransport, server: DoorbellServer) -> None:
    heard = threading.Event()
    server.add_listener(heard.set)
    doorbell = Doorbell(bus)
    doorbell.start()
    doorbell.ring()
    doorbell.stop()
    assert heard.wait(10)


def ask(bus: RPCTransport, method: str, **arguments: object) -> None:
    client = oslo_messaging.get_rpc_client(bus, oslo_messaging.Target(topic=TOPIC), timeout=10)
    client.call({}, method, **arguments)


@pytest.mark.parametrize("method", ["add_listener", "_wake", "__init__", "start", "other"])
def test_nothing_but_ring_can_be_called_and_the_rest_is_counted(
    bus: RPCTransport, server: DoorbellServer, method: str
) -> None:
    with pytest.raises(oslo_messaging.RemoteError, match="not on the list"):
        ask(bus, method)
    assert server.refused == 1


def test_a_ring_with_content_is_refused(
    bus: RPCTransport, server: DoorbellServer, caplog: pytest.LogCaptureFixture
) -> None:
    heard = threading.Event()
    server.add_listener(heard.set)
    with pytest.raises(oslo_messaging.RemoteError, match="arguments of ring"):
        ask(bus, "ring", command="rm -rf /")
    assert not heard.is_set()
    assert server.refused == 1
    assert "Refused message number 1" in caplog.text
    assert "rm -rf" not in caplog.text
    ask(bus, "ring")
    assert heard.is_set()
    assert server.refused == 1
