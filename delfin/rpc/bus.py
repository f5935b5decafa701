"""Queues in memory for the inproc:// driver: who listens where, and what waits for whom.

Knows nothing of oslo.messaging. Bodies are text, so nothing is shared by reference.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

# Casts to a name that nobody listens to yet. A bell needs one; more than this means that the
# consumer will never come, and memory must not pay for it.
BACKLOG_LIMIT = 1000


class BacklogFullError(Exception):
    """Nobody listens at the address and its queue is full."""


class Address(NamedTuple):
    """Where messages go: any server of a topic, or with `server` that one."""

    exchange: str
    topic: str
    server: str | None = None


@dataclass(slots=True, eq=False)
class Envelope:
    """One message on its way.

    `home` is None for a fanout copy, which dies with its receiver; `reply_to` is what the
    sender waits on, opaque to the bus.
    """

    body: str
    home: Address | None
    reply_to: Any = None
    withdrawn: bool = False


class Mailbox:
    """What one listener has been given; `take` waits on a condition, it never polls."""

    def __init__(self, lock: threading.RLock) -> None:
        self._letters: deque[Envelope] = deque()
        self._changed = threading.Condition(lock)
        self._open = True

    def put(self, envelope: Envelope) -> None:
        with self._changed:
            self._letters.append(envelope)
            self._changed.notify()

    def take(self, timeout: float | None) -> Envelope | None:
        """The next message, or None after `timeout` seconds or once closed and empty."""
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while True:
                while self._letters:
                    envelope = self._letters.popleft()
                    if not envelope.withdrawn:
                        return envelope
                left = None if deadline is None else deadline - time.monotonic()
                if not self._open or (left is not None and left <= 0):
                    return None
                self._changed.wait(left)

    def close(self) -> list[Envelope]:
        """Wakes the taker for good; returns what it had not taken."""
        with self._changed:
            self._open = False
            left = [envelope for envelope in self._letters if not envelope.withdrawn]
            self._letters.clear()
            self._changed.notify_all()
            return left


class _Queue:
    """One address: the mailboxes that share its messages, and what waits while there is none."""

    def __init__(self) -> None:
        self.mailboxes: deque[Mailbox] = deque()
        self.backlog: deque[Envelope] = deque()


class Bus:
    """All queues of one virtual host."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._queues: dict[Address, _Queue] = {}

    def send(self, address: Address, body: str, reply_to: Any = None) -> Envelope:
        """Gives the message to one listener of the address, in turn, or keeps it for the first.

        Raises BacklogFullError.
        """
        envelope = Envelope(body, address, reply_to)
        with self._lock:
            queue = self._queues.setdefault(address, _Queue())
            if not queue.mailboxes and len(queue.backlog) >= BACKLOG_LIMIT:
                raise BacklogFullError(
                    f"nobody listens to {address.topic!r} and {BACKLOG_LIMIT} messages wait there"
                )
            self._deliver(queue, envelope)
        return envelope

    def broadcast(self, address: Address, body: str) -> None:
        """Gives a copy to everyone who listens to the topic now; nobody may be listening."""
        with self._lock:
            queue = self._queues.get(address)
            for mailbox in queue.mailboxes if queue else ():
                mailbox.put(Envelope(body, None))

    def withdraw(self, envelope: Envelope) -> None:
        """Whoever sent it waits no longer; it is not delivered unless it was taken before."""
        with self._lock:
            envelope.withdrawn = True
            queue = self._queues.get(envelope.home) if envelope.home else None
            if queue and envelope in queue.backlog:
                queue.backlog.remove(envelope)
                self._forget_if_idle(envelope.home)

    def requeue(self, envelope: Envelope) -> None:
        """Puts a taken message back, for another listener of its address."""
        if envelope.home is None:
            return
        with self._lock:
            self._deliver(self._queues.setdefault(envelope.home, _Queue()), envelope)

    def subscribe(self, addresses: Iterable[Address]) -> Mailbox:
        """A mailbox at these addresses, with what has waited there."""
        mailbox = Mailbox(self._lock)
        with self._lock:
            for address in addresses:
                queue = self._queues.setdefault(address, _Queue())
                queue.mailboxes.append(mailbox)
                while queue.backlog:
                    mailbox.put(queue.backlog.popleft())
        return mailbox

    def unsubscribe(self, mailbox: Mailbox) -> None:
        """Closes the mailbox; what was not taken goes to the other listeners, or waits."""
        with self._lock:
            for address, queue in list(self._queues.items()):
                if mailbox in queue.mailboxes:
                    queue.mailboxes.remove(mailbox)
                    self._forget_if_idle(address)
            for envelope in mailbox.close():
                self.requeue(envelope)

    def _deliver(self, queue: _Queue, envelope: Envelope) -> None:
        if not queue.mailboxes:
            queue.backlog.append(envelope)
            return
        queue.mailboxes[0].put(envelope)
        queue.mailboxes.rotate(-1)

    def _forget_if_idle(self, address: Address | None) -> None:
        queue = self._queues.get(address) if address else None
        if address and queue and not queue.mailboxes and not queue.backlog:
            del self._queues[address]
