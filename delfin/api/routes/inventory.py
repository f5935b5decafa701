"""Routes of the resource kinds, made from the catalog."""

from __future__ import annotations

from delfin import exception as e
from delfin.api import listing
from delfin.api.exchange import Operation, Route
from delfin.inventory.catalog import KINDS
from delfin.inventory.kind import ResourceKind


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


ROUTES: tuple[Route, ...] = tuple(route for kind in KINDS for route in _of_kind(kind))
