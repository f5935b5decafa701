"""The short history as an exporter among others: what it costs, no collection waits for."""

from __future__ import annotations

from collections.abc import Sequence

from delfin.exporter.base_exporter import PerformanceExporter
from delfin.telemetry.samples import Batch, Sink

# Its spool is beside those of exporters; theirs have the names of entry points.
NAME = "short-history"


class HistoryExporter(PerformanceExporter):
    """Hands batches to the sink that writes them into the database."""

    # A call is over when a batch is written, so that one that takes its time repeats no other.
    batch_limit = 1

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def export(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            self._sink.put(batch)
