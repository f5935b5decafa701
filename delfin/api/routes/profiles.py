"""Routes of storage profiles."""

from __future__ import annotations

from delfin import exception as e
from delfin.api import profiles
from delfin.api.exchange import Operation, Route
from delfin.api.routes.errors import BODY

ROUTES: tuple[Route, ...] = (
    Route(
        "/v1/profiles",
        "Profiles",
        (
            Operation(
                *("GET", "list_profiles", "Storage profiles", profiles.find),
                answer="Profiles",
                lists=profiles.LISTABLE,
                errors=(e.InvalidInput, e.ProfileNotFound),
            ),
            Operation(
                *("POST", "create_profile", "Say what is wanted of a pool"),
                *(profiles.create, 201),
                answer="Profile",
                body="ProfileRequest",
                errors=BODY,
            ),
        ),
    ),
    Route(
        "/v1/profiles/{profile_id}",
        "Profiles",
        (
            Operation(
                *("GET", "show_profile", "A storage profile", profiles.show),
                answer="Profile",
                errors=(e.ProfileNotFound,),
            ),
            Operation(
                *("PUT", "replace_profile", "Change a storage profile", profiles.replace),
                answer="Profile",
                body="ProfileRequest",
                errors=(*BODY, e.ProfileNotFound),
            ),
            Operation(
                *("DELETE", "delete_profile", "Forget a storage profile", profiles.remove),
                errors=(e.ProfileNotFound,),
            ),
        ),
    ),
    Route(
        "/v1/profiles/{profile_id}/pools",
        "Profiles",
        (
            Operation(
                *("GET", "list_profile_pools", "Pools that satisfy it, and why others do not"),
                profiles.pools,
                answer="ProfilePools",
                lists=profiles.POOL_LISTABLE,
                errors=(e.InvalidInput, e.ProfileNotFound, e.StoragePoolNotFound),
            ),
        ),
    ),
)
