"""The forwarders of this process as a service, and the house-keeping of what they forward."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from importlib.metadata import EntryPoint
from uuid import uuid4

from oslo_config import cfg
from oslo_log import log
from oslo_service.backend.base import ServiceBase

from delfin.alerts.keeping import keep_house
from delfin.alerts.log import AlertLog
from delfin.coordination.loop import Loop
from delfin.db.session import Database
from delfin.exporter import loading
from delfin.exporter.alert_hand import AlertHand
from delfin.exporter.forwarder import Forwarder
from delfin.exporter.performance.outlets import Outlets
from delfin.exporter.resources.log import ResourceLog

LOG = log.getLogger(__name__)

# Of the time that a service has to stop; an exporter that hangs is left behind.
_MAY_TAKE = 1.0


class ExportService(ServiceBase):  # type: ignore[misc] # publishes no types
    """Forwards alerts, the inventory and performance data to the configured exporters.

    Where another process forwards already, it waits. 'outlets' is the sink of the collection.
    """

    def __init__(self, conf: cfg.ConfigOpts, database: Database) -> None:
        owner = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._forwarders = [
            Forwarder(
                point.name,
                loading.opener(point, conf),
                entries(database, conf, point.name, owner),
                AlertHand(),
                conf.exporters,
            )
            for group, names, entries in (
                (loading.ALERTS, conf.alert_exporters, AlertLog),
                (loading.RESOURCES, conf.resource_exporters, ResourceLog),
            )
            for point in _found(group, names)
        ]
        self.outlets = Outlets(conf, database)
        self._keeping = Loop(
            "alert-keeping", lambda: _keep(database, conf), conf.alerts.keeping_interval
        )

    def ring(self) -> None:
        """There may be something to forward."""
        for forwarder in self._forwarders:
            forwarder.ring()

    def start(self) -> None:
        for forwarder in self._forwarders:
            forwarder.start()
        self.outlets.start()
        self._keeping.start()

    def stop(self) -> None:
        for forwarder in self._forwarders:
            forwarder.stop()
        self.outlets.stop()
        self._keeping.stop()

    def wait(self) -> None:
        deadline = time.monotonic() + _MAY_TAKE
        for forwarder in self._forwarders:
            forwarder.wait(max(0.0, deadline - time.monotonic()))
        self.outlets.wait(max(0.0, deadline - time.monotonic()))
        self._keeping.wait(max(0.0, deadline - time.monotonic()))

    def reset(self) -> None:
        """A changed configuration reaches new processes, which replace this one."""


def _found(group: str, names: Sequence[str]) -> Sequence[EntryPoint]:
    points, missing = loading.find(group, names)
    for name in missing:
        LOG.error("exporter %s is configured, and nothing of that name is installed", name)
    return points


def _keep(database: Database, conf: cfg.ConfigOpts) -> None:
    deleted = keep_house(database, conf)
    if deleted:
        LOG.debug("%d rows about alerts were old and are deleted", deleted)
