"""Eviction within one process."""

from __future__ import annotations

import pytest

from delfin.coordination.eviction import EvictionBus, LocalEviction


def test_every_subscriber_hears_of_an_eviction() -> None:
    bus: EvictionBus = LocalEviction()
    first: list[str] = []
    second: list[str] = []
    bus.subscribe(first.append)
    bus.subscribe(second.append)
    bus.evict("array-1")
    assert (first, second) == (["array-1"], ["array-1"])


def test_a_subscriber_that_left_is_not_called() -> None:
    bus = LocalEviction()
    heard: list[str] = []
    unsubscribe = bus.subscribe(heard.append)
    unsubscribe()
    unsubscribe()
    bus.evict("array-1")
    assert heard == []


def test_one_that_fails_keeps_nobody_from_hearing(caplog: pytest.LogCaptureFixture) -> None:
    bus = LocalEviction()
    heard: list[str] = []

    def fail(_storage_id: str) -> None:
        raise RuntimeError("logout failed")

    bus.subscribe(fail)
    bus.subscribe(heard.append)
    bus.evict("array-1")
    assert heard == ["array-1"]
    assert "logout failed" in caplog.text


def test_a_subscriber_may_leave_while_it_is_called() -> None:
    bus = LocalEviction()
    heard: list[str] = []

    def once(storage_id: str) -> None:
        heard.append(storage_id)
        unsubscribe()

    unsubscribe = bus.subscribe(once)
    bus.evict("array-1")
    bus.evict("array-2")
    assert heard == ["array-1"]
