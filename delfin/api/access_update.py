"""Changes how storages are reached, once the arrays agree: of one, or of all behind a manager."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from delfin import cryptor, exception
from delfin.api import managers
from delfin.api.access_info import shown
from delfin.api.access_offer import Block, Offer, unquoted
from delfin.api.exchange import Answer, Request
from delfin.api.parts import ApiParts
from delfin.api.registration import LOCK_TIMEOUT
from delfin.api.schemas.access import BLOCKS
from delfin.context import get_admin_context
from delfin.db import access_info, storages
from delfin.db.access_info import AccessInfo
from delfin.db.access_secrets import is_secret, open_for_driver, seal
from delfin.db.session import retried
from delfin.drivers.shared import credentials

Row = dict[str, Any]

MANAGER = "manager"
_OF_ONE_STORAGE = ("name", "description", "extra_attributes")
# Kept beside a host key that was not given but seen.
_SEEN = ("pub_key_fingerprint", "pub_key_origin", "pub_key_seen_at")


@dataclass(frozen=True)
class _Target:
    """One storage: what is known of its access now, and what a driver shall be given."""

    storage_id: str
    generation: int
    manager_key: str | None
    serial_number: str | None
    known: Row
    access: Row


def update(parts: ApiParts, request: Request) -> Answer:
    """One login with the new access; the old one stays when anything is wrong.

    Of several updates at the same time one counts, and the others are told.

    Raises:
        exception.AccessInfoNotFound: There is no such storage.
        exception.AccessInfoChanged: Another update was faster.
        exception.StorageSerialNumberMismatch: Another array answers there.
        exception.DelfinException: The array cannot be reached, or refuses.
    """
    storage_id, body, offer = request.ids["storage_id"], request.body, Offer.of(request.body)
    together = body.get("scope") == MANAGER
    if together and (wrong := [name for name in _OF_ONE_STORAGE if name in body]):
        raise exception.InvalidInput(f"{wrong[0]} is of one storage; leave it out with this scope")
    asked = _targets(parts, storage_id, offer, together=together)
    place = asked[0].manager_key or storage_id
    with parts.coordinator.lock(f"access-info:{place}", timeout=LOCK_TIMEOUT):
        targets = _targets(parts, storage_id, offer, together=together)
        if _versions(targets) != _versions(asked):
            raise exception.AccessInfoChanged(storage_id)
        with unquoted(offer.secrets):
            reports = _agreed(parts, targets, offer)
        answers = _store(parts, targets, body, offer, reports, together=together)
    # Sessions with the old access end now, or when they are used next.
    for target in targets:
        parts.eviction.evict(target.storage_id)
    # When the array was without access, the synchronisation that it missed waits.
    parts.doorbell.ring()
    return Answer(answers[storage_id])


def _targets(parts: ApiParts, storage_id: str, offer: Offer, *, together: bool) -> list[_Target]:
    """The storages that are changed; the one that was named is among them."""
    with parts.database.reader() as session:
        named = access_info.get(session, storage_id)
        rows = [named]
        if together:
            if named.manager_key is None:
                raise exception.InvalidInput("scope: this storage shares no manager's session")
            rows = access_info.of_manager(session, named.manager_key)
        return [
            _Target(
                row.storage_id,
                row.generation,
                row.manager_key,
                storages.get(session, row.storage_id).serial_number,
                known := open_for_driver(parts.keyring, row),
                _merged(known, offer),
            )
            for row in rows
        ]


def _versions(targets: list[_Target]) -> list[tuple[str, int]]:
    return [(target.storage_id, target.generation) for target in targets]


def _agreed(parts: ApiParts, targets: list[_Target], offer: Offer) -> list[Row]:
    """What the arrays report; every one is asked, with one login for all."""
    if "ssh" in offer.blocks:
        learnt = parts.arrays.learn_host_key(targets[0].access["ssh"])
        for target in targets:
            target.access["ssh"].update(learnt)
    first = targets[0]
    context = get_admin_context(storage_id=first.storage_id)
    if len(targets) == 1:
        return [parts.arrays.update_access_info(context, first.access, first.serial_number)]
    return parts.arrays.update_manager(
        context, [t.access for t in targets], [t.serial_number for t in targets]
    )


def _merged(known: Row, offer: Offer) -> Row:
    """What the driver gets: fields that were not sent stay as they are."""
    access = {name: value for name, value in known.items() if name != "manager_key"}
    for name in BLOCKS:
        if name in offer.blocks:
            access[name] = _merged_block(known[name] or {}, offer.blocks[name])
            if "password" not in access[name]:
                raise exception.InvalidInput(f"{name}.password is required, none is stored")
    access["extra_attributes"] = _given(
        {**known["extra_attributes"], **(offer.extra_attributes or {})}
    )
    if offer.tls is not None:
        access["tls"] = offer.tls
    return access


def _merged_block(known: Block, sent: Block) -> Block:
    # What was said of the host key belongs to the key that is replaced.
    gone = (*_SEEN, "pub_key_type") if "pub_key" in sent else ()
    return _given({**{n: v for n, v in known.items() if n not in gone}, **sent})


def _given(block: Block) -> Block:
    """Without what was sent as null: that is taken away."""
    return {name: value for name, value in block.items() if value is not None}


def _store(
    parts: ApiParts,
    targets: list[_Target],
    body: Mapping[str, Any],
    offer: Offer,
    reports: list[Row],
    *,
    together: bool,
) -> dict[str, Row]:
    """The new rows as they are shown; all of them are changed, or none."""
    keys = [target.manager_key if together else _manager_key(parts, target) for target in targets]
    sealed = [seal(parts.keyring, t.storage_id, _sealable(t.access, offer)) for t in targets]

    @retried
    def attempt() -> dict[str, Row]:
        with parts.database.writer() as session:
            rows = [_locked(session, target, together=together) for target in targets]
            for row, target in zip(rows, targets, strict=True):
                if row.generation != target.generation:
                    raise exception.AccessInfoChanged(target.storage_id)
            if together and len(access_info.of_manager(session, str(keys[0]))) != len(rows):
                raise exception.AccessInfoChanged(targets[0].storage_id)
            for row, key, blocks, reported in zip(rows, keys, sealed, reports, strict=True):
                _change(row, blocks, body, offer, key)
                storages.take_report(storages.get(session, row.storage_id), reported)
                parts.arrays.access_renewed(session, row.storage_id, row.generation)
            session.flush()
            for row in rows:
                session.refresh(row)
            return {row.storage_id: shown(row) for row in rows}

    return attempt()


def _locked(session: Session, target: _Target, *, together: bool) -> AccessInfo:
    try:
        return access_info.get(session, target.storage_id, lock=True)
    except exception.AccessInfoNotFound:
        if together:
            # Not the storage that was named, maybe: one of its group is being removed.
            raise exception.AccessInfoChanged(target.storage_id) from None
        raise


def _manager_key(parts: ApiParts, target: _Target) -> str | None:
    """It stays while the credentials do."""
    if credentials(target.known) == credentials(target.access):
        return target.manager_key
    return managers.key_for(parts, target.access)


def _sealable(access: Row, offer: Offer) -> dict[str, Block]:
    """The whole blocks that change, secrets as 'delfin.cryptor' text."""
    return {
        name: _encoded(access[name]) if name == "extra_attributes" else access[name]
        for name in offer.blocks
    }


def _encoded(extra_attributes: Block) -> Block:
    return {
        name: cryptor.encode(value) if is_secret(name) else value
        for name, value in extra_attributes.items()
    }


def _change(
    row: AccessInfo,
    blocks: Mapping[str, Block],
    body: Mapping[str, Any],
    offer: Offer,
    manager_key: str | None,
) -> None:
    for name, block in blocks.items():
        setattr(row, name, block)
    for name in ("name", "description"):
        if name in body:
            setattr(row, name, body[name])
    if offer.tls is not None:
        row.tls = offer.tls
    row.manager_key = manager_key
    row.generation += 1
