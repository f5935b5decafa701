"""A spool as a forwarder reads it: one process of the node at a time, oldest first."""

from __future__ import annotations

import fcntl
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from oslo_log import log

from delfin.context import get_admin_context
from delfin.exporter.base_exporter import BaseExporter, PerformanceExporter
from delfin.exporter.performance.living import Living
from delfin.exporter.performance.packing import CorruptError, Unpacker
from delfin.exporter.performance.spool import Spool, Waiting
from delfin.telemetry.samples import Batch

LOG = log.getLogger(__name__)


class Kept(NamedTuple):
    """A batch, and when it was put into the spool (epoch seconds)."""

    batch: Batch
    put_at: float


class SpoolLog:
    """What waits in a spool; the process that holds the lock file forwards it."""

    def __init__(self, spool: Spool, living: Living, most_samples: int) -> None:
        """'most_samples' are read at a time, unless one batch alone has more."""
        self.delivered_samples = 0
        self.failing = False
        self._spool = spool
        self._living = living
        self._most_samples = most_samples
        self._unpacker = Unpacker()
        self._lock_file: int | None = None
        self._listed: deque[tuple[int, Waiting]] = deque()
        self._position = 0
        self._refused = 0

    def acquire(self) -> bool:
        """Take the lock, unless it is held; the kernel frees it when a process dies."""
        if self._lock_file is None:
            path = self._spool.folder / "forwarder.lock"
            opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(opened)
                # What it comes to is the other's to say.
                self.failing = False
                return False
            self._lock_file = opened
        return True

    def read(self, most: int) -> Sequence[tuple[int, Kept | None]]:
        """The oldest batches; None in place of those of storages that are gone."""
        if not self._listed:
            self._listed.extend(enumerate(self._spool.waiting(), self._position + 1))
        entries: list[tuple[int, Kept]] = []
        samples = 0
        for position, waiting in self._listed:
            if len(entries) == most or (entries and samples + waiting.samples > self._most_samples):
                break
            kept = self._kept(waiting)
            if kept is not None:
                entries.append((position, kept))
                samples += waiting.samples
        if not entries:
            self._listed.clear()
            return ()
        wanted = {kept.batch.source.storage_id for _, kept in entries}
        live = self._living.ids(wanted)
        self._unpacker.retain(live)
        return [
            (position, kept if kept.batch.source.storage_id in live else None)
            for position, kept in entries
        ]

    def commit(
        self,
        position: int,
        delivered: Sequence[Kept],
        silenced: int,  # noqa: ARG002 - the log's form; what a removed storage left is no loss
        dropped: int,
    ) -> bool:
        """Delete the files up to 'position'."""
        samples = 0
        while self._listed and self._listed[0][0] <= position:
            _, waiting = self._listed.popleft()
            self._spool.remove(waiting)
            samples += waiting.samples
        self._position = position
        refused, self._refused = self._refused, 0
        self.delivered_samples += max(0, sum(len(kept.batch) for kept in delivered) - refused)
        if dropped:
            self._spool.count_dropped(samples, alarming=False)
        self.failing = False
        return self._lock_file is not None

    def count_refused(self, samples: int) -> None:
        """So much of what is committed next is lost: the receiver took the rest only."""
        self._refused += samples
        self._spool.count_dropped(samples, alarming=False)

    def failed(self, why: str) -> None:  # noqa: ARG002 - the forwarder has logged it
        self.failing = True

    def standing(self, most: int) -> Sequence[Sequence[Kept]]:  # noqa: ARG002 - the log's form
        """Nothing to deliver, for once: those who keep something hear which storages live."""
        return [()]

    def release(self) -> None:
        """Another process of the node may go on at once."""
        self._listed.clear()
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None

    def _kept(self, waiting: Waiting) -> Kept | None:
        data = self._spool.read(waiting)
        if data is None:
            return None
        try:
            return Kept(self._unpacker.unpack(data), waiting.put_at)
        except CorruptError as error:
            # The machine lost power while it was written, or somebody touched it.
            LOG.warning("%s is dropped: %s", self._spool.folder / waiting.name, error)
            self._spool.remove(waiting)
            self._spool.count_dropped(waiting.samples)
            return None


class BatchHand:
    """Gives batches to exporters that take them, and lists of metric_struct to the others."""

    def __init__(self, living: Living, count_refused: Callable[[int], None]) -> None:
        """'count_refused' is told how many samples of a call were refused."""
        self._living = living
        self._count_refused = count_refused

    def wants(self, exporter: BaseExporter, entry: Kept) -> bool:
        useful_for = getattr(exporter, "useful_for", None)
        return useful_for is None or time.time() - entry.put_at < useful_for

    def give(self, exporter: BaseExporter, entries: Sequence[Kept]) -> None:
        if isinstance(exporter, PerformanceExporter):
            exporter.retain(self._living.ids())
            if entries:
                before = exporter.refused_samples
                exporter.export([kept.batch for kept in entries])
                if exporter.refused_samples > before:
                    self._count_refused(exporter.refused_samples - before)
        elif entries:
            metrics: list[dict[str, object]] = []
            for kept in entries:
                metrics.extend(kept.batch.as_metrics())  # type: ignore[arg-type] # the SDK's two forms
            exporter.dispatch(get_admin_context(), metrics)
