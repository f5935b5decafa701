"""The performance files that one controller of an OceanStor wrote, and the times that are in none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from delfin import exception
from delfin.drivers.huawei.oceanstor.perf_file import Block, Kind
from delfin.drivers.huawei.oceanstor.perf_host import Host
from delfin.drivers.kit import sftp

_Read = Callable[[sftp.Entry], list[Block]]


@dataclass(frozen=True)
class Unwritten:
    """Moments, in ms, of which a controller may have measured what it wrote nowhere.

    That is of these things, by the number of their type, until it went down at a time not known.
    """

    start: int
    end: int
    kinds: Mapping[int, Kind]

    def of(self, kind: int, start: int, end: int) -> Collection[str]:
        """The ids of a type, if it is about moments after 'start' up to 'end' (ms)."""
        if kind not in self.kinds or self.start > end or self.end <= start:
            return ()
        return self.kinds[kind].ids


@dataclass(frozen=True)
class Span:
    """What a file is about: seconds from 'start' up to, and without, 'end', and its last moment."""

    start: int
    end: int
    step: int
    last: int
    kinds: Mapping[int, Kind]

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> Span:
        """Of one block at least."""
        return cls(
            min(one.start for one in blocks),
            max(one.end for one in blocks),
            max(one.step for one in blocks),
            max((one.moments[-1] for one in blocks if one.moments), default=0),
            blocks[-1].kinds,
        )

    @property
    def length(self) -> int:
        return self.end - self.start

    def unwritten(self, then: int | None) -> list[Unwritten]:
        """Of a controller whose next file begins 'then', in seconds; None: there is no next one.

        What it kept for the next file is lost when it goes down: the length of a file at most.
        """
        end = self.end + self.length
        end = end if then is None else min(end, then)
        if end - self.end < self.step:
            return []
        return [Unwritten(self.end * 1000, end * 1000, self.kinds)]


@dataclass(frozen=True)
class Written:
    """What one controller wrote, oldest first, and whom to ask for it."""

    name: str
    host: Host
    entries: Sequence[sftp.Entry]

    @property
    def changed(self) -> int:
        """When it wrote last, in seconds."""
        return self.entries[-1].changed

    def newest(self) -> tuple[sftp.Entry, Span]:
        """The newest file, or the one before it: the newest may be being written."""
        failure: exception.DelfinException | None = None
        with self.host.reading() as read:
            for entry in reversed(self.entries[-2:]):
                try:
                    blocks = read(entry)
                except exception.InvalidResults as error:
                    failure = error
                    continue
                if blocks:
                    return entry, Span.of(blocks)
        raise failure or exception.StorageBackendException(f"{self.entries[-1].name} is empty")

    def files(self, start: int, end: int) -> Iterator[tuple[Span, list[Block]]]:
        """Those with moments after 'start', oldest first, until one goes beyond 'end' (ms).

        If they begin later than 'start', the file before them comes first, where there is one.
        Raises as 'History.samples'.
        """
        known = self.entries
        first = next((n for n, one in enumerate(known) if one.changed * 1000 > start), len(known))
        with self.host.reading() as read:
            is_begun = False
            for entry in known[first:]:
                blocks = self._blocks(read, entry)
                if not blocks:
                    continue
                span = Span.of(blocks)
                if not is_begun and span.start * 1000 > start:
                    yield from self._before(read, first)
                is_begun = True
                yield span, blocks
                if span.end * 1000 > end:
                    return
            if not is_begun:
                yield from self._before(read, first)

    def _before(self, read: _Read, number: int) -> Iterator[tuple[Span, list[Block]]]:
        """The file before that of this number, if there is one."""
        for entry in reversed(self.entries[:number]):
            blocks = self._blocks(read, entry)
            if blocks:
                yield Span.of(blocks), blocks
                return

    def _blocks(self, read: _Read, entry: sftp.Entry) -> list[Block]:
        """None of the newest while it is being written."""
        try:
            return read(entry)
        except exception.InvalidResults:
            if entry is self.entries[-1]:
                return []
            raise
