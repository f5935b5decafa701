"""A template for exporters of performance data: it writes each series into the log of the process.

A package of your own needs a class like this one and an entry point in its `setup.cfg`:

    [options.entry_points]
    delfin.performance.exporters =
        mine = my_package.exporter:MyPerformanceExporter

and delfin.conf names it: `performance_exporters = MyPerformanceExporter`.
"""

from __future__ import annotations

from typing import Any

from oslo_log import log

from delfin.exporter.base_exporter import BaseExporter

LOG = log.getLogger(__name__)


class PerformanceExporterExample(BaseExporter):
    """Gets a list of `delfin.common.constants.metric_struct`, one for each series."""

    def dispatch(self, ctxt: Any, data: list[Any]) -> None:  # noqa: ARG002 - the SDK's form
        for metric in data:
            LOG.info("%s %s %s", metric.name, metric.labels, metric.values)
