"""Registered storages: list, show, remove, synchronise, and how their kinds stand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from delfin.api import storage_view
from delfin.api.exchange import Answer, Request
from delfin.api.listing import paged
from delfin.api.parts import ApiParts
from delfin.api.schemas.answers import KIND_COLUMNS
from delfin.db import storages
from delfin.db.query import Listing, Page
from delfin.db.session import retried
from delfin.db.storages import KindState, Storage
from delfin.inventory.catalog import KINDS
from delfin.jobs.priority import WORDS
from delfin.jobs.sync_requests import Ask

_WORDS = {True: "supported", False: "unsupported", None: "unknown"}


def find(parts: ApiParts, request: Request) -> Answer:
    with parts.database.reader() as session:

        def page(wanted: Page) -> Listing:
            return storage_view.listing(session, wanted)

        return paged(parts, request, "storages", storage_view.LISTABLE, page)


def show(parts: ApiParts, request: Request) -> Answer:
    with parts.database.reader() as session:
        return Answer(storage_view.one(session, request.ids["storage_id"]))


def remove(parts: ApiParts, request: Request) -> Answer:
    """From here on the storage is gone for every reader; a job deletes what it leaves."""
    storage_id = request.ids["storage_id"]

    @retried
    def bury() -> None:
        with parts.database.writer() as session:
            storages.bury(session, storage_id)
            parts.jobs.request_removal(session, storage_id)

    bury()
    parts.eviction.evict(storage_id)
    parts.doorbell.ring()
    return Answer()


def sync(parts: ApiParts, request: Request) -> Answer:
    """Refused only when what waits or runs does all that is asked for.

    Raises:
        exception.StorageNotFound: There is no such storage.
        exception.StorageIsSyncing: It is done already.
    """
    storage_id, sent = request.ids["storage_id"], request.body
    ask = Ask(
        kinds=frozenset(sent.get("kinds", ())) or None,
        priority=WORDS[sent.get("priority", "normal")],
        not_before=sent.get("not_before"),
    )

    @retried
    def queue() -> None:
        with parts.database.writer() as session:
            storages.get(session, storage_id, lock=True)
            parts.jobs.request_sync(session, storage_id, ask)

    queue()
    parts.doorbell.ring()
    return Answer()


def sync_all(parts: ApiParts, _request: Request) -> Answer:
    """Those that are being synchronised already are left alone."""

    @retried
    def ask() -> None:
        with parts.database.writer() as session:
            parts.jobs.request_syncs(session, _live(session))

    ask()
    parts.doorbell.ring()
    return Answer()


def resources(parts: ApiParts, request: Request) -> Answer:
    storage_id = request.ids["storage_id"]
    with parts.database.reader() as session:
        storages.get(session, storage_id)
        states = storages.kind_states(session, [storage_id])[storage_id]
        known = {state.kind: state for state in states}
        rows = [_standing(kind.key, known.get(kind.key)) for kind in KINDS]
    return Answer({"resources": rows})


def _standing(key: str, state: KindState | None) -> dict[str, Any]:
    """How a kind stands; also one that nobody has read yet, so that it is not taken for none."""
    if state is None:
        return {**dict.fromkeys(KIND_COLUMNS), "kind": key, "status": "unknown"}
    row = {name: getattr(state, name) for name in KIND_COLUMNS}
    if state.error_code:
        return {**row, "status": "failing"}
    return {**row, "status": _WORDS[state.supported]}


def _live(session: Session) -> list[str]:
    """Ids, locked against removal meanwhile and always in the same order."""
    wanted = select(Storage.id).where(Storage.deleted.is_(False)).order_by(Storage.id)
    return list(session.scalars(wanted.with_for_update(read=True)))
