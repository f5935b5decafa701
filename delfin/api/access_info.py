"""How storages are reached: show it without secrets, change it once the array agrees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from delfin import exception
from delfin.api.access_offer import Offer, unquoted
from delfin.api.exchange import Answer, Request
from delfin.api.listing import TOTAL
from delfin.api.parts import ApiParts
from delfin.api.registration import LOCK_TIMEOUT
from delfin.api.schemas.access import BLOCKS
from delfin.context import get_admin_context
from delfin.db import access_info, storages
from delfin.db.access_info import AccessInfo
from delfin.db.access_secrets import blank, open_for_driver, seal
from delfin.db.session import retried

Row = dict[str, Any]

_PLAIN = ("storage_id", "storage_name", "name", "description", "vendor", "model")
_MOMENTS = ("created_at", "updated_at")


def find(parts: ApiParts, _request: Request) -> Answer:
    with parts.database.reader() as session:
        rows = [shown(row) for row in access_info.everyone(session)]
    return Answer({"access_infos": rows}, {TOTAL: str(len(rows))})


def show(parts: ApiParts, request: Request) -> Answer:
    with parts.database.reader() as session:
        return Answer(shown(access_info.get(session, request.ids["storage_id"])))


def update(parts: ApiParts, request: Request) -> Answer:
    """One login with the new access; the old one stays when anything is wrong.

    Raises:
        exception.AccessInfoNotFound: There is no such storage.
        exception.StorageSerialNumberMismatch: Another array answers there.
        exception.DelfinException: The array cannot be reached, or refuses.
    """
    storage_id, offer = request.ids["storage_id"], Offer.of(request.body)
    with parts.coordinator.lock(f"access-info:{storage_id}", timeout=LOCK_TIMEOUT):
        with parts.database.reader() as session:
            row = access_info.get(session, storage_id)
            serial_number = storages.get(session, storage_id).serial_number
            generation, known = row.generation, open_for_driver(parts.keyring, row)
        access = _merged(known, offer)
        with unquoted(offer.secrets):
            reported = parts.arrays.update_access_info(
                get_admin_context(storage_id=storage_id), access, serial_number
            )
        answer = _store(parts, storage_id, generation, request.body, offer, reported)
    # Sessions with the old access end now, or when they are used next.
    parts.eviction.evict(storage_id)
    return Answer(answer)


def shown(row: AccessInfo) -> Row:
    """The row without its secrets."""
    return {
        **{name: getattr(row, name) for name in _PLAIN},
        **{name: blank(getattr(row, name) or {}) for name in (*BLOCKS, "extra_attributes")},
        **{name: getattr(row, name) for name in _MOMENTS},
    }


def _merged(known: Row, offer: Offer) -> Row:
    """What the driver gets: fields that were not sent stay as they are."""
    access = dict(known)
    for name in BLOCKS:
        if name in offer.blocks:
            access[name] = {**(known[name] or {}), **offer.blocks[name]}
            if "password" not in access[name]:
                raise exception.InvalidInput(f"{name}.password is required, none is stored")
    access["extra_attributes"] = {**known["extra_attributes"], **(offer.extra_attributes or {})}
    return access


def _store(
    parts: ApiParts,
    storage_id: str,
    generation: int,
    body: Mapping[str, Any],
    offer: Offer,
    reported: Row,
) -> Row:
    sealed = seal(parts.keyring, storage_id, offer.blocks)

    @retried
    def attempt() -> Row:
        with parts.database.writer() as session:
            row = access_info.get(session, storage_id, lock=True)
            if row.generation != generation:
                raise exception.InvalidInput(
                    "the access information was changed meanwhile; read it and try again"
                )
            for name, block in sealed.items():
                setattr(row, name, {**(getattr(row, name) or {}), **block})
            for name in ("name", "description"):
                if name in body:
                    setattr(row, name, body[name])
            row.generation += 1
            storages.take_report(storages.get(session, storage_id), reported)
            session.flush()
            session.refresh(row)
            return shown(row)

    return attempt()
