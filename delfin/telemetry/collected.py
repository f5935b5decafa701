"""How the collection of one type of resource of an array stands, as it is kept in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from delfin.telemetry.windows import Progress, Range


@dataclass(frozen=True)
class CollectedKind:
    """Times in epoch milliseconds, those of 'progress' on the array's clock, the others on ours.

    Attributes:
        progress: How far it was read.
        longest: What to ask for at once at most, in milliseconds, after failures; None: as usual.
        failures: Tries in a row that failed.
        turn: Which missing piece is next; it grows when one cannot be read.
        last_attempt: The last try.
        last_success: The last good one.
        error: Code and text of the last try, when it failed.
        lacking: The driver declares the type, and says that this array does not measure it.
    """

    progress: Progress = field(default_factory=Progress)
    longest: int | None = None
    failures: int = 0
    turn: int = 0
    last_attempt: int | None = None
    last_success: int | None = None
    error: Mapping[str, str] | None = None
    lacking: bool = False

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> CollectedKind:
        """From the JSON in the row."""
        if not kept:
            return cls()
        rest = {name: value for name, value in kept.items() if name not in _PROGRESS}
        ranges = tuple(Range(*one) for one in kept["missing"])
        return cls(Progress(kept["edge"], kept["asked"], ranges), **rest)

    def kept(self) -> dict[str, Any]:
        """For the row."""
        progress = self.progress
        return {
            "edge": progress.edge,
            "asked": progress.asked,
            "missing": [list(one) for one in progress.missing],
            "longest": self.longest,
            "failures": self.failures,
            "turn": self.turn,
            "last_attempt": self.last_attempt,
            "last_success": self.last_success,
            "error": self.error,
            **({"lacking": True} if self.lacking else {}),
        }


_PROGRESS = ("edge", "asked", "missing")


def lacking(kinds: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """The types that the array turned out not to measure, of the JSON in the row."""
    return frozenset(kind for kind, kept in kinds.items() if CollectedKind.of(kept).lacking)
