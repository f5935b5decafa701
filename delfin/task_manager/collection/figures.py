"""What the collections of this process came to since it started, for its page of metrics."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping

from delfin.jobs.queue import DONE, FAILED, PARTIAL
from delfin.process.metrics import Reading
from delfin.telemetry.checking import REASONS
from delfin.telemetry.windows import Ranges, length

# A collection that did not ask the array, since it had failed a short while ago.
LEFT_ALONE = "left_alone"
CURRENT, REFILLED = "current", "refilled"


class Figures:
    """Any thread may add to them."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        # Those that have not happened yet are shown as well: queries ask what they grew by.
        self._ended = Counter(dict.fromkeys((DONE, PARTIAL, FAILED, LEFT_ALONE), 0))
        self._samples = Counter(dict.fromkeys((CURRENT, REFILLED), 0))
        self._dropped = Counter(dict.fromkeys(REASONS, 0))
        self._delay = self._lost = 0.0
        self._gaps = 0

    def began(self, delay: float) -> None:
        """A collection has started so many seconds after it was due."""
        with self._guard:
            self._delay += delay

    def ended(self, result: str) -> None:
        with self._guard:
            self._ended[result] += 1

    def read(self, samples: int, refilled: int, dropped: Mapping[str, int]) -> None:
        """'refilled' of the samples had been missing; 'dropped' is by reason."""
        with self._guard:
            self._samples.update({CURRENT: samples - refilled, REFILLED: refilled})
            self._dropped.update(dropped)

    def lost(self, ranges: Ranges) -> None:
        """Times of a type of resource that are recorded as gaps."""
        with self._guard:
            self._gaps += len(ranges)
            self._lost += length(ranges) / 1000

    def readings(self) -> Iterator[Reading]:
        with self._guard:
            by_label = (
                ("collections", "Collections by their result", "result", dict(self._ended)),
                ("collected_samples", "Samples collected", "reading", dict(self._samples)),
                (
                    *("collection_dropped_samples", "Samples that were not exported, by reason"),
                    *("reason", dict(self._dropped)),
                ),
            )
            single = (
                ("collection_delay_seconds", "Time from due to started", self._delay),
                ("collection_gaps", "Times that were recorded as gaps", float(self._gaps)),
                ("collection_gap_seconds", "How long these were", self._lost),
            )
        for name, text, label, numbers in by_label:
            for value, number in numbers.items():
                yield Reading(name, text, number, {label: value}, counts=True)
        for name, text, total in single:
            yield Reading(name, text, total, {}, counts=True)
