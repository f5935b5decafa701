"""Named configurations of what is collected, beside a storage's own metrics configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from oslo_db import exception as db_exception
from sqlalchemy.orm import Session

from delfin import exception
from delfin.api import telemetry_view
from delfin.api.exchange import Answer, Request
from delfin.api.listing import TOTAL
from delfin.api.metrics_config import able_of, check_able, check_type
from delfin.api.parts import ApiParts
from delfin.api.schemas.telemetry import TYPES
from delfin.db import metrics_config, storages
from delfin.db.metrics_config import Chosen, TelemetryConfig
from delfin.db.session import retried
from delfin.jobs.collection_timers import put_in_force
from delfin.telemetry.policy import Able, settle

Row = dict[str, Any]

_TAKEN = "name: another configuration of this storage has it"


def find(parts: ApiParts, request: Request) -> Answer:
    storage_id = request.ids["storage_id"]
    with parts.database.reader() as session:
        storages.get(session, storage_id)
        rows = telemetry_view.listing(session, parts.conf, storage_id)
    return Answer({"telemetry": rows}, {TOTAL: str(len(rows))})


def show(parts: ApiParts, request: Request) -> Answer:
    storage_id = request.ids["storage_id"]
    with parts.database.reader() as session:
        storages.get(session, storage_id)
        row = metrics_config.get(session, storage_id, request.ids["config_id"])
        return Answer(telemetry_view.one(session, parts.conf, row))


def add(parts: ApiParts, request: Request) -> Answer:
    """It counts from now on; what several configurations ask for is merged.

    Raises:
        exception.StorageNotFound: There is no such storage.
        exception.InvalidInput: The driver does not collect it, or the name is taken.
        exception.StorageCapabilityNotSupported: The driver collects nothing at all.
    """
    storage_id = request.ids["storage_id"]
    able = able_of(parts, storage_id)
    check_able(able)
    plain: Row = {
        "enabled": True,
        "interval": able.interval,
        "historic": able.historic,
        "resources": None,
        "labels": {},
    }
    facts = {**plain, **_read(request.body, able)}
    config_id = str(uuid4())

    def make(_session: Session) -> TelemetryConfig:
        return TelemetryConfig(id=config_id, storage_id=storage_id, **facts)

    return Answer(_stored(parts, storage_id, able, make))


def change(parts: ApiParts, request: Request) -> Answer:
    """What is left out stays; 'resources' and 'labels' are replaced as a whole.

    Raises as 'add', and
        exception.TelemetryConfigNotFound: The storage has none of that id.
    """
    storage_id = request.ids["storage_id"]
    able = able_of(parts, storage_id)
    facts = _read(request.body, able)

    def alter(session: Session) -> TelemetryConfig:
        row = metrics_config.get(session, storage_id, request.ids["config_id"])
        for name, value in facts.items():
            setattr(row, name, value)
        return row

    return Answer(_stored(parts, storage_id, able, alter))


def remove(parts: ApiParts, request: Request) -> Answer:
    storage_id = request.ids["storage_id"]

    @retried
    def attempt() -> None:
        with parts.database.writer() as session:
            storages.get(session, storage_id, lock=True)
            # The same order as of those who change something.
            metrics_config.settings_of(session, storage_id, lock=True)
            row = metrics_config.get(session, storage_id, request.ids["config_id"])
            session.delete(row)
            put_in_force(session, parts.conf, parts.timetable, storage_id)

    attempt()
    parts.doorbell.ring()
    return Answer()


def _stored(
    parts: ApiParts, storage_id: str, able: Able, make: Callable[[Session], TelemetryConfig]
) -> Row:
    """What 'make' makes or changes, in force, as it is shown."""

    @retried
    def attempt() -> Row:
        with parts.database.writer() as session:
            storages.get(session, storage_id, lock=True)
            settle(session, storage_id, able)
            row = make(session)
            session.add(row)
            put_in_force(session, parts.conf, parts.timetable, storage_id)
            session.refresh(row)
            return telemetry_view.one(session, parts.conf, row)

    try:
        answer = attempt()
    except db_exception.DBDuplicateEntry:
        raise exception.InvalidInput(_TAKEN) from None
    parts.doorbell.ring()
    return answer


def _read(body: Mapping[str, Any], able: Able) -> Row:
    """What was sent, as the row has it."""
    facts = dict(body)
    if "interval" in facts:
        facts["interval"] = int(facts["interval"])
    if facts.get("resources") is not None:
        facts["resources"] = _chosen(facts["resources"], able)
    return facts


def _chosen(sent: Mapping[str, Any], able: Able) -> Chosen:
    chosen: Chosen = {}
    for word, metrics in sent.items():
        kind, place = TYPES[word], f"resources.{word}"
        check_type(able, kind, place, chosen)
        missing = sorted(set(metrics or ()) - set(able.supported[kind]))
        if missing:
            raise exception.InvalidInput(f"{place}: the driver does not collect {missing[0]}")
        chosen[kind] = metrics
    return chosen
