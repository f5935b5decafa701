"""Finds the recorded answer to a question; questions that repeat step through their answers."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from delfin.testing.recording.exchange import Channel, Exchange, Key, key_of, spoken


class Tape:
    """The answers of one recording; for any number of threads.

    After the last answer to a question, it is given again: a driver may ask more often than the
    recorder did. 'misses' names what was asked and is not recorded.
    """

    def __init__(self, exchanges: Iterable[Exchange], ignored: Collection[str] = ()) -> None:
        self._ignored = ignored
        self._answers: dict[Key, list[Exchange]] = defaultdict(list)
        for exchange in exchanges:
            self._answers[exchange.key(ignored)].append(exchange)
        self._lock = threading.Lock()
        self._turns: Counter[Key] = Counter()
        self._used: set[int] = set()
        self.misses: list[str] = []

    def answer(self, channel: Channel, asked: Any) -> dict[str, Any] | None:
        """What is recorded, or None."""
        key = key_of(channel, asked, self._ignored)
        with self._lock:
            recorded = self._answers.get(key)
            if recorded is None:
                self.misses.append(spoken(channel, asked))
                return None
            turn = min(self._turns[key], len(recorded) - 1)
            self._turns[key] += 1
            self._used.add(id(recorded[turn]))
            return recorded[turn].answer

    def next(self, channel: Channel, asked: Any) -> dict[str, Any] | None:
        """The answer that comes next, for who asks about it; nothing is used up."""
        key = key_of(channel, asked, self._ignored)
        with self._lock:
            recorded = self._answers.get(key)
            return recorded[min(self._turns[key], len(recorded) - 1)].answer if recorded else None

    def has(self, channel: Channel) -> bool:
        """Whether the array answered anything over this channel."""
        return any(key[0] == channel for key in self._answers)

    def rewind(self) -> None:
        """A new driver starts with the first answers; what was used stays known."""
        with self._lock:
            self._turns.clear()

    def unused(self) -> list[str]:
        """The questions whose answers were never asked for, each once."""
        with self._lock:
            return list(
                dict.fromkeys(
                    spoken(exchange.channel, exchange.asked)
                    for recorded in self._answers.values()
                    for exchange in recorded
                    if id(exchange) not in self._used
                )
            )
