"""Services: which processes there are, and how each stands."""

from __future__ import annotations

from delfin import exception
from delfin.api.exchange import Answer, Request
from delfin.api.listable import Listable
from delfin.api.listing import paged
from delfin.api.parts import ApiParts
from delfin.db import services
from delfin.db.query import Listing, Page

LISTABLE = Listable(
    sortable=(*services.SHOWN, "state"),
    filters=services.FILTERS,
    missing=exception.ServiceNotFound,
)


def find(parts: ApiParts, request: Request) -> Answer:
    down_after: float = parts.conf.service_down_time
    with parts.database.reader() as session:

        def page(wanted: Page) -> Listing:
            return services.find_services(session, wanted, down_after)

        return paged(parts, request, "services", LISTABLE, page)


def show(parts: ApiParts, request: Request) -> Answer:
    with parts.database.reader() as session:
        found = services.get(session, request.ids["service_id"], parts.conf.service_down_time)
    return Answer(found)
