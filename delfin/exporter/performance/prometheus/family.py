"""One metric of one array on the page: the newest value of each series, and their lines."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import compress

_NOT_YET = -(2**63)


class Family:
    """Series that differ only in the resource; formatted when they are read after a change.

    Attributes:
        name: Of the metric, as it stands on the page.
        labels: Of the resources, by place.
        newest: Time of the newest sample that there was.
    """

    __slots__ = (
        *("name", "labels", "newest", "_blocks", "_next_end"),
        *("_head", "_tail", "_factor", "_timed", "_values", "_times", "_ends"),
    )

    def __init__(self, name: str, tail: str, factor: float, *, timed: bool) -> None:
        """'tail' is what follows the labels of the resource, from a comma or a brace to a space."""
        self.name = name
        # A large array comes in many parts: after all of them it is worked out once.
        self._blocks: tuple[bytes, bytes] | None = None
        self._next_end: float | None = None
        self.labels: list[str] = []
        self.newest = _NOT_YET
        self._head = f"{name}{{"
        self._tail = tail
        self._factor = factor
        self._timed = timed
        self._values: array[float] = array("d")
        self._times: array[int] = array("q")
        self._ends: array[float] = array("d")

    def blocks(self) -> tuple[bytes, bytes]:
        """Lines in the text format and in OpenMetrics; one object unless they carry times."""
        if self._blocks is None:
            self._blocks = self._format()
        return self._blocks

    @property
    def next_end(self) -> float:
        """When the first series ends (monotonic seconds); one without a sample never lasts."""
        if self._next_end is None:
            self._next_end = min(self._ends, default=float("inf"))
        return self._next_end

    def add(self, labels: str) -> int:
        """A further series without a sample yet; its place."""
        self.labels.append(labels)
        self._values.append(0.0)
        self._times.append(_NOT_YET)
        self._ends.append(0.0)
        self._changed()
        return len(self.labels) - 1

    def replace(self, values: array[float], times: array[int], newest: int, end: float) -> None:
        """Show these until 'end', one for each series in order; none is older than 'newest' was."""
        self._values, self._times, self.newest = values, times, newest
        self._ends = array("d", (end,)) * len(values)
        self._changed()

    def merge(
        self,
        places: Sequence[int],
        numbers: Sequence[int],
        samples: Mapping[int, tuple[int, float]],
        end: float,
    ) -> None:
        """Show what is newer until 'end': sample number i is of the series at place i here."""
        for place, number in zip(places, numbers, strict=True):
            sample = samples.get(number)
            if sample is not None and sample[0] >= self._times[place]:
                self._times[place], self._values[place] = sample
                self._ends[place] = end
                self.newest = max(self.newest, sample[0])
        self._changed()

    def drop_ended(self, now: float) -> None:
        """Take off what was not renewed; places change."""
        lasting = [end > now for end in self._ends]
        self.labels = list(compress(self.labels, lasting))
        self._values = array("d", compress(self._values, lasting))
        self._times = array("q", compress(self._times, lasting))
        self._ends = array("d", compress(self._ends, lasting))
        self._changed()

    def _changed(self) -> None:
        self._blocks = self._next_end = None

    def _format(self) -> tuple[bytes, bytes]:
        head, tail, factor = self._head, self._tail, self._factor
        values = self._values if factor == 1.0 else [value * factor for value in self._values]
        if self._timed:
            rows = list(zip(self.labels, values, self._times, strict=True))
            lines = [f"{head}{labels}{tail}{value!r} {time}\n" for labels, value, time in rows]
            opened = [
                f"{head}{labels}{tail}{value!r} {time / 1000!r}\n" for labels, value, time in rows
            ]
            return "".join(lines).encode(), "".join(opened).encode()
        pairs = zip(self.labels, values, strict=True)
        lines = [f"{head}{labels}{tail}{value!r}\n" for labels, value in pairs]
        block = "".join(lines).encode()
        return block, block
