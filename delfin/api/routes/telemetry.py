"""Routes of performance collection: what is collected of a storage, and how it goes."""

from __future__ import annotations

from delfin import exception as e
from delfin.api import collection, metrics_config, telemetry
from delfin.api.exchange import Operation, Route
from delfin.api.routes.errors import BODY, UNKNOWN

_DRIVER = (
    *(e.AccessInfoNotFound, e.StorageDriverNotFound),
    *(e.StorageCapabilityNotSupported, e.InvalidStorageCapability),
)

ROUTES: tuple[Route, ...] = (
    Route(
        "/v1/storages/{storage_id}/metrics-config",
        "Telemetry",
        (
            Operation(
                *("GET", "show_metrics_config", "What is collected of a storage"),
                metrics_config.show,
                answer="MetricsConfig",
                errors=UNKNOWN,
            ),
            Operation(
                *("PUT", "replace_metrics_config", "Say what is to be collected of a storage"),
                metrics_config.replace,
                answer="MetricsConfig",
                body="MetricsConfigRequest",
                errors=(*BODY, *UNKNOWN, *_DRIVER),
            ),
        ),
    ),
    Route(
        "/v1/storages/{storage_id}/telemetry",
        "Telemetry",
        (
            Operation(
                *("GET", "list_telemetry_configs", "Configurations beside the metrics-config"),
                telemetry.find,
                answer="TelemetryConfigs",
                errors=UNKNOWN,
            ),
            Operation(
                *("POST", "add_telemetry_config", "Have something collected beside it"),
                *(telemetry.add, 201),
                answer="TelemetryConfig",
                body="NewTelemetryConfig",
                errors=(*BODY, *UNKNOWN, *_DRIVER),
            ),
        ),
    ),
    Route(
        "/v1/storages/{storage_id}/telemetry/{config_id}",
        "Telemetry",
        (
            Operation(
                *("GET", "show_telemetry_config", "A configuration, and its last collection"),
                telemetry.show,
                answer="TelemetryConfig",
                errors=(*UNKNOWN, e.TelemetryConfigNotFound),
            ),
            Operation(
                *("PATCH", "change_telemetry_config", "Change it; what is left out stays"),
                telemetry.change,
                answer="TelemetryConfig",
                body="TelemetryConfigChange",
                errors=(*BODY, *UNKNOWN, *_DRIVER, e.TelemetryConfigNotFound),
            ),
            Operation(
                *("DELETE", "remove_telemetry_config", "Delete it; samples that it made stay"),
                telemetry.remove,
                errors=(*UNKNOWN, e.TelemetryConfigNotFound),
            ),
        ),
    ),
    Route(
        "/v1/storages/{storage_id}/collect",
        "Telemetry",
        (
            Operation(
                *("POST", "collect_now", "Collect now; the times of the schedule stay"),
                *(collection.collect, 202),
                answer="CollectJob",
                body="CollectRequest",
                body_optional=True,
                errors=(*BODY, *UNKNOWN, *_DRIVER),
            ),
        ),
    ),
    Route(
        "/v1/storages/{storage_id}/collection",
        "Telemetry",
        (
            Operation(
                *("GET", "show_collection", "How the collection of a storage stands"),
                collection.show,
                answer="Collection",
                errors=UNKNOWN,
            ),
        ),
    ),
)
