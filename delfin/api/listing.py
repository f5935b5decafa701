"""ONE controller for the collections and items of all resource kinds, and paging for all others."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlencode

from delfin.api.exchange import Answer, Call, Request
from delfin.api.listable import Listable, find_page
from delfin.api.parts import ApiParts
from delfin.db.base import Json
from delfin.db.query import Listing, Page
from delfin.inventory import store
from delfin.inventory.kind import ResourceKind

TOTAL = "X-Total-Count"


def listable_of(kind: ResourceKind) -> Listable:
    """A kind under a storage is of that storage, whatever a parameter says."""
    filters = (name for name in kind.filters if not (kind.nested and name == "storage_id"))
    sortable = (name for name, c in kind.shown.items() if not isinstance(c.type, Json))
    return Listable(tuple(sortable), tuple(filters), kind.impossible_filters, kind.missing)


def collection_of(kind: ResourceKind) -> Call:
    """What lists the rows of a kind, of all storages or of the one in the path."""
    listable = listable_of(kind)

    def call(parts: ApiParts, request: Request) -> Answer:
        scope = request.ids.get("storage_id")
        with parts.database.reader() as session:

            def find(page: Page) -> Listing:
                return store.listing(session, kind, page, storage_id=scope)

            return paged(parts, request, kind.key, listable, find)

    return call


def item_of(kind: ResourceKind) -> Call:
    """What shows one row of a kind."""

    def call(parts: ApiParts, request: Request) -> Answer:
        with parts.database.reader() as session:
            return Answer(store.get(session, kind, request.ids["id"]))

    return call


def paged(
    parts: ApiParts,
    request: Request,
    key: str,
    listable: Listable,
    find: Callable[[Page], Listing],
) -> Answer:
    """A page under its key; totals and the way to the next page go into headers."""
    found, more = find_page(listable, request.query, parts.conf.api_max_limit, find)
    headers = {TOTAL: str(found.total)}
    if more:
        headers["Link"] = f'<{_next(request, found.rows[-1]["id"])}>; rel="next"'
    return Answer({key: found.rows}, headers)


def _next(request: Request, last_id: str) -> str:
    kept = {name: text for name, text in request.query.items() if name != "offset"}
    return f"{quote(request.path)}?{urlencode({**kept, 'marker': last_id})}"
