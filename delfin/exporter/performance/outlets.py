"""Where collected samples go: into a spool for each exporter and for the history, and from there on."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from oslo_config import cfg
from oslo_log import log

from delfin.alerts.internal import SPOOL_OVERFLOW
from delfin.coordination.loop import Loop
from delfin.db.session import Database, retried
from delfin.exporter import loading
from delfin.exporter.base_exporter import BaseExporter
from delfin.exporter.forwarder import Forwarder
from delfin.exporter.performance.history import NAME, HistoryExporter
from delfin.exporter.performance.living import Living
from delfin.exporter.performance.log import BatchHand, SpoolLog
from delfin.exporter.performance.packing import Packer, split
from delfin.exporter.performance.spool import Spool, Standing
from delfin.process.metrics import Reading
from delfin.telemetry.history.sink import history_sink
from delfin.telemetry.samples import Batch

LOG = log.getLogger(__name__)

_MIB = 2**20
# How often a spool is looked after, in polls of the forwarders.
_POLLS = 10
# An exporter has caught up when for so many looks nothing was dropped, and nothing waits for longer:
# with many arrays there is always a batch on its way.
_QUIET_LOOKS = 30
# Looking through a full spool costs: after it there is none for so many times as long.
_REST = 50


class Outlets:
    """A sink that keeps each batch for every exporter, and forwards them in threads of its own.

    Make it in the process itself, after a fork. Nothing of an exporter runs on the caller's
    thread: one that is missing, raises or hangs costs a collection no more than writing a file.
    """

    def __init__(self, conf: cfg.ConfigOpts, database: Database) -> None:
        points, missing = loading.find(loading.PERFORMANCE, conf.performance_exporters)
        for name in missing:
            LOG.error("exporter %s is configured, and nothing of that name is installed", name)
        self._living = living = Living(database)
        self._packer = Packer()
        self._most = conf.exporters.performance_batch_samples
        openers = {point.name: loading.opener(point, conf) for point in points}
        if (history := history_sink(conf, database)) is not None:
            openers[NAME] = lambda: HistoryExporter(history)
        self._outlets = [
            _Outlet(name, opener, conf, database, living) for name, opener in openers.items()
        ]
        pause = _POLLS * conf.exporters.poll_interval
        self._keeping = Loop("performance-keeping", self._keep, pause)

    def put(self, batch: Batch) -> None:
        """Keep the batch safe: when this returns, a killed process does not lose it."""
        if not self._outlets:
            return
        for part in split(batch, self._most):
            data = self._packer.pack(part)
            for outlet in self._outlets:
                outlet.put(data, len(part))

    def start(self) -> None:
        for outlet in self._outlets:
            LOG.info("performance data is exported by %s", outlet.name)
            outlet.forwarder.start()
        self._keeping.start()

    def stop(self) -> None:
        for outlet in self._outlets:
            outlet.forwarder.stop()
        self._keeping.stop()

    def wait(self, longest: float = 1.0) -> None:
        """Block until all threads have ended, at most 'longest' seconds; what waits stays safe."""
        deadline = time.monotonic() + longest
        for outlet in self._outlets:
            outlet.forwarder.wait(max(0.0, deadline - time.monotonic()))
        self._keeping.wait(max(0.0, deadline - time.monotonic()))

    def readings(self) -> Iterable[Reading]:
        """How the spools stand, for the page of this process."""
        for outlet in self._outlets:
            yield from outlet.readings()

    def _keep(self) -> None:
        for outlet in self._outlets:
            outlet.keep()
        if self._outlets:
            self._packer.retain(self._living.ids())


class _Outlet:
    """One exporter: its spool, and what forwards it."""

    def __init__(
        self,
        name: str,
        opener: Callable[[], BaseExporter],
        conf: cfg.ConfigOpts,
        database: Database,
        living: Living,
    ) -> None:
        options = conf.exporters
        self.name = name
        self._database = database
        self._location = f"{name} on {socket.gethostname()}"
        folder = Path(conf.state_path) / "spool" / quote(name, safe="")
        self._spool = Spool(folder, options.performance_spool_limit * _MIB)
        self._log = SpoolLog(self._spool, living, options.performance_batch_samples)
        hand = BatchHand(living, self._log.count_refused)
        self.forwarder = Forwarder(*(name, opener, self._log, hand), options)
        self._standing = Standing()
        self._write_failing = False
        self._told = False
        self._look_at = 0.0
        self._quiet = _QUIET_LOOKS * _POLLS * options.poll_interval

    def put(self, data: bytes, samples: int) -> None:
        """Keep it for this exporter; a file system that is full is this exporter's trouble only."""
        try:
            self._spool.put(data, samples)
        except OSError as error:
            if not self._write_failing:
                LOG.warning("exporter %s: samples are lost: %s", self.name, error)
            self._write_failing = True
            self._spool.count_dropped(samples)
            return
        self._write_failing = False
        self.forwarder.ring()

    def keep(self) -> None:
        """Hold the spool to its limit, and tell what was lost."""
        if time.monotonic() < self._look_at:
            return
        began = time.thread_time()
        self._standing = self._spool.trim()
        self._look_at = time.monotonic() + _REST * (time.thread_time() - began)
        dropped_at = self._spool.overflowed_at
        if dropped_at is None:
            self._told = False
        elif self._caught_up(dropped_at):
            self._tell_caught_up()
        else:
            self._tell_lost()

    def _caught_up(self, dropped_at: float) -> bool:
        oldest = self._standing.oldest
        since = time.time() - self._quiet
        return oldest is None or dropped_at < since < oldest

    @retried
    def _tell_lost(self) -> None:
        if self._told:
            return
        with self._database.writer() as session:
            detail = f"Exporter {self._location}."
            SPOOL_OVERFLOW.fault(session, None, detail, location=self._location)
        self._told = True

    @retried
    def _tell_caught_up(self) -> None:
        if not self._told:
            # It may all have happened between two looks.
            self._tell_lost()
        with self._database.writer() as session:
            SPOOL_OVERFLOW.recovery(session, None, location=self._location)
        self._spool.forget_overflow()
        self._told = False

    def readings(self) -> Iterator[Reading]:
        labels = {"exporter": self.name}
        standing = self._standing
        age = time.time() - standing.oldest if standing.oldest is not None else 0.0
        for name, text, number in (
            ("spool_batches", "Batches of samples that wait for an exporter", standing.batches),
            ("spool_bytes", "Bytes that wait for an exporter", standing.size),
            ("spool_age_seconds", "How long the oldest batch has waited", age),
            ("export_failing", "1 while an exporter delivers nothing", self._log.failing),
        ):
            yield Reading(name, text, number, labels)
        for name, text, number in (
            ("exported_samples", "Samples that were delivered", self._log.delivered_samples),
            ("export_dropped_samples", "Samples that were lost", self._spool.dropped_samples),
        ):
            yield Reading(name, text, number, labels, counts=True)
