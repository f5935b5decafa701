"""Evictions between processes over the message bus."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import oslo_messaging
import pytest
from oslo_config import cfg
from oslo_messaging.transport import RPCTransport

from delfin.conf import opts
from delfin.coordination.bus_eviction import TOPIC, BusEviction
from delfin.coordination.eviction import EvictionBus
from delfin.rpc.transport import open_transport
from tests.heard import Heard
from tests.waiting import wait_until

ORIGIN = uuid4().hex


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RPCTransport]:
    # The threads of a server look once a second, by default, whether they are to end.
    monkeypatch.setattr("futurist._thread.ThreadWorker.MAX_IDLE_FOR", 0.02)
    conf = cfg.ConfigOpts()
    opts.register(conf)
    conf([], project="delfin", default_config_files=[], default_config_dirs=[])
    conf.set_override("state_path", str(tmp_path))
    transport = open_transport(conf, f"inproc:///{uuid4().hex}")
    yield transport
    transport.cleanup()


@pytest.fixture
def ends(bus: RPCTransport) -> Iterator[list[BusEviction]]:
    """Three processes, two of them on one host."""
    made = [BusEviction(bus, server) for server in ("here", "here", "there")]
    for end in made:
        end.start()
    wait_until(lambda: all(end.listening for end in made))
    yield made
    for end in made:
        end.stop()
    for end in made:
        end.wait(10)


def subscribed(ends: list[BusEviction]) -> list[Heard]:
    heard = [Heard() for _ in ends]
    for end, subscriber in zip(ends, heard, strict=True):
        bus: EvictionBus = end
        bus.subscribe(subscriber)
    return heard


def test_every_process_hears_of_an_eviction_once(ends: list[BusEviction]) -> None:
    heard = subscribed(ends)
    storage_ids = [str(uuid4()) for _ in range(20)]
    for storage_id in storage_ids:
        ends[0].evict(storage_id)
    wait_until(lambda: all(len(one.evicted) == 20 for one in heard))
    assert all(set(one.evicted) == set(storage_ids) for one in heard)
    assert [end.refused for end in ends] == [0, 0, 0]


def test_who_evicts_is_told_though_the_bus_is_away(
    ends: list[BusEviction], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_args: Any, **_named: Any) -> None:
        raise oslo_messaging.MessageDeliveryFailure("no broker")

    heard = subscribed(ends)
    client = ends[0]._client
    with monkeypatch.context() as patch:
        patch.setattr(client.transport, "_send", gone)
        storage_id = str(uuid4())
        ends[0].evict(storage_id)
        wait_until(lambda: heard[0].evicted == [storage_id])
        assert heard[2].evicted == []
    wait_until(lambda: heard[2].evicted == [storage_id])


@pytest.mark.parametrize(
    ("method", "payload"),
    [
        ("evict", {}),
        ("evict", {"storage_id": str(uuid4())}),
        ("evict", {"storage_id": "../../etc", "origin": ORIGIN}),
        ("evict", {"storage_id": [str(uuid4())], "origin": ORIGIN}),
        ("evict", {"storage_id": str(uuid4()), "origin": "x"}),
        ("evict", {"storage_id": str(uuid4()), "origin": ORIGIN, "also": 1}),
        ("evict_all", {}),
        ("_heard", {"storage_id": str(uuid4()), "origin": ORIGIN}),
        ("__init__", {"heard": "x"}),
        ("stop", {}),
    ],
)
def test_a_message_that_is_not_ours_is_refused_and_counted(
    bus: RPCTransport,
    ends: list[BusEviction],
    caplog: pytest.LogCaptureFixture,
    method: str,
    payload: dict[str, Any],
) -> None:
    heard = subscribed(ends)
    target = oslo_messaging.Target(topic=TOPIC, fanout=True)
    client = oslo_messaging.get_rpc_client(bus, target)
    client.cast({}, method, **payload)
    wait_until(lambda: all(end.refused == 1 for end in ends))
    good = str(uuid4())
    client.cast({}, "evict", storage_id=good, origin=ORIGIN)
    wait_until(lambda: all(one.evicted for one in heard))
    assert [one.evicted for one in heard] == [[good]] * 3
    assert "Traceback" not in caplog.text
    assert "etc" not in caplog.text


def test_a_broker_that_comes_late_delays_nothing_and_flushes_when_it_is_there(
    bus: RPCTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = BusEviction(bus, "here")
    heard = subscribed([here])[0]
    broker = threading.Event()
    start = here._rpc.start

    def start_when_it_is_there(**options: Any) -> None:
        broker.wait(30)
        start(**options)

    monkeypatch.setattr(here._rpc, "start", start_when_it_is_there)
    here.start()
    here.evict("array")
    wait_until(lambda: heard.evicted)
    assert (here.listening, heard.flushed) == (False, 0)
    broker.set()
    wait_until(lambda: heard.flushed == 1)
    here.stop()
    here.wait(10)


def test_stopping_does_not_wait_for_a_broker_that_never_came(
    bus: RPCTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = BusEviction(bus, "here")
    broker = threading.Event()
    monkeypatch.setattr(here._rpc, "start", lambda **_options: broker.wait(30))
    monkeypatch.setattr(here._rpc, "stop", lambda: None)
    here.start()
    began = time.monotonic()
    here.stop()
    here.wait(10)
    assert time.monotonic() - began < 1
    broker.set()
    here._server_start.join(10)
    assert not here.listening
