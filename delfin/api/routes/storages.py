"""Routes of registered storages."""

from __future__ import annotations

from delfin import exception as e
from delfin.api import capabilities, capacity, registration, storage_view, storages
from delfin.api.exchange import Operation, Route
from delfin.api.routes.errors import ARRAY, BODY, UNKNOWN

ROUTES: tuple[Route, ...] = (
    Route(
        "/v1/storages",
        "Storages",
        (
            Operation(
                *("GET", "list_storages", "Registered storages", storages.find),
                answer="Storages",
                lists=storage_view.LISTABLE,
                errors=(e.InvalidInput, e.StorageNotFound),
            ),
            Operation(
                *("POST", "register_storage", "Register a storage; its synchronisation starts"),
                *(registration.register, 201),
                answer="Storage",
                body="Registration",
                errors=(*BODY, e.StorageAlreadyExists, *ARRAY),
            ),
        ),
    ),
    Route(
        "/v1/storages/sync",
        "Storages",
        (
            Operation(
                *("POST", "sync_all_storages", "Synchronise all storages that are idle"),
                *(storages.sync_all, 202),
            ),
        ),
    ),
    Route(
        "/v1/storages/{storage_id}",
        "Storages",
        (
            Operation(
                *("GET", "show_storage", "A storage, and how its last synchronisation ended"),
                storages.show,
                answer="Storage",
                errors=UNKNOWN,
            ),
            Operation(
                *("DELETE", "remove_storage", "Remove a storage and all that is known of it"),
                *(storages.remove, 202),
                errors=UNKNOWN,
            ),
        ),
    ),
    Route(
        "/v1/storages/{storage_id}/sync",
        "Storages",
        (
            Operation(
                *("POST", "sync_storage", "Synchronise a storage, or some kinds of it"),
                *(storages.sync, 202),
                body="SyncRequest",
                body_optional=True,
                errors=(*BODY, e.StorageIsSyncing, *UNKNOWN),
            ),
        ),
    ),
    Route(
        "/v1/storages/{storage_id}/resources",
        "Storages",
        (
            Operation(
                *("GET", "list_storage_resources", "Which kinds are supported, and their state"),
                storages.resources,
                answer="KindStates",
                errors=UNKNOWN,
            ),
        ),
    ),
    Route(
        "/v1/storages/{storage_id}/capacity-history",
        "Storages",
        (
            Operation(
                *("GET", "list_capacity_history", "Capacity of a storage and its pools by day"),
                capacity.find,
                answer="CapacityDays",
                parameters=capacity.PARAMETERS,
                errors=(e.InvalidInput, *UNKNOWN),
            ),
        ),
    ),
    Route(
        "/v1/storages/{storage_id}/capabilities",
        "Storages",
        (
            Operation(
                *("GET", "show_capabilities", "What can be collected from a storage"),
                capabilities.show,
                answer="Capabilities",
                errors=(
                    *(e.StorageNotFound, e.AccessInfoNotFound, e.StorageDriverNotFound),
                    *(e.StorageCapabilityNotSupported, e.InvalidStorageCapability),
                ),
            ),
        ),
    ),
)
