"""Locks between nodes: they exclude, and they never hold anybody up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from oslo_config import cfg

from delfin import exception
from delfin.coordination import redis_locks
from delfin.coordination.locks import Coordinator
from delfin.coordination.redis_locks import RedisLocks
from tests.service.coordination.conftest import EXPIRATION, MakeConf
from tests.service.coordination.network import Network
from tests.service.coordination.redis_process import RedisProcess
from tests.waiting import wait_until

pytestmark = pytest.mark.service

Open = Callable[..., Coordinator]
NAME = "register:10.0.0.1:443"
# A request waits so long for Redis at most, with something on top for a busy machine.
WAITS = redis_locks.LONGEST + 0.5
AWAY = "work goes on without them"


@pytest.fixture
def open_locks(make_conf: MakeConf) -> Iterator[Open]:
    """The locks of another process."""
    opened: list[Coordinator] = []

    def make(**settings: str | int) -> Coordinator:
        opened.append(Coordinator(make_conf(**settings)))
        opened[-1].start()
        return opened[-1]

    yield make
    for coordinator in opened:
        coordinator.stop()


def is_here(coordinator: Coordinator) -> bool:
    assert isinstance(coordinator._locks, RedisLocks)
    return coordinator._locks._reach.here


def is_free(coordinator: Coordinator) -> bool:
    try:
        with coordinator.lock(NAME, timeout=0):
            return is_here(coordinator)
    except exception.LockAcquisitionFailed:
        return False


def seconds_of(coordinator: Coordinator, timeout: float = 30.0) -> float:
    """How long a request takes that does nothing but hold the lock."""
    began = time.monotonic()
    with coordinator.lock(NAME, timeout=timeout):
        pass
    return time.monotonic() - began


def test_two_nodes_exclude_each_other(open_locks: Open) -> None:
    here, there = open_locks(), open_locks()
    with (
        here.lock(NAME),
        pytest.raises(exception.LockAcquisitionFailed),
        there.lock(NAME, timeout=0.2),
    ):
        pass
    with there.lock(NAME, timeout=0):
        pass


def test_threads_of_two_nodes_hold_a_lock_one_at_a_time(open_locks: Open) -> None:
    inside, most = 0, 0

    def work(coordinator: Coordinator) -> None:
        nonlocal inside, most
        for _ in range(5):
            with coordinator.lock(NAME):
                inside += 1
                most = max(most, inside)
                time.sleep(0.0002)
                inside -= 1

    nodes = [open_locks(), open_locks()]
    threads = [threading.Thread(target=work, args=(nodes[i % 2],)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (inside, most) == (0, 1)


def test_a_lock_lasts_longer_than_its_time_while_its_process_lives(open_locks: Open) -> None:
    here, there = open_locks(), open_locks()
    with (
        here.lock(NAME),
        pytest.raises(exception.LockAcquisitionFailed),
        there.lock(NAME, timeout=EXPIRATION * 1.5),
    ):
        pass


def test_the_lock_of_a_process_that_is_gone_runs_out(open_locks: Open) -> None:
    here, there = open_locks(), open_locks()
    held = here.lock(NAME)
    held.__enter__()
    assert isinstance(here._locks, RedisLocks)
    here._locks._beats.stop()
    with there.lock(NAME, timeout=EXPIRATION * 5):
        assert is_here(there)
    held.__exit__(None, None, None)


def test_without_the_server_work_goes_on_at_once(
    server: RedisProcess, open_locks: Open, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    locks = open_locks()
    seconds_of(locks)
    server.kill()
    assert max(seconds_of(locks) for _ in range(20)) < WAITS
    assert caplog.text.count(AWAY) == 1
    server.start()
    wait_until(lambda: is_here(locks))
    assert caplog.text.count("of the locks is back") == 1
    with pytest.raises(exception.LockAcquisitionFailed), locks.lock(NAME), locks.lock(NAME, 0):
        pass


def test_a_server_that_was_never_there_delays_neither_start_nor_work(
    server: RedisProcess, open_locks: Open
) -> None:
    server.kill()
    began = time.monotonic()
    locks = open_locks()
    assert time.monotonic() - began < 0.5
    assert seconds_of(locks) < WAITS
    server.start()
    wait_until(lambda: is_here(locks))


@contextmanager
def names_are_not_resolved(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Not within the block."""
    resolve, end = socket.getaddrinfo, threading.Event()

    def hang(*words: Any, **named: Any) -> Any:
        end.wait(30)
        return resolve(*words, **named)

    with monkeypatch.context() as patch:
        patch.setattr("socket.getaddrinfo", hang)
        yield
        end.set()


