"""What the two servers of a replay share: the tape, the fault in force, and what was counted."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from delfin.testing.recording.exchange import Channel, Key, key_of
from delfin.testing.replay.tape import Tape


@dataclass
class Play:
    """One replay.

    Attributes:
        tape: The recorded answers.
        fault: One of 'faults.ALL', or None.
        asked: How many questions came over each channel; 'repeats' says how often each, since the
            last order.
        logins: How many SSH logins were tried.
        released: Set when whoever hangs is to be let go.
    """

    tape: Tape
    fault: str | None = None
    asked: Counter[Channel] = field(default_factory=Counter)
    logins: int = 0
    repeats: Counter[Key] = field(default_factory=Counter)
    released: threading.Event = field(default_factory=threading.Event)

    def answer(self, channel: Channel, asked: Any) -> dict[str, Any] | None:
        self.asked[channel] += 1
        self.repeats[key_of(channel, asked)] += 1
        return self.tape.answer(channel, asked)

    def most_repeated(self) -> int:
        """How often the question that came most often did."""
        return max(self.repeats.values(), default=0)
