"""The exporter for Prometheus: keeps the page up to date, and serves it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from oslo_config import cfg

from delfin.exporter.base_exporter import PerformanceExporter
from delfin.exporter.performance.naming import SCHEMES
from delfin.exporter.performance.prometheus.page import Page
from delfin.exporter.performance.prometheus.server import PageServer
from delfin.telemetry.samples import Batch


class PerformanceExporterPrometheus(PerformanceExporter):
    """Made in one process of each node, so there is one page a node."""

    # Removed storages are taken off in this time, in seconds.
    repeat_interval = 2.0

    def __init__(self, page: Page, server: PageServer, useful_for: float) -> None:
        self._page = page
        self._server = server
        self.useful_for = useful_for

    @classmethod
    def of(cls, conf: cfg.ConfigOpts) -> PerformanceExporterPrometheus:
        """Raises OSError when the port is taken."""
        options = conf.prometheus_exporter
        interval = float(conf.telemetry.performance_collection_interval)
        page = Page(
            SCHEMES[options.naming],
            options.stale_intervals,
            interval,
            timed=options.sample_timestamps,
        )
        server = PageServer(page, options.metric_server_ip, options.metric_server_port)
        return cls(page, server, options.stale_intervals * interval)

    def export(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            self._page.put(batch)

    def retain(self, storage_ids: Collection[str]) -> None:
        self._page.retain(storage_ids)

    def close(self) -> None:
        self._server.close()
