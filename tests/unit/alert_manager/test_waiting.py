"""The queue between the socket and the rest: bounded, counted, and fair."""

from __future__ import annotations

from typing import Any

from delfin.alert_manager.counters import Counters
from delfin.alert_manager.snmp.reasons import QUEUE_FULL, RATE_LIMITED
from delfin.alert_manager.waiting import Datagram, WaitingRoom


def room(counters: Counters, **limits: Any) -> WaitingRoom:
    return WaitingRoom(
        counters,
        **{"size": 100, "size_in_bytes": 10_000, "rate": 1e-9, "burst": 1000, **limits},
    )


def fill(where: WaitingRoom, sender: str, number: int, size: int = 10) -> int:
    datagram = Datagram(b"x" * size, sender, (), 0, None)
    return sum(where.put(sender, datagram) for _ in range(number))


def test_senders_take_turns() -> None:
    made = room(Counters())
    fill(made, "loud", 40)
    fill(made, "still", 2)
    assert [one.address for one in made.take(5, 0)] == ["loud", "still", "loud", "still", "loud"]
    assert made.held == 37


def test_one_sender_may_have_half_of_it() -> None:
    counters = Counters()
    made = room(counters)
    assert fill(made, "loud", 80) == 50
    assert fill(made, "still", 50) == 50
    assert fill(made, "third", 1) == 0
    assert counters[QUEUE_FULL] == 31
    assert len(made.take(1000, 0)) == 100
    assert fill(made, "loud", 1) == 1


def test_bytes_count_as_well() -> None:
    counters = Counters()
    made = room(counters)
    assert fill(made, "loud", 5, size=3000) == 3
    assert counters[QUEUE_FULL] == 2


def test_each_sender_has_its_own_allowance() -> None:
    counters = Counters()
    made = room(counters, burst=10)
    assert fill(made, "loud", 15) == 10
    assert fill(made, "still", 5) == 5
    assert counters[RATE_LIMITED] == 5


def test_an_allowance_comes_back_with_time() -> None:
    made = room(Counters(), burst=1, rate=1e9)
    assert fill(made, "loud", 20) == 20


def test_a_closed_one_still_gives_out_what_it_has() -> None:
    made = room(Counters())
    fill(made, "loud", 1)
    made.close()
    assert len(made.take(10, 60)) == 1
    assert made.take(10, 60) == []
