"""Evictions reach every process; whoever may have missed one lets go of everything."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from uuid import uuid4

import pytest

from delfin.coordination.eviction import EvictionBus
from delfin.coordination.redis_eviction import RedisEviction
from delfin.coordination.redis_server import RedisServer
from tests.heard import Heard
from tests.service.coordination.conftest import MakeConf
from tests.service.coordination.network import Network
from tests.service.coordination.redis_process import RedisProcess
from tests.waiting import wait_until

pytestmark = pytest.mark.service


class Process:
    """One end, and what its sessions were told."""

    def __init__(self, bus: RedisEviction) -> None:
        self.bus = bus
        self.heard = Heard()
        bus.subscribe(self.heard)


Open = Callable[..., Process]


def flushed_by_all(ends: list[Process], times: int) -> bool:
    return all(end.heard.flushed == times for end in ends)


@pytest.fixture
def open_end(make_conf: MakeConf) -> Iterator[Open]:
    opened: list[RedisEviction] = []

    def make(address: str = "", *, listening: bool = True) -> Process:
        conf = make_conf(**({"backend_server": address} if address else {}))
        bus: EvictionBus = RedisEviction(RedisServer.of(conf))
        assert isinstance(bus, RedisEviction)
        opened.append(bus)
        end = Process(bus)
        bus.start()
        if listening:
            wait_until(lambda: end.heard.flushed == 1)
        return end

    yield make
    for bus in opened:
        bus.stop()
    for bus in opened:
        bus.wait(10)


def test_every_process_hears_of_an_eviction_once(open_end: Open) -> None:
    ends = [open_end() for _ in range(3)]
    evicted = [str(uuid4()) for _ in range(50)]
    for storage_id in evicted:
        ends[0].bus.evict(storage_id)
    wait_until(lambda: all(len(end.heard.evicted) == 50 for end in ends))
    assert all(set(end.heard.evicted) == set(evicted) for end in ends)
    assert [end.heard.flushed for end in ends] == [1, 1, 1]


def test_everything_goes_when_the_server_was_away(
    server: RedisProcess, open_end: Open, caplog: pytest.LogCaptureFixture
) -> None:
    ends = [open_end() for _ in range(2)]
    for restarts in range(1, 4):
        server.restart_empty()
        wait_until(partial(flushed_by_all, ends, restarts + 1))
    storage_id = str(uuid4())
    ends[1].bus.evict(storage_id)
    wait_until(lambda: storage_id in ends[0].heard.evicted)
    assert caplog.text.count("server of evictions cannot be reached") == 2 * 3


def test_an_eviction_while_the_server_is_away_is_told_here_at_once_and_there_later(
    server: RedisProcess, open_end: Open
) -> None:
    here, there = open_end(), open_end()
    server.kill()
    storage_id = str(uuid4())
    began = time.monotonic()
    here.bus.evict(storage_id)
    assert time.monotonic() - began < 0.1
    wait_until(lambda: storage_id in here.heard.evicted, 1)
    server.start()
    wait_until(lambda: there.heard.flushed == 2 and storage_id in there.heard.evicted)


def test_evicting_waits_for_nothing_when_the_network_is_cut(
    network: Network, open_end: Open
) -> None:
    here, there = open_end(network.address), open_end()
    network.cut()
    storage_ids = [str(uuid4()) for _ in range(20)]
    began = time.monotonic()
    for storage_id in storage_ids:
        here.bus.evict(storage_id)
    assert time.monotonic() - began < 0.1
    network.mend()
    wait_until(lambda: set(storage_ids) <= set(there.heard.evicted))


def test_a_cut_network_is_noticed_though_nothing_says_so(network: Network, open_end: Open) -> None:
    end = open_end(network.address)
    network.cut()
    wait_until(lambda: not end.bus.listening)
    network.mend()
    wait_until(lambda: end.heard.flushed >= 2)
    assert end.bus.listening


def test_silence_alone_flushes_nothing(open_end: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("_ASK_AFTER", 0.05), ("_SILENT_AFTER", 0.5), ("_LISTEN_FOR", 0.02)):
        monkeypatch.setattr(f"delfin.coordination.redis_eviction.{name}", value)
    end = open_end()
    began = time.monotonic()
    wait_until(lambda: time.monotonic() - began > 1.5)
    assert end.heard.flushed == 1
    assert end.bus.listening


def test_a_message_that_is_not_ours_is_refused_and_counted(
    server: RedisProcess, open_end: Open, caplog: pytest.LogCaptureFixture
) -> None:
    end = open_end()
    bad = [
        b"",
        b"x",
        b"a b c",
        b"\xff\xfe \x00",
        b"origin ../../etc/passwd",
        f"origin {uuid4()}\n".encode(),
        f"origin {uuid4()}".upper().encode(),
        f"origin {uuid4()} ".encode(),
    ]
    good = str(uuid4())
    with server.client() as client:
        for message in bad:
            client.publish("delfin:0:eviction", message)
        client.publish("delfin:0:eviction", f"origin {good}")
    wait_until(lambda: end.heard.evicted)
    assert end.heard.evicted == [good]
    assert end.bus.refused == len(bad)
    assert caplog.text.count("Refused message") == 1
    assert "passwd" not in caplog.text


def test_one_array_that_hangs_does_not_keep_the_others_from_being_evicted(open_end: Open) -> None:
    class Hangs(Heard):
        def evict(self, storage_id: str) -> None:
            if storage_id == hanging:
                release.wait(30)
            super().evict(storage_id)

    here, there = open_end(), open_end()
    hanging, other, release = str(uuid4()), str(uuid4()), threading.Event()
    slow = Hangs()
    there.bus.subscribe(slow)
    here.bus.evict(hanging)
    here.bus.evict(other)
    wait_until(lambda: other in slow.evicted)
    assert hanging not in slow.evicted
    release.set()
    wait_until(lambda: hanging in slow.evicted)


def test_a_server_that_was_never_there_does_not_delay_the_start(
    server: RedisProcess, open_end: Open
) -> None:
    server.kill()
    began = time.monotonic()
    end = open_end(listening=False)
    assert time.monotonic() - began < 0.5
    server.start()
    wait_until(lambda: end.heard.flushed == 1)
