"""A receiver of traps that forwards its alerts to a webhook, as delfin-standalone does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from oslo_config import cfg

from delfin.db.session import Database
from delfin.task_manager.exports import ExportService
from tests.service.traps.rig import Rig, receiver


@contextmanager
def exporting(conf: cfg.ConfigOpts, database: Database, port: int) -> Iterator[Rig]:
    """The rig, while the webhook at that port is told of its alerts; nobody need listen there."""
    conf.set_override("alert_exporters", ["webhook"])
    conf.set_override("url", f"http://127.0.0.1:{port}/hook", "exporter_webhook")
    conf.set_override("retry_longest_delay", 1.0, "exporters")
    service = ExportService(conf, database)
    with receiver(conf, database, ring=service.ring) as rig:
        service.start()
        try:
            yield rig
        finally:
            service.stop()
            service.wait()
