"""Routes of alerts, silences, exporters and trap configuration."""

from __future__ import annotations

from delfin import exception as e
from delfin.api import alerts, array_alerts, silences, trap_config
from delfin.api.exchange import Operation, Route
from delfin.api.routes.errors import ARRAY, BODY, UNKNOWN

_OF_ARRAY = (
    *(e.OperationNotSupported, *UNKNOWN, e.AccessInfoNotFound, *ARRAY, e.TaskServiceUnavailable),
)
_LISTED = (*_OF_ARRAY, e.InvalidInput, e.AlertNotFound, e.StorageListAlertFailed)
_TRAPS = (*BODY, *_OF_ARRAY)

ROUTES: tuple[Route, ...] = (
    Route(
        "/v1/storages/{storage_id}/alerts",
        "Alerts",
        (
            Operation(
                *("GET", "list_storage_alerts", "Alerts of a storage, as its array has them now"),
                array_alerts.listing,
                answer="ArrayAlerts",
                lists=alerts.LISTABLE,
                parameters=(array_alerts.SOURCE, *alerts.TIMES),
                errors=_LISTED,
            ),
        ),
    ),
    Route(
        "/v1/storages/{storage_id}/alerts/sync",
        "Alerts",
        (
            Operation(
                *("POST", "sync_alerts", "Read the alerts of an array into the store"),
                array_alerts.sync,
                body="AlertSync",
                body_optional=True,
                errors=(*BODY, *UNKNOWN),
            ),
            Operation(
                *("GET", "show_alert_sync", "How the last alert sync of a storage went"),
                array_alerts.show_sync,
                answer="AlertReading",
                errors=UNKNOWN,
            ),
        ),
    ),
    Route(
        "/v1/storages/{storage_id}/alerts/{sequence_number}",
        "Alerts",
        (
            Operation(
                *("DELETE", "clear_alert", "Clear an alert at its array and in the store"),
                array_alerts.clear,
                later="LaterJob",
                errors=(*_OF_ARRAY, e.StorageClearAlertFailed),
            ),
        ),
    ),
    Route(
        "/v1/storages/{storage_id}/trap-config",
        "Alerts",
        (
            Operation(
                *("PUT", "add_trap_config", "Make an array send its traps to delfin"),
                trap_config.add,
                answer="TrapTargets",
                body="TrapConfig",
                body_optional=True,
                errors=_TRAPS,
            ),
            Operation(
                *("DELETE", "remove_trap_config", "Make an array stop sending its traps to delfin"),
                trap_config.remove,
                answer="TrapTargets",
                errors=(e.InvalidInput, *_OF_ARRAY),
            ),
        ),
    ),
    Route(
        "/v1/alerts",
        "Alerts",
        (
            Operation(
                *("GET", "list_alerts", "Alerts of all storages, as delfin keeps them"),
                alerts.listing,
                answer="Alerts",
                lists=alerts.LISTABLE,
                parameters=alerts.TIMES,
                errors=(e.InvalidInput, e.AlertNotFound),
            ),
        ),
    ),
    Route(
        "/v1/alerts/counts",
        "Alerts",
        (
            Operation(
                *("GET", "count_alerts", "How many alerts there are of each severity"),
                alerts.counts,
                answer="AlertCounts",
                parameters=(
                    *alerts.TIMES,
                    *((name, "Exactly this") for name in alerts.FILTERS),
                ),
                errors=(e.InvalidInput,),
            ),
        ),
    ),
    Route(
        "/v1/alerts/{alert_id}",
        "Alerts",
        (
            Operation(
                *("GET", "show_alert", "An alert", alerts.show),
                answer="Alert",
                errors=(e.AlertNotFound,),
            ),
            Operation(
                *("PUT", "acknowledge_alert", "Acknowledge an alert, or give it back"),
                alerts.update,
                answer="Alert",
                body="Acknowledgement",
                errors=(*BODY, e.AlertNotFound),
            ),
        ),
    ),
    Route(
        "/v1/exporters",
        "Alerts",
        (
            Operation(
                *("GET", "list_exporters", "How far each exporter has got", alerts.exporters),
                answer="Exporters",
            ),
        ),
    ),
    Route(
        "/v1/silences",
        "Silences",
        (
            Operation(
                *("GET", "list_silences", "Silences, those that are over too", silences.find),
                answer="Silences",
                lists=silences.LISTABLE,
                errors=(e.InvalidInput, e.SilenceNotFound),
            ),
            Operation(
                *("POST", "create_silence", "Keep alerts from being exported for a time"),
                *(silences.create, 201),
                answer="Silence",
                body="SilenceRequest",
                errors=(*BODY, *UNKNOWN),
            ),
        ),
    ),
    Route(
        "/v1/silences/{silence_id}",
        "Silences",
        (
            Operation(
                *("GET", "show_silence", "A silence", silences.show),
                answer="Silence",
                errors=(e.SilenceNotFound,),
            ),
            Operation(
                *("PUT", "replace_silence", "Change a silence", silences.replace),
                answer="Silence",
                body="SilenceRequest",
                errors=(*BODY, *UNKNOWN, e.SilenceNotFound),
            ),
            Operation(
                *("DELETE", "delete_silence", "End a silence and forget it", silences.remove),
                errors=(e.SilenceNotFound,),
            ),
        ),
    ),
)
