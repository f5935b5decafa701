"""Routes of charts: the short history, forecasts, and gauges for Prometheus."""

from __future__ import annotations

from delfin import exception as e
from delfin.api import estate, forecast, history
from delfin.api.exchange import Operation, Route
from delfin.api.routes.errors import UNKNOWN
from delfin.exporter.estate.page import CONTENT_TYPE

ROUTES: tuple[Route, ...] = (
    Route(
        "/v1/storages/{storage_id}/metrics",
        "Performance",
        (
            Operation(
                *("GET", "show_metrics", "What was measured of a resource, or the top resources"),
                history.metrics,
                answer="MetricLines",
                parameters=history.PARAMETERS,
                errors=(e.InvalidInput, *UNKNOWN),
            ),
        ),
    ),
    Route(
        "/v1/storages/{storage_id}/forecast",
        "Storages",
        (
            Operation(
                *("GET", "show_forecast", "When a storage and its pools will be full"),
                forecast.show,
                answer="Forecasts",
                parameters=forecast.PARAMETERS,
                errors=(e.InvalidInput, *UNKNOWN),
            ),
        ),
    ),
    Route(
        "/v1/prometheus/estate",
        "Performance",
        (
            Operation(
                *("GET", "show_estate", "Capacities, states and topology of everything, as gauges"),
                estate.page,
                media=CONTENT_TYPE,
            ),
        ),
    ),
)
