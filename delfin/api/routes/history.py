"""Routes of what the short history of performance and capacity says."""

from __future__ import annotations

from delfin import exception as e
from delfin.api import forecast, history
from delfin.api.exchange import Operation, Route
from delfin.api.routes.errors import UNKNOWN

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
)
