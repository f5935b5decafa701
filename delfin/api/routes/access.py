"""Routes of access information."""

from __future__ import annotations

from delfin import exception as e
from delfin.api import access_info, access_update
from delfin.api.exchange import Operation, Route
from delfin.api.routes.errors import ARRAY, BODY

ROUTES: tuple[Route, ...] = (
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
                access_update.update,
                answer="AccessInfo",
                body="AccessUpdate",
                errors=(
                    *(*BODY, e.AccessInfoNotFound, e.AccessInfoChanged),
                    *(e.StorageSerialNumberMismatch, *ARRAY),
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
