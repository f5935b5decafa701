"""Eviction within one process."""

from __future__ import annotations

import pytest

from delfin.coordination.eviction import EvictionBus, LocalEviction, is_storage_id
from tests.heard import Heard


def test_every_subscriber_hears_of_an_eviction() -> None:
    bus: EvictionBus = LocalEviction()
    first, second = Heard(), Heard()
    bus.subscribe(first)
    bus.subscribe(second)
    bus.evict("array-1")
    assert (first.evicted, second.evicted) == (["array-1"], ["array-1"])


def test_all_may_be_evicted_at_once() -> None:
    bus, heard = LocalEviction(), Heard()
    bus.subscribe(heard)
    bus.evict_all()
    assert (heard.flushed, heard.evicted) == (1, [])


def test_a_subscriber_that_left_is_not_called() -> None:
    bus, heard = LocalEviction(), Heard()
    unsubscribe = bus.subscribe(heard)
    unsubscribe()
    unsubscribe()
    bus.evict("array-1")
    assert heard.evicted == []


def test_one_that_fails_keeps_nobody_from_hearing(caplog: pytest.LogCaptureFixture) -> None:
    class Fails(Heard):
        def evict(self, storage_id: str) -> None:
            raise RuntimeError("logout failed")

    bus, heard = LocalEviction(), Heard()
    bus.subscribe(Fails())
    bus.subscribe(heard)
    bus.evict("array-1")
    assert heard.evicted == ["array-1"]
    assert "logout failed" in caplog.text


def test_a_subscriber_may_leave_while_it_is_called() -> None:
    class Once(Heard):
        def evict(self, storage_id: str) -> None:
            super().evict(storage_id)
            unsubscribe()

    bus, heard = LocalEviction(), Once()
    unsubscribe = bus.subscribe(heard)
    bus.evict("array-1")
    bus.evict("array-2")
    assert heard.evicted == ["array-1"]


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        "",
        "array-1",
        "12345678-1234-1234-1234-123456789abc\n",
        "12345678-1234-1234-1234-123456789ABC",
        "{12345678-1234-1234-1234-123456789abc}",
        "12345678123412341234123456789abc",
        "12345678-1234-1234-1234-123456789ab٣",
    ],
)
def test_what_does_not_look_like_a_storage_id_is_none(text: object) -> None:
    assert not is_storage_id(text)


def test_a_storage_id_is_one() -> None:
    assert is_storage_id("12345678-1234-1234-1234-123456789abc")
