"""Another try at what a busy array refused: how often and after which pause."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from delfin.common import deadline

T = TypeVar("T")


@dataclass(frozen=True)
class Retry:
    """At most 'tries' times in all, with a pause that doubles from 'first' to 'longest' seconds.

    'statuses' are the HTTP statuses that mean "later", 'on' the exceptions that do. No pause is
    begun that the deadline of the call does not leave room for. For calls that may run twice.
    """

    tries: int = 3
    first: float = 0.5
    longest: float = 10.0
    statuses: Collection[int] = (429, 503)
    on: tuple[type[Exception], ...] = ()

    def pauses(self) -> Iterator[float]:
        for number in range(self.tries - 1):
            yield min(self.longest, self.first * 2.0**number)

    def asked_for(self, headers: Mapping[str, str], pause: float) -> float:
        """The pause that the array asks for in its answer, within 'longest'."""
        wish = headers.get("Retry-After", "")
        return min(self.longest, max(pause, float(wish))) if wish.isdecimal() else pause

    def call(self, work: Callable[[], T]) -> T:
        """What 'work' returns; raises what its last try raised."""
        for pause in self.pauses():
            try:
                return work()
            except self.on:
                if not paused(pause):
                    raise
        return work()


def paused(seconds: float) -> bool:
    """Whether there was time for the pause, which is over then."""
    remaining = deadline.left()
    if remaining is not None and remaining <= seconds:
        return False
    deadline.pause(seconds)
    return True


NEVER = Retry(tries=1, statuses=())
