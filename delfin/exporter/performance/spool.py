"""Batches that wait for one exporter, on the file system of this node: a file each.

Any process of the node writes; files get their names when they are whole. What was delivered is
deleted, so there is no cursor that could pass a file by.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_SUFFIX = ".batch"
_UNFINISHED = ".part"
# Left behind by a process that was killed while it wrote.
_ABANDONED_AFTER = 3600.0
# A writer looks at the whole folder when it has added this part of the limit.
_LOOK_AFTER = 1 / 64
_NS = 1_000_000_000


class Waiting(NamedTuple):
    """A batch in the spool, by the name of its file; sorts by age."""

    name: str

    @property
    def put_at(self) -> float:
        """When it was put, epoch seconds of this node."""
        return int(self.name.split("-", 1)[0]) / _NS

    @property
    def samples(self) -> int:
        return int(self.name.removesuffix(_SUFFIX).rsplit("-", 1)[1])


class Standing(NamedTuple):
    """What waits: batches, their bytes, and when the oldest was put (epoch seconds; None)."""

    batches: int = 0
    size: int = 0
    oldest: float | None = None


class Spool:
    """A folder of batches that keeps no more than a limit: the oldest are dropped and counted."""

    def __init__(self, folder: Path, limit: int) -> None:
        """'limit' in bytes; several writers may pass it by a few hundredths for a moment."""
        self.folder = folder
        self.dropped_samples = 0
        self._limit = limit
        self._lock = threading.Lock()
        self._last = 0
        self._number = itertools.count()
        self._not_looked_at = limit
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, data: bytes, samples: int) -> None:
        """Keep it; when this returns, a killed process does not lose it.

        Raises:
            OSError: The file system does not take it.
        """
        with self._lock:
            self._last = max(self._last + 1, time.time_ns())
            stem = f"{self._last:020d}-{os.getpid()}-{next(self._number)}-{samples}"
            self._not_looked_at += len(data)
            look = self._not_looked_at >= self._limit * _LOOK_AFTER
            if look:
                self._not_looked_at = 0
        unfinished = self.folder / f"{stem}{_UNFINISHED}"
        try:
            unfinished.write_bytes(data)
            unfinished.rename(self.folder / f"{stem}{_SUFFIX}")
        except OSError:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise
        if look:
            self.trim()

    def waiting(self) -> list[Waiting]:
        """What is there, oldest first."""
        return sorted(Waiting(name) for name in os.listdir(self.folder) if name.endswith(_SUFFIX))  # noqa: PTH208 - no Path for each of many

    def read(self, waiting: Waiting) -> bytes | None:
        """Its bytes; None when it is not there any more."""
        try:
            return (self.folder / waiting.name).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, waiting: Waiting) -> bool:
        """It is dealt with; False when another was first."""
        try:
            (self.folder / waiting.name).unlink()
        except FileNotFoundError:
            return False
        return True

    def count_dropped(self, samples: int, *, alarming: bool = True) -> None:
        """So much is lost; 'alarming' when the operator is to hear of it."""
        with self._lock:
            self.dropped_samples += samples
        if alarming:
            with contextlib.suppress(OSError):
                self._overflow.touch(mode=0o600)

    def trim(self) -> Standing:
        """Drop the oldest until the rest fits; the newest stays in any case. What waits then."""
        with_sizes = sorted(self._files())
        total = sum(size for _, size in with_sizes)
        batches = samples = 0
        for waiting, size in with_sizes[:-1]:
            if total <= self._limit:
                break
            total -= size
            if self.remove(waiting):
                samples += waiting.samples
            batches += 1
        if batches:
            self.count_dropped(samples)
        left = with_sizes[batches:]
        return Standing(len(left), total, left[0][0].put_at if left else None)

    @property
    def overflowed_at(self) -> float | None:
        """When any process of the node dropped something last (epoch seconds).

        None: nothing since 'forget_overflow'.
        """
        try:
            return self._overflow.stat().st_mtime
        except FileNotFoundError:
            return None

    def forget_overflow(self) -> None:
        self._overflow.unlink(missing_ok=True)

    @property
    def _overflow(self) -> Path:
        return self.folder / "overflowed"

    def _files(self) -> Iterator[tuple[Waiting, int]]:
        with os.scandir(self.folder) as entries:
            for entry in entries:
                # Others deliver and drop meanwhile.
                with contextlib.suppress(FileNotFoundError):
                    if entry.name.endswith(_SUFFIX):
                        yield Waiting(entry.name), entry.stat().st_size
                    elif entry.name.endswith(_UNFINISHED):
                        _sweep(entry)


def _sweep(entry: os.DirEntry[str]) -> None:
    if time.time() - entry.stat().st_mtime > _ABANDONED_AFTER:
        Path(entry.path).unlink()
