"""Forwarding to exporters that work, refuse, raise, hang, or cannot be made."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from delfin.exporter.alert_hand import AlertHand
from delfin.exporter.base_exporter import BaseExporter, RejectedError
from delfin.exporter.forwarder import Forwarder
from tests.unit.exporter.kept_log import KeptLog
from tests.waiting import during, wait_until

Start = Callable[..., Forwarder[Any]]


class Exporter(BaseExporter):
    """Keeps what it is given, after what 'then' makes of it."""

    def __init__(self, then: Callable[[list[dict[str, Any]]], None] | None = None) -> None:
        self.calls: list[list[int]] = []
        self.closed = False
        self._then = then

    def dispatch(self, ctxt: Any, data: list[dict[str, Any]]) -> None:
        assert ctxt.is_admin
        if self._then is not None:
            self._then(data)
        self.calls.append([entry["n"] for entry in data])

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[Forwarder[Any]] = []

    def started(
        log: KeptLog,
        exporter: BaseExporter | Exception | Callable[[], BaseExporter],
        **options: Any,
    ) -> Forwarder[Any]:
        def make() -> BaseExporter:
            if isinstance(exporter, Exception):
                raise exporter
            return exporter if isinstance(exporter, BaseExporter) else exporter()

        chosen = SimpleNamespace(
            **{
                "batch_size": 3,
                "timeout": 5.0,
                "poll_interval": 0.01,
                "retry_delay": 0.01,
                "retry_longest_delay": 0.02,
                **options,
            }
        )
        forwarder = Forwarder("exporter", make, log, AlertHand(), chosen)
        running.append(forwarder)
        forwarder.start()
        return forwarder

    yield started
    for forwarder in running:
        forwarder.stop()
    for forwarder in running:
        forwarder.wait(10)


def _wait_for(event: threading.Event) -> None:
    event.wait(30)


def numbered(count: int) -> list[dict[str, Any]]:
    return [{"n": number} for number in range(1, count + 1)]


def test_entries_are_delivered_in_order_and_in_batches(start: Start) -> None:
    log, exporter = KeptLog(*numbered(7)), Exporter()
    forwarder = start(log, exporter)
    wait_until(lambda: log.position == 7)
    assert exporter.calls == [[1, 2, 3], [4, 5, 6], [7]]
    forwarder.stop()
    forwarder.wait(10)
    assert log.released.is_set()
    assert exporter.closed


def test_what_failed_comes_again_before_anything_behind_it(start: Start) -> None:
    failures = iter([OSError("away")] * 3)

    def fail(_data: Any) -> None:
        for error in failures:
            raise error

    log, exporter = KeptLog(*numbered(4)), Exporter(fail)
    start(log, exporter)
    wait_until(lambda: log.position == 4)
    assert exporter.calls == [[1, 2, 3], [4]]
    assert log.why == ["OSError: away"] * 3


def test_what_is_kept_back_and_what_is_not_wanted_is_dealt_with(start: Start) -> None:
    log = KeptLog({"n": 1}, None, {"n": 3, "change": "unacknowledged"}, {"n": 4})
    exporter = Exporter()
    start(log, exporter)
    wait_until(lambda: log.position == 4)
    assert exporter.calls == [[1], [4]]
    assert (log.silenced, log.dropped) == (1, 0)


def test_one_entry_that_is_refused_for_ever_holds_nothing_up(start: Start) -> None:
    def refuse(data: list[dict[str, Any]]) -> None:
        if any(entry["n"] == 2 for entry in data):
            raise RejectedError("400")

    log, exporter = KeptLog(*numbered(3)), Exporter(refuse)
    start(log, exporter)
    wait_until(lambda: log.position == 3)
    assert exporter.calls == [[1], [3]]
    assert log.dropped == 1


def test_one_that_hangs_is_not_called_again_before_it_returns(start: Start) -> None:
    free = threading.Event()
    entered = []

    def hang(data: list[dict[str, Any]]) -> None:
        entered.append(data)
        free.wait(30)

    hung, log, good = KeptLog({"n": 1}), KeptLog(*numbered(5)), Exporter()
    start(hung, Exporter(hang), timeout=0.05)
    start(log, good)
    wait_until(lambda: log.position == 5)
    wait_until(hung.released.is_set)
    for _ in during(0.2):
        assert len(entered) == 1
    assert hung.why == ["no answer within 0.05 s"]
    free.set()
    wait_until(lambda: hung.position == 1)


def test_one_that_cannot_be_made_is_tried_again(start: Start) -> None:
    log = KeptLog({"n": 1})
    start(log, ImportError("no module"))
    wait_until(lambda: len(log.why) > 2)
    assert log.why[0] == "ImportError: no module"
    assert log.position == 0
    # Another process may be able to.
    wait_until(log.released.is_set)


def test_one_that_was_made_too_late_is_used_and_no_second_is_made(start: Start) -> None:
    free, made = threading.Event(), []

    def make() -> BaseExporter:
        made.append(Exporter())
        free.wait(30)
        return made[0]

    log = KeptLog({"n": 1})
    start(log, make, timeout=0.05)
    wait_until(lambda: log.why)
    free.set()
    wait_until(lambda: log.position == 1)
    assert [exporter.calls for exporter in made] == [[[1]]]


def test_one_whose_log_another_process_has_is_closed_and_made_anew(start: Start) -> None:
    log, made = KeptLog({"n": 1}), []

    def make() -> BaseExporter:
        made.append(Exporter())
        return made[-1]

    start(log, make)
    wait_until(lambda: log.position == 1)
    log.mine = False
    wait_until(lambda: made[0].closed)
    log.entries.append({"n": 2})
    log.mine = True
    wait_until(lambda: log.position == 2)
    assert [exporter.calls for exporter in made] == [[[1]], [[2]]]


def test_one_that_hangs_is_not_closed_before_it_returns(start: Start) -> None:
    free = threading.Event()
    log, exporter = KeptLog({"n": 1}), Exporter(lambda _data: _wait_for(free))
    start(log, exporter, timeout=0.05)
    wait_until(log.released.is_set)
    log.mine = False
    for _ in during(0.1):
        assert not exporter.closed
    free.set()
    wait_until(lambda: exporter.closed)


def test_no_second_one_is_made_before_the_first_is_closed(start: Start) -> None:
    free, made = threading.Event(), []

    class Sticks(Exporter):
        def close(self) -> None:
            free.wait(30)
            super().close()

    def make() -> BaseExporter:
        made.append(Sticks())
        return made[-1]

    log = KeptLog({"n": 1})
    start(log, make, timeout=0.05)
    wait_until(lambda: log.position == 1)
    log.mine = False
    # Asked twice: it has let go in between.
    asked = log.asked
    wait_until(lambda: log.asked > asked)
    log.entries.append({"n": 2})
    log.mine = True
    for _ in during(0.2):
        assert len(made) == 1
    free.set()
    wait_until(lambda: log.position == 2)
    assert made[0].closed


def test_nothing_is_forwarded_while_another_process_does(start: Start) -> None:
    log, exporter = KeptLog({"n": 1}), Exporter()
    log.mine = False
    start(log, exporter)
    for _ in during(0.1):
        assert not exporter.calls
    log.mine = True
    wait_until(lambda: exporter.calls == [[1]])


def test_one_that_repeats_is_given_what_lasts(start: Start) -> None:
    log, exporter = KeptLog({"n": 1}), Exporter()
    log.lasting = [[{"n": 8}], [{"n": 9}]]
    exporter.repeat_interval = 0.05
    start(log, exporter)
    wait_until(lambda: exporter.calls[:3] == [[1], [8], [9]])
    wait_until(lambda: exporter.calls[3:5] == [[8], [9]])


def test_a_ring_wakes_it(start: Start) -> None:
    log, exporter = KeptLog(), Exporter()
    forwarder = start(log, exporter, poll_interval=3600.0)
    log.entries.append({"n": 1})

    def rung() -> bool:
        forwarder.ring()
        return bool(exporter.calls)

    wait_until(rung)
