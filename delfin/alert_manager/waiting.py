"""The queue between the socket and the rest: bounded, and fair to every sender."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from typing import NamedTuple

from delfin.alert_manager.counters import Counters
from delfin.alert_manager.snmp.reasons import QUEUE_FULL, RATE_LIMITED


class Datagram(NamedTuple):
    """What was received, where from, and how it is answered."""

    data: bytes
    # The sender's address in its canonical form, and as the socket has it.
    address: str
    peer: tuple[object, ...]
    received_at: int
    # Which of our addresses it was sent to, as the kernel wants to have it back.
    local: tuple[int, int, bytes] | None


class Allowance:
    """How many datagrams a sender may still send: so many a second, and more in a burst."""

    __slots__ = ("_at", "_left")

    def __init__(self, burst: float) -> None:
        self._left = burst
        self._at = time.monotonic()

    def take(self, rate: float, burst: float) -> bool:
        now = time.monotonic()
        self._left = min(burst, self._left + (now - self._at) * rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


# Senders that are not known share one place: who makes up addresses gains nothing by it.
STRANGERS = ""
_MOST_SENDERS = 10_000


class WaitingRoom:
    """Takes datagrams in until it is full; gives them out in turns, one sender after the other."""

    def __init__(
        self, counters: Counters, *, size: int, size_in_bytes: int, rate: float, burst: int
    ) -> None:
        """'size' and 'size_in_bytes' bound all senders together; one may fill half of it.

        'rate' and 'burst' are for each sender: datagrams a second, and at once.
        """
        self._counters = counters
        self._size, self._bytes = size, size_in_bytes
        self._rate, self._burst = rate, burst
        self._changed = threading.Condition()
        self._lanes: OrderedDict[str, deque[Datagram]] = OrderedDict()
        self._allowed: OrderedDict[str, Allowance] = OrderedDict()
        self._held = self._held_bytes = 0
        self._closed = False

    def put(self, lane: str, datagram: Datagram) -> bool:
        """Take it in, or count why not."""
        if not self._allowance(lane).take(self._rate, self._burst):
            self._counters.add(RATE_LIMITED)
            return False
        with self._changed:
            queued = self._lanes.get(lane)
            full = (
                self._held >= self._size
                or self._held_bytes + len(datagram.data) > self._bytes
                or (queued is not None and len(queued) >= self._size // 2)
            )
            if not full:
                if queued is None:
                    queued = self._lanes[lane] = deque()
                queued.append(datagram)
                self._held += 1
                self._held_bytes += len(datagram.data)
                if self._held == 1:
                    self._changed.notify()
                return True
        self._counters.add(QUEUE_FULL)
        return False

    def take(self, most: int, timeout: float) -> list[Datagram]:
        """Up to 'most' datagrams, after at most 'timeout' seconds; none when there are none."""
        with self._changed:
            if not self._held and not self._closed:
                self._changed.wait(timeout)
            taken: list[Datagram] = []
            while self._lanes and len(taken) < most:
                lane, queued = self._lanes.popitem(last=False)
                taken.append(queued.popleft())
                if queued:
                    self._lanes[lane] = queued
            self._held -= len(taken)
            self._held_bytes -= sum(len(datagram.data) for datagram in taken)
            return taken

    def close(self) -> None:
        """Wake who waits; what is in can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def held(self) -> int:
        return self._held

    def _allowance(self, lane: str) -> Allowance:
        """Used by the one thread that puts."""
        allowed = self._allowed.get(lane)
        if allowed is None:
            allowed = self._allowed[lane] = Allowance(self._burst)
            if len(self._allowed) > _MOST_SENDERS:
                self._allowed.popitem(last=False)
        return allowed
