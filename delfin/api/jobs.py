"""Jobs: what is to be done, what runs, and how it ended."""

from __future__ import annotations

from delfin import exception
from delfin.api.exchange import Answer, Request
from delfin.api.listable import Listable
from delfin.api.listing import paged
from delfin.api.parts import ApiParts
from delfin.db.query import Listing, Page
from delfin.db.session import retried
from delfin.jobs.board import FILTERS, SHOWN

LISTABLE = Listable(
    sortable=tuple(name for name in SHOWN if name != "result"),
    filters=FILTERS,
    missing=exception.JobNotFound,
)


def find(parts: ApiParts, request: Request) -> Answer:
    with parts.database.reader() as session:

        def page(wanted: Page) -> Listing:
            return parts.jobs.find(session, wanted)

        return paged(parts, request, "jobs", LISTABLE, page)


def show(parts: ApiParts, request: Request) -> Answer:
    with parts.database.reader() as session:
        return Answer(parts.jobs.get(session, request.ids["job_id"]))


def clear(parts: ApiParts, request: Request) -> Answer:
    """Cancels a job that has not ended; strikes one that has off the list."""

    @retried
    def strike() -> None:
        with parts.database.writer() as session:
            parts.jobs.clear(session, request.ids["job_id"])

    strike()
    parts.doorbell.ring()
    return Answer()
