"""Which times of an array are to be read: pure arithmetic on ranges, for the collection.

Times are epoch milliseconds of the array's own clock. A range holds the samples after its start up
to its end; ranges together stand in order and do not touch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

# An array's clock that went back by more than this is followed; the times between would be used
# twice, so after a smaller step nothing is read until it has caught up.
_STEP_BACK = 3_600_000


class Range(NamedTuple):
    """The samples with start < time <= end."""

    start: int
    end: int


Ranges = tuple[Range, ...]


@dataclass(frozen=True)
class Rules:
    """How far a collection reaches; all in milliseconds.

    Attributes:
        history: How far back the first one goes.
        horizon: How far back the array still knows; 0 when it keeps nothing.
        longest: What one reading of current data covers at most.
    """

    history: int
    horizon: int
    longest: int


@dataclass(frozen=True)
class Progress:
    """How far a kind of an array has been read.

    Attributes:
        edge: Samples up to here have been delivered, or are in 'missing', or are lost; None before
            the first one.
        asked: Up to here the array has been asked with success; where it is beyond the edge, there
            was nothing.
        missing: What is to be read still, all of it before the edge.
    """

    edge: int | None = None
    asked: int | None = None
    missing: Ranges = ()

    @property
    def covered(self) -> int | None:
        """Nothing before this is missing that is not listed."""
        return self.edge if self.edge is None else max(self.edge, self.asked or 0)


def joined(ranges: Iterable[Range]) -> Ranges:
    """In order, without what is empty; those that touch or overlap become one."""
    found: list[Range] = []
    for one in sorted(ranges):
        if one.start >= one.end:
            continue
        if found and one.start <= found[-1].end:
            found[-1] = Range(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return tuple(found)


def without(ranges: Iterable[Range], taken: Range) -> Ranges:
    """What is left of them beside 'taken'."""
    left = []
    for start, end in ranges:
        left += [Range(start, min(end, taken.start)), Range(max(start, taken.end), end)]
    return joined(left)


def divided(ranges: Iterable[Range], at: int) -> tuple[Ranges, Ranges]:
    """What lies before a moment, and what lies after it."""
    known = tuple(ranges)
    before = joined(Range(start, min(end, at)) for start, end in known)
    return before, joined(Range(max(start, at), end) for start, end in known)


def length(ranges: Iterable[Range]) -> int:
    return sum(end - start for start, end in ranges)


def pieces(ranges: Ranges, longest: int) -> Iterator[Range]:
    """The newest first, each of them at most so long."""
    for start, end in reversed(ranges):
        at = end
        while at > start:
            yield Range(max(start, at - longest), at)
            at -= longest


def piece(ranges: Ranges, longest: int, number: int) -> Range | None:
    """One of the pieces, counted from the newest, and round and round; None when nothing is missing.

    One that cannot be read must not keep the others from being read.
    """
    found = list(pieces(ranges, longest))
    return found[number % len(found)] if found else None


def shrunk(longest: int, shortest: int) -> int:
    """What to ask for at most after a failure: it may have been too much."""
    return max(shortest, longest // 2)


def begin(progress: Progress, newest: int, rules: Rules) -> tuple[Progress, int | None]:
    """Where a reading up to 'newest' starts; None when there is nothing to be read.

    Also the progress to go on from: it starts anew where the array's clock went far back.
    """
    edge = progress.edge
    if edge is None or newest < edge - _STEP_BACK:
        # What is listed from a time that has not come yet was never real.
        kept, _ = divided(progress.missing, newest - rules.history)
        progress = Progress(newest - rules.history, newest - rules.history, kept)
        edge = progress.edge
    if edge is None or newest <= edge:
        return progress, None
    return progress, max(edge, newest - rules.longest)


def went_on(
    progress: Progress, start: int, newest: int, rules: Rules, kept: int = 0
) -> tuple[Progress, Ranges]:
    """The progress after a reading from 'start' to 'newest', and what can never be read any more.

    'kept' is up to where the array turned out to have nothing any more, as in 'forgot'.
    """
    missing = progress.missing
    if progress.covered is not None:
        missing = joined((*missing, Range(progress.covered, start)))
    missing = joined((*missing, Range(start, min(kept, newest))))
    lost, missing = divided(missing, max(newest - rules.horizon, kept))
    return Progress(newest, newest, missing), lost


def forgot(progress: Progress, kept: int) -> tuple[Progress, Ranges]:
    """The progress where the array has nothing up to 'kept' any more, and what is lost by that."""
    lost, missing = divided(progress.missing, kept)
    return replace(progress, missing=missing), lost


def refilled(progress: Progress, taken: Range) -> Progress:
    """The progress after a missing range, or a part of one, was read."""
    return replace(progress, missing=without(progress.missing, taken))
