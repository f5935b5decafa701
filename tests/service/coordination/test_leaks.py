"""However often things change, a process has no more threads and connections than before."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from oslo_config import cfg

from delfin.coordination.locks import Coordinator
from delfin.coordination.membership import Membership
from delfin.coordination.pace import Pace
from delfin.coordination.redis_coordinator import RedisCoordinator
from delfin.coordination.redis_eviction import RedisEviction
from delfin.coordination.redis_server import RedisServer
from delfin.coordination.ring import Ring
from tests.heard import Heard
from tests.service.coordination.conftest import Stand
from tests.service.coordination.redis_process import RedisProcess
from tests.service.coordination.storages import storage_ids
from tests.waiting import wait_until

pytestmark = pytest.mark.service

CHANGES = 1000
RESTARTS = 20


def held(server: RedisProcess) -> tuple[int, int, int]:
    """Threads, open files and sockets of this process, and connections that the server sees."""
    connections = server.connections()
    return threading.active_count(), len(list(Path("/proc/self/fd").iterdir())), connections


def test_a_thousand_changes_of_ownership_leave_nothing_behind(
    server: RedisProcess, conf: cfg.ConfigOpts, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = Pace(expiration=5, interval=0.001, fresh=3, settle=0.002)
    monkeypatch.setattr(Pace, "of", lambda _expiration: quick)
    membership = Membership(conf, "task")
    ring = Ring(membership)
    changes: list[int] = []
    membership.on_change(lambda snapshot: changes.append(len(snapshot.members)))
    other = RedisCoordinator(RedisServer.of(conf), "other", 60)
    membership.start()
    other.start()
    ids = storage_ids(50)

    def change(number: int) -> None:
        if number % 2:
            other.leave_group(b"task").get()
        else:
            other.join_group(b"task", {"weight": 1}).get()
        wait_until(lambda: len(changes) == number + 2)
        assert sum(ring.owner_of(i) == membership.me for i in ids) < 50 or number % 2

    wait_until(lambda: changes)
    for number in range(10):
        change(number)
    before = held(server)
    for number in range(10, CHANGES + 10):
        change(number)
    assert held(server) == before
    assert len(ring._views) < 50
    other.close()
    membership.stop()
    membership.wait(10)


def test_a_server_that_comes_and_goes_leaves_nothing_behind(
    server: RedisProcess, conf: cfg.ConfigOpts, stand: Stand
) -> None:
    locks = Coordinator(conf)
    eviction = RedisEviction(RedisServer.of(conf))
    membership = Membership(conf, "task")
    heard = Heard()
    eviction.subscribe(heard)
    parts = (locks, eviction, membership)
    for part in parts:
        part.start()
    leadership = stand()

    def all_is_well() -> bool:
        with locks.lock("any"):
            eviction.evict(storage_ids(1)[0])
        return membership.members().age < membership.pace.fresh and leadership.leading()

    def restart() -> None:
        flushed = heard.flushed
        server.restart_empty()
        wait_until(lambda: heard.flushed == flushed + 1)

    wait_until(all_is_well)
    restart()
    wait_until(all_is_well)
    wait_until(lambda: server.connections() >= 5)
    before = held(server)
    for _ in range(RESTARTS):
        restart()
    wait_until(all_is_well)
    # Each end has its own connection or two; one may be on its way.
    wait_until(lambda: all(now <= then for now, then in zip(held(server), before, strict=True)))
    for part in parts:
        part.stop()
    eviction.wait(10)
    membership.wait(10)


def test_a_process_that_comes_and_goes_leaves_nothing_behind(
    server: RedisProcess, conf: cfg.ConfigOpts
) -> None:
    def live() -> None:
        membership = Membership(conf, "task")
        eviction = RedisEviction(RedisServer.of(conf))
        locks = Coordinator(conf)
        parts = (membership, eviction, locks)
        for part in parts:
            part.start()
        with locks.lock("any"):
            eviction.evict(storage_ids(1)[0])
        wait_until(lambda: membership.members().members)
        for part in parts:
            part.stop()
        membership.wait(10)
        eviction.wait(10)

    live()
    wait_until(lambda: server.connections() == 0)
    before = held(server)
    for _ in range(5):
        live()
    wait_until(lambda: held(server) == before)
    with server.client() as client:
        assert not client.keys("delfin_beats*"), os.getpid()
