"""What Prometheus asks to find the pages with performance data."""

from __future__ import annotations

from delfin.api.exchange import Answer, Request
from delfin.api.parts import ApiParts
from delfin.db import services

# Those that run exporters.
_PROCESSES = ("delfin-task", "delfin-standalone")


def targets(parts: ApiParts, request: Request) -> Answer:  # noqa: ARG001 - the form of all calls
    """The document of its HTTP service discovery: every node with a live task process."""
    conf = parts.conf
    port: int = conf.prometheus_exporter.metric_server_port
    with parts.database.reader() as session:
        nodes = services.nodes_of(session, _PROCESSES, conf.service_down_time)
    return Answer(
        [{"targets": [f"{node}:{port}"], "labels": {"__meta_delfin_node": node}} for node in nodes]
    )
