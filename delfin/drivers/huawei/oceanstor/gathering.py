"""What the performance files of all controllers of an OceanStor tell of one type of things and one time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from delfin import exception
from delfin.drivers.huawei.oceanstor.indicators import Sample, merged
from delfin.drivers.huawei.oceanstor.written import Span, Unwritten, Written

# Files of one length: a controller that has run for longer than that has written one.
FILES_BEHIND = 2


class Gathering:
    """For one request; controllers are taken one after the other."""

    def __init__(self, kind: int, indicators: Collection[str], start: int, end: int) -> None:
        """As 'History.samples'."""
        self._kind, self._indicators = kind, indicators
        self._start, self._end = start, end
        self._found: defaultdict[str, dict[int, Sample]] = defaultdict(dict)
        self._unwritten: list[Unwritten] = []
        self._kept = start
        self._longest = 0

    def take(self, controller: Written, latest: int, *, is_running: bool) -> None:
        """The newest file of any controller was changed at 'latest', in seconds.

        Raises StorageBackendException when something is still to be written by this one, and what
        reading files raises.
        """
        own: defaultdict[str, dict[int, Sample]] = defaultdict(dict)
        before: Span | None = None
        for span, blocks in controller.files(self._start, self._end):
            self._longest = max(self._longest, span.length)
            if before is not None:
                self._unwritten += before.unwritten(span.start)
            elif is_running:
                # With an older file, that would have come first.
                self._kept = max(self._kept, 1000 * (span.start - span.step))
            before = span
            for block in blocks:
                for identity, sample in block.samples(self._kind, self._indicators):
                    if self._start < sample["time"] <= self._end:
                        own[identity][sample["time"]] = sample
        if before is None or before.end * 1000 <= self._end:
            # One that runs and has written nothing for longer was down until a short while ago.
            sure = 1000 * (latest - FILES_BEHIND * self._longest)
            if is_running and (before is None or self._end >= sure):
                raise exception.StorageBackendException(
                    f"{controller.entries[-1].name} is the last performance file so far"
                )
            self._unwritten += [] if before is None else before.unwritten(None)
        self._add(own)

    def miss(self, unwritten: Iterable[Unwritten]) -> None:
        """Of a controller that is down, and whose files cannot be had."""
        self._unwritten += unwritten

    def samples(self) -> dict[str, list[Sample]]:
        """As 'History.samples'; raises PerformanceNotKept."""
        if self._kept > self._start:
            raise exception.PerformanceNotKept(self._kept)
        for one in self._unwritten:
            for identity in one.of(self._kind, self._start, self._end):
                times = self._found.get(identity, {})
                for at in [at for at in times if one.start <= at < one.end]:
                    del times[at]
        return {id_: [at[one] for one in sorted(at)] for id_, at in self._found.items() if at}

    def _add(self, own: dict[str, dict[int, Sample]]) -> None:
        for identity, of in own.items():
            known = self._found[identity]
            for at, sample in of.items():
                known[at] = merged(known[at], sample) if at in known else sample
