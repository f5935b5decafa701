"""Queues in memory: turns, what waits, and what is forgotten."""

from __future__ import annotations

import threading
import time

import pytest

from delfin.rpc import bus as bus_module
from delfin.rpc.bus import Address, BacklogFullError, Bus, Mailbox

ADDRESS = Address("delfin", "jobs")


def bodies(mailbox: Mailbox) -> list[str]:
    taken = []
    while (envelope := mailbox.take(0)) is not None:
        taken.append(envelope.body)
    return taken


def test_listeners_of_one_address_take_turns() -> None:
    bus = Bus()
    first, second = bus.subscribe([ADDRESS]), bus.subscribe([ADDRESS])
    for body in "abcd":
        bus.send(ADDRESS, body)
    assert (bodies(first), bodies(second)) == (["a", "c"], ["b", "d"])


def test_messages_wait_in_order_for_the_first_listener() -> None:
    bus = Bus()
    for body in "abc":
        bus.send(ADDRESS, body)
    assert bodies(bus.subscribe([ADDRESS])) == ["a", "b", "c"]


def test_a_queue_without_a_listener_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus_module, "BACKLOG_LIMIT", 2)
    bus = Bus()
    bus.send(ADDRESS, "a")
    bus.send(ADDRESS, "b")
    with pytest.raises(BacklogFullError, match="'jobs'"):
        bus.send(ADDRESS, "c")
    assert bodies(bus.subscribe([ADDRESS])) == ["a", "b"]


def test_what_a_listener_leaves_goes_to_the_others() -> None:
    bus = Bus()
    leaving, staying = bus.subscribe([ADDRESS]), bus.subscribe([ADDRESS])
    bus.send(ADDRESS, "a")
    bus.unsubscribe(leaving)
    assert bodies(staying) == ["a"]


def test_what_the_last_listener_leaves_waits_for_the_next() -> None:
    bus = Bus()
    last = bus.subscribe([ADDRESS])
    bus.send(ADDRESS, "a")
    bus.unsubscribe(last)
    assert bodies(bus.subscribe([ADDRESS])) == ["a"]


def test_a_broadcast_reaches_all_who_listen_now_and_is_not_kept() -> None:
    bus = Bus()
    first, second = bus.subscribe([ADDRESS]), bus.subscribe([ADDRESS])
    bus.broadcast(ADDRESS, "a")
    assert bodies(first) == ["a"]
    bus.unsubscribe(second)
    late = bus.subscribe([ADDRESS])
    assert bodies(late) == []


def test_a_withdrawn_message_is_not_delivered() -> None:
    bus = Bus()
    waiting = bus.send(ADDRESS, "a")
    bus.withdraw(waiting)
    mailbox = bus.subscribe([ADDRESS])
    given = bus.send(ADDRESS, "b")
    bus.withdraw(given)
    assert bodies(mailbox) == []


def test_a_requeued_message_goes_to_the_next_listener() -> None:
    bus = Bus()
    first, second = bus.subscribe([ADDRESS]), bus.subscribe([ADDRESS])
    bus.send(ADDRESS, "a")
    envelope = first.take(0)
    assert envelope is not None
    bus.requeue(envelope)
    assert bodies(second) == ["a"]


def test_addresses_that_nobody_uses_are_forgotten() -> None:
    bus = Bus()
    bus.withdraw(bus.send(ADDRESS._replace(server="gone"), "a"))
    bus.unsubscribe(bus.subscribe([ADDRESS, ADDRESS._replace(server="here")]))
    assert bus._queues == {}


def test_a_taker_is_woken_by_a_message_and_by_the_end() -> None:
    bus = Bus()
    mailbox = bus.subscribe([ADDRESS])
    taken: list[str | None] = []

    def take_two() -> None:
        for _ in range(2):
            envelope = mailbox.take(None)
            taken.append(envelope.body if envelope else None)

    thread = threading.Thread(target=take_two)
    thread.start()
    bus.send(ADDRESS, "a")
    bus.send(ADDRESS._replace(topic="other"), "not mine")
    while not taken:
        time.sleep(0.001)
    bus.unsubscribe(mailbox)
    thread.join(10)
    assert taken == ["a", None]


def test_take_returns_when_the_time_is_over() -> None:
    mailbox = Bus().subscribe([ADDRESS])
    begin = time.monotonic()
    assert mailbox.take(0.05) is None
    assert 0.05 <= time.monotonic() - begin < 1
