"""The collection of a storage's performance data: how it stands, and having it done now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from delfin import exception
from delfin.api.exchange import Answer, Request
from delfin.api.metrics_config import able_of, check_able
from delfin.api.parts import ApiParts
from delfin.api.schemas.telemetry import TYPES, WORDS
from delfin.db import metrics_config, storages
from delfin.db.session import retried
from delfin.jobs.collection_timers import put_in_force
from delfin.jobs.priority import HIGH
from delfin.telemetry.plan import plan_for
from delfin.telemetry.policy import settle
from delfin.telemetry.standing import standing


def show(parts: ApiParts, request: Request) -> Answer:
    storage_id = request.ids["storage_id"]
    with parts.database.reader() as session:
        storages.get(session, storage_id)
        stands = standing(session, storage_id)
    lists = {name: [_in_words(row) for row in stands[name]] for name in ("resources", "gaps")}
    return Answer({**stands, **lists})


def _in_words(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "resource_type": WORDS[row["resource_type"]]}


def collect(parts: ApiParts, request: Request) -> Answer:
    """It is urgent, and done though the last tries have failed.

    Raises:
        exception.StorageNotFound: There is no such storage.
        exception.InvalidInput: Nothing, or nothing of a type that is named, is configured.
        exception.StorageCapabilityNotSupported: The driver collects nothing at all.
    """
    storage_id = request.ids["storage_id"]
    kinds = [TYPES[word] for word in request.body.get("resource_types", ())]
    able = able_of(parts, storage_id)
    check_able(able)

    @retried
    def attempt() -> str:
        with parts.database.writer() as session:
            storages.get(session, storage_id, lock=True)
            if metrics_config.settings_of(session, storage_id) is None:
                settle(session, storage_id, able)
                put_in_force(session, parts.conf, parts.timetable, storage_id)
            planned = {one.resource_type for one in plan_for(session, parts.conf, storage_id)}
            if not planned:
                raise exception.InvalidInput("metrics-config: nothing is collected of this storage")
            for number, kind in enumerate(kinds):
                if kind not in planned:
                    place = f"resource_types.{number}"
                    raise exception.InvalidInput(f"{place}: {WORDS[kind]} is not collected")
            return parts.jobs.request_collection(
                session, storage_id, kinds, priority=HIGH, at_once=True
            )

    job_id = attempt()
    parts.doorbell.ring()
    return Answer({"job_id": job_id})
