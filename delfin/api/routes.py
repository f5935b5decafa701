"""ONE list of everything the API serves; the router, the document and the docs page read it."""

from __future__ import annotations

from delfin import exception as e
from delfin.api import (
    access_info,
    capabilities,
    capacity,
    docs,
    jobs,
    listing,
    registration,
    storage_view,
    storages,
    versions,
)
from delfin.api.exchange import Operation, Route
from delfin.inventory.catalog import KINDS
from delfin.inventory.kind import ResourceKind

_BODY = (e.MalformedRequestBody, e.InvalidContentType, e.InvalidInput, e.RequestBodyTooLarge)
# What may come of talking to an array.
_ARRAY = (
    *(e.InvalidIpOrPort, e.InvalidUsernameOrPassword, e.InvalidCredential, e.InvalidPrivateKey),
    *(e.SSHNotFoundKnownHosts, e.SSLCertificateFailed, e.SSLHandshakeFailed, e.InvalidResults),
    *(e.NotAuthorized, e.StorageDriverNotFound, e.StorageBackendNotFound),
    *(e.StorageBackendException, e.SSHException, e.ConnectTimeout, e.SSHConnectTimeout),
    *(e.HTTPConnectionTimeout, e.BadResponse, e.StorageMaxUserCountException, e.InvalidCAPath),
    *(e.LockAcquisitionFailed, e.LockCreationFailed),
)
_UNKNOWN = (e.StorageNotFound,)

_STORAGES = (
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
                errors=(*_BODY, e.StorageAlreadyExists, *_ARRAY),
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
                errors=_UNKNOWN,
            ),
            Operation(
                *("DELETE", "remove_storage", "Remove a storage and all that is known of it"),
                *(storages.remove, 202),
                errors=_UNKNOWN,
            ),
        ),
    ),
    Route(
        "/v1/storages/{storage_id}/sync",
        "Storages",
        (
            Operation(
                *("POST", "sync_storage", "Synchronise a storage", storages.sync, 202),
                errors=(e.StorageIsSyncing, *_UNKNOWN),
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
                errors=_UNKNOWN,
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
                errors=(e.InvalidInput, *_UNKNOWN),
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
_ACCESS = (
    Route(
        "/v1/storages/{storage_id}/access-info",
        "Access information",
        (
            Operation(
                *("GET", "show_access_info", "How a storage is reached", access_info.show),
                answer="AccessInfo",
                errors=(e.AccessInfoNotFound,),
            ),
            Operation(
                *("PUT", "update_access_info", "Change it; what is left out of a block stays"),
                access_info.update,
                answer="AccessInfo",
                body="AccessUpdate",
                errors=(
                    *(*_BODY, e.AccessInfoNotFound, e.StorageSerialNumberMismatch),
                    *_ARRAY,
                ),
            ),
        ),
    ),
    *(
        Route(
            path,
            "Access information",
            (
                Operation(
                    *("GET", name, "How all storages are reached", access_info.find),
                    answer="AccessInfos",
                ),
            ),
        )
        for path, name in (
            ("/v1/access-infos", "list_access_infos"),
            # Where swagger.yaml of SODA Delfin says it is.
            ("/v1/storages/access-infos", "list_access_infos_alias"),
        )
    ),
)
_JOBS = (
    Route(
        "/v1/jobs",
        "Jobs",
        (
            Operation(
                *("GET", "list_jobs", "Jobs that wait, run or have ended", jobs.find),
                answer="Jobs",
                lists=jobs.LISTABLE,
                errors=(e.InvalidInput, e.JobNotFound),
            ),
        ),
    ),
    Route(
        "/v1/jobs/{job_id}",
        "Jobs",
        (
            Operation(
                *("GET", "show_job", "A job", jobs.show),
                answer="Job",
                errors=(e.JobNotFound,),
            ),
            Operation(
                *("DELETE", "clear_job", "Cancel a job, or strike an ended one off the list"),
                *(jobs.clear, 202),
                errors=(e.JobNotFound, e.InvalidInput),
            ),
        ),
    ),
)
_SERVICE = (
    Route(
        "/",
        "Service",
        (
            Operation(
                *("GET", "list_versions", "Versions of this interface", versions.find),
                answer="Versions",
            ),
        ),
    ),
    Route(
        "/v1",
        "Service",
        (
            Operation(
                *("GET", "redirect_to_version", "Leads to /v1/", versions.redirect, 302),
                media="text/plain",
            ),
        ),
    ),
    Route(
        "/v1/",
        "Service",
        (
            Operation(
                *("GET", "show_version", "This version of the interface", versions.show),
                answer="Version",
            ),
        ),
    ),
    Route(
        "/v1/openapi.json",
        "Service",
        (
            Operation(
                *("GET", "show_openapi", "This interface as an OpenAPI document", docs.document),
                answer="Document",
            ),
        ),
    ),
    *(
        Route(path, "Service", (Operation("GET", name, summary, call, media=media),))
        for path, name, summary, call, media in (
            ("/v1/docs", "show_docs", "This page", docs.page, "text/html; charset=utf-8"),
            ("/v1/docs/docs.css", "show_docs_style", "Its style", docs.style, "text/css"),
            ("/v1/docs/docs.js", "show_docs_script", "Its script", docs.script, "text/javascript"),
        )
    ),
    Route(
        "/v1/extensions",
        "Service",
        (
            Operation(
                *("GET", "list_extensions", "Always empty", versions.extensions),
                answer="Extensions",
            ),
        ),
    ),
)


def _of_kind(kind: ResourceKind) -> tuple[Route, ...]:
    name = kind.model.__name__
    words = kind.key.replace("_", " ")
    listed = Operation(
        *("GET", f"list_{kind.key}", f"{words.capitalize()}{' of a storage' * kind.nested}"),
        listing.collection_of(kind),
        answer=f"{name}s",
        lists=listing.listable_of(kind),
        errors=(e.InvalidInput, kind.missing),
    )
    if kind.nested:
        return (Route(f"/v1/storages/{{storage_id}}/{kind.path}", "Inventory", (listed,)),)
    shown = Operation(
        *("GET", f"show_{kind.key.removesuffix('s')}", f"One of the {words}"),
        listing.item_of(kind),
        answer=name,
        errors=(kind.missing,),
    )
    return (
        Route(f"/v1/{kind.path}", "Inventory", (listed,)),
        Route(f"/v1/{kind.path}/{{id}}", "Inventory", (shown,)),
    )


ROUTES: tuple[Route, ...] = (
    *(*_STORAGES, *_ACCESS),
    *(route for kind in KINDS for route in _of_kind(kind)),
    *(*_JOBS, *_SERVICE),
)
