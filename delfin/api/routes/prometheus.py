"""Routes for Prometheus."""

from __future__ import annotations

from delfin.api import prometheus
from delfin.api.exchange import Operation, Route

ROUTES: tuple[Route, ...] = (
    Route(
        "/v1/prometheus/targets",
        "Services",
        (
            Operation(
                *("GET", "list_prometheus_targets", "Pages with performance data, one a node"),
                prometheus.targets,
                answer="PrometheusTargets",
            ),
        ),
    ),
)
