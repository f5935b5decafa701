"""Registers a storage: asks the array who it is, then stores all of it in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

from oslo_db import exception as db_exception
from oslo_log import log

from delfin import exception
from delfin.api import managers, storage_view
from delfin.api.access_offer import Offer, address, unquoted
from delfin.api.exchange import Answer, Request
from delfin.api.parts import ApiParts
from delfin.api.schemas.access import BLOCKS
from delfin.context import get_admin_context
from delfin.db import access_info, storages
from delfin.db.access_info import AccessInfo
from delfin.db.access_secrets import open_for_driver, seal
from delfin.db.session import retried
from delfin.jobs.collection_timers import put_in_force
from delfin.jobs.priority import URGENT
from delfin.jobs.sync_requests import Ask
from delfin.telemetry.policy import Able, settle

LOG = log.getLogger(__name__)

Row = dict[str, Any]

# Somebody else registers at the same address: longer than a patient login takes.
LOCK_TIMEOUT = 120.0


def register(parts: ApiParts, request: Request) -> Answer:
    """One login; nothing is stored and no session left when anything is wrong.

    Raises:
        exception.StorageAlreadyExists: Its address or its serial number is known.
        exception.DelfinException: The array cannot be reached, or refuses.
    """
    body, offer = request.body, Offer.of(request.body)
    storage_id = str(uuid4())
    with ExitStack() as held:
        for place in offer.addresses():
            held.enter_context(parts.coordinator.lock(f"register:{place}", timeout=LOCK_TIMEOUT))
        _refuse_known(parts, body, offer)
        if "ssh" in offer.blocks:
            offer.blocks["ssh"] |= parts.arrays.learn_host_key(offer.blocks["ssh"])
        access = {
            "storage_id": storage_id,
            "storage_name": body.get("storage_name"),
            "vendor": body["vendor"],
            "model": body["model"],
            **{name: offer.blocks.get(name) for name in BLOCKS},
            "extra_attributes": offer.extra_attributes or {},
            "tls": offer.tls,
        }
        with unquoted(offer.secrets):
            reported = parts.arrays.discover_storage(
                get_admin_context(storage_id=storage_id), access
            )
        manager_key = managers.key_for(parts, access)
        storage = _store(parts, storage_id, body, offer, reported, manager_key)
    parts.doorbell.ring()
    return Answer(storage)


def _refuse_known(parts: ApiParts, body: Mapping[str, Any], offer: Offer) -> None:
    with parts.database.reader() as session:
        for row in access_info.of_driver(session, body["vendor"], body["model"]):
            if _same_access(parts, row, body, offer):
                raise exception.StorageAlreadyExists


def _same_access(parts: ApiParts, row: AccessInfo, body: Mapping[str, Any], offer: Offer) -> bool:
    """Whether all that was sent leads to where the row leads."""
    for name in BLOCKS:
        stored = getattr(row, name)
        if name in offer.blocks and (not stored or address(stored) != address(offer.blocks[name])):
            return False
    if "storage_name" in body and body["storage_name"] != row.storage_name:
        return False
    if offer.extra_attributes is None:
        return True
    opened = open_for_driver(parts.keyring, row)
    return bool(opened["extra_attributes"] == offer.extra_attributes)


def _able(parts: ApiParts, body: Mapping[str, Any], offer: Offer, reported: Row) -> Able:
    """What is collected of it by default; an array whose driver tells nonsense is registered too."""
    access = [name for name in BLOCKS if offer.blocks.get(name)]
    driver = (body["vendor"], body["model"], reported.get("firmware_version"), access)
    try:
        return Able.asked(
            lambda: parts.arrays.capabilities_of(get_admin_context(), *driver), parts.conf
        )
    except exception.InvalidStorageCapability as error:
        LOG.warning("nothing is collected from '%s %s': %s", *driver[:2], error)
        return Able.of(None, parts.conf)


def _store(
    parts: ApiParts,
    storage_id: str,
    body: Mapping[str, Any],
    offer: Offer,
    reported: Row,
    manager_key: str | None,
) -> Row:
    able = _able(parts, body, offer, reported)

    @retried
    def attempt() -> Row:
        with parts.database.writer() as session:
            if storages.with_serial(session, reported["serial_number"]):
                raise exception.StorageAlreadyExists
            storages.add(session, storage_id, reported)
            row = AccessInfo(
                storage_id=storage_id,
                **{name: body.get(name) for name in ("storage_name", "name", "description")},
                vendor=body["vendor"],
                model=body["model"],
                tls=offer.tls,
                manager_key=manager_key,
                **seal(parts.keyring, storage_id, offer.blocks),
            )
            session.add(row)
            parts.jobs.request_sync(session, storage_id, Ask(priority=URGENT))
            settle(session, storage_id, able)
            put_in_force(session, parts.conf, parts.timetable, storage_id)
            return storage_view.one(session, storage_id)

    try:
        return attempt()
    except db_exception.DBDuplicateEntry:
        # The same array was registered by another address a moment ago.
        raise exception.StorageAlreadyExists from None
