"""Series that are not where most series of their array are: how far each has come, for the checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

# A series: its resource and metric.
Key = tuple[str, str]


@dataclass
class Apart:
    """Of one type of resource of an array; times are epoch milliseconds.

    Attributes:
        edge: Up to here most series have been delivered, or will have been after this reading.
        since: What was measured before was not asked for.
        oldest: A series that is not known is followed from a time after this one.
        is_new: Nobody knows how far the series had come before this reading.
        times: The last time that was delivered of a series that is not at the edge.
        heard: The edge at which such a series last had anything new.
    """

    edge: int
    since: int = 0
    oldest: int = 0
    is_new: bool = False
    times: dict[Key, int] = field(default_factory=dict)
    heard: dict[Key, int] = field(default_factory=dict)

    def came(self, key: Key, last: int, *, is_news: bool) -> None:
        """A series is in the reading, and has been delivered up to 'last'."""
        if last == self.edge:
            self.times.pop(key, None)
            self.heard.pop(key, None)
            return
        self.times[key] = last
        if is_news or key not in self.heard:
            self.heard[key] = self.edge

    def awaited(self, patience: int) -> Iterator[int]:
        """The times of those of which something was heard within so many milliseconds."""
        for key, at in self.times.items():
            if self.edge - self.heard[key] <= patience:
                yield at

    def only(self, oldest: int) -> dict[Key, int]:
        """Their times, without those that are not after 'oldest'."""
        return {key: at for key, at in self.times.items() if at > oldest}