def test_a_name_that_is_not_resolved_costs_one_wait(
    open_locks: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with names_are_not_resolved(monkeypatch):
        locks = open_locks()
        assert sum(seconds_of(locks) for _ in range(5)) < WAITS
    wait_until(lambda: is_here(locks))


def test_a_name_that_is_no_longer_resolved_costs_one_wait(
    open_locks: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    locks = open_locks(backend_expiration=60)
    seconds_of(locks)
    assert isinstance(locks._locks, RedisLocks)
    with names_are_not_resolved(monkeypatch):
        locks._locks._tooz._bounded.connection_pool.disconnect()
        assert sum(seconds_of(locks) for _ in range(5)) < WAITS
    wait_until(lambda: is_free(locks), 10)


def test_a_frozen_server_costs_one_wait_and_leaves_no_lock_behind(
    server: RedisProcess, open_locks: Open, caplog: pytest.LogCaptureFixture
) -> None:
    locks = open_locks(backend_expiration=60)
    seconds_of(locks)
    server.freeze()
    times = [seconds_of(locks) for _ in range(20)]
    assert sum(times) < WAITS
    assert caplog.text.count(AWAY) == 1
    # It hears the first try now, a long time after whoever asked has gone on.
    server.thaw()
    wait_until(lambda: is_free(locks), 10)


def test_a_lock_that_could_not_be_given_back_is_free_when_the_server_is_back(
    network: Network, open_locks: Open
) -> None:
    locks = open_locks(backend_server=network.address, backend_expiration=60)
    began = 0.0
    with locks.lock(NAME):
        assert is_here(locks)
        network.cut()
        began = time.monotonic()
    assert time.monotonic() - began < WAITS
    network.mend()
    wait_until(lambda: is_free(locks), 20)


def test_many_requests_at_once_wait_no_longer_than_one(network: Network, open_locks: Open) -> None:
    locks = open_locks(backend_server=network.address)
    seconds_of(locks)
    network.cut()
    times: list[float] = []
    threads = [threading.Thread(target=lambda: times.append(seconds_of(locks))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(times) == 16
    assert max(times) < WAITS


def test_a_lock_that_was_lost_while_it_was_held_is_said_and_can_be_taken(
    server: RedisProcess, open_locks: Open, caplog: pytest.LogCaptureFixture
) -> None:
    here, there = open_locks(), open_locks()
    with here.lock(NAME):
        server.restart_empty()
        wait_until(lambda: is_here(there))
        with there.lock(NAME, timeout=0):
            wait_until(lambda: is_here(here))
    assert "A lock ended before its work" in caplog.text
    with here.lock(NAME, timeout=0):
        pass


def test_stopping_does_not_wait_for_a_dead_server(network: Network, make_conf: MakeConf) -> None:
    locks = Coordinator(make_conf(backend_server=network.address))
    locks.start()
    seconds_of(locks)
    network.cut()
    began = time.monotonic()
    locks.stop()
    assert time.monotonic() - began < 5


def test_name_and_password_are_used_and_never_shown(
    server: RedisProcess, open_locks: Open, caplog: pytest.LogCaptureFixture
) -> None:
    with server.client() as client:
        client.acl_setuser(
            "delfin", enabled=True, passwords=["+pa55"], keys=["*"], commands=["+@all"]
        )
        client.acl_setuser("default", enabled=False)
    refused = open_locks(backend_user="delfin", backend_password="wrong-5ecret")
    seconds_of(refused)
    assert not is_here(refused)
    locks = open_locks(backend_user="delfin", backend_password="pa55")
    seconds_of(locks)
    assert is_here(locks)
    assert "5ecret" not in caplog.text


def test_a_wrong_address_is_said_by_the_name_of_its_option(
    conf: cfg.ConfigOpts, tmp_path: Path
) -> None:
    conf.set_override("backend_server", "http://example.org", "coordination")
    with pytest.raises(ValueError, match="backend_server"):
        Coordinator(conf)
