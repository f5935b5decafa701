"""A storage's own metrics configuration: what is collected of it, and how often, in two forms."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any

from oslo_config import cfg
from sqlalchemy.orm import Session

from delfin import exception
from delfin.api.exchange import Answer, Request
from delfin.api.parts import ApiParts
from delfin.api.schemas.telemetry import TYPES, WORDS
from delfin.context import get_admin_context
from delfin.db import metrics_config, storages
from delfin.db.metrics_config import CONFIGS, DEFAULT, POLLING, MetricsSettings, TelemetryConfig
from delfin.db.session import retried
from delfin.jobs.collection_timers import put_in_force
from delfin.telemetry.plan import is_on
from delfin.telemetry.policy import Able, Own, replace_own, settle

Row = dict[str, Any]


def show(parts: ApiParts, request: Request) -> Answer:
    storage_id = request.ids["storage_id"]
    with parts.database.reader() as session:
        storages.get(session, storage_id)
        settings = metrics_config.settings_of(session, storage_id)
        if settings is not None:
            return Answer(_shown(session, parts.conf, settings))
    # Registered before there were metrics configurations, and nobody has come to it yet.
    try:
        able = able_of(parts, storage_id)
    except (exception.InvalidStorageCapability, exception.StorageDriverNotFound):
        able = Able.of(None, parts.conf)
    default = MetricsSettings(form=DEFAULT, supported=able.supported)
    return Answer({POLLING: _polling(parts.conf, default, able.interval, historic=able.historic)})


def replace(parts: ApiParts, request: Request) -> Answer:
    """What is left out is as it would be by default. It counts from now on.

    Raises:
        exception.StorageNotFound: There is no such storage.
        exception.InvalidInput: A type of resource is named twice, or the driver has none of it.
        exception.StorageCapabilityNotSupported: The driver collects nothing at all.
    """
    storage_id, sent = request.ids["storage_id"], request.body
    form = POLLING if POLLING in sent else CONFIGS
    enabled = form == CONFIGS or sent[POLLING]["perf_collection"]
    able = able_of(parts, storage_id)
    if enabled and sent[form]:
        check_able(able)

    @retried
    def attempt() -> Row:
        with parts.database.writer() as session:
            storages.get(session, storage_id, lock=True)
            settings = settle(session, storage_id, able)
            wanted = (
                [_own(sent[POLLING], able, "is_historic")]
                if form == POLLING
                else _grouped(sent[CONFIGS], able)
            )
            replace_own(session, settings, form, wanted, enabled=enabled)
            put_in_force(session, parts.conf, parts.timetable, storage_id)
            return _shown(session, parts.conf, settings)

    answer = attempt()
    parts.doorbell.ring()
    return Answer(answer)


def able_of(parts: ApiParts, storage_id: str) -> Able:
    """What the storage's driver can collect; the array itself is not asked.

    Raises:
        exception.StorageNotFound: There is no such storage.
        exception.StorageDriverNotFound: Its driver is not installed.
        exception.InvalidStorageCapability: What the driver tells makes no sense.
    """
    context = get_admin_context(storage_id=storage_id)
    return Able.asked(lambda: parts.arrays.get_capabilities(context, storage_id), parts.conf)


def check_able(able: Able) -> None:
    """Raises exception.StorageCapabilityNotSupported when there is nothing to collect."""
    if not able.supported:
        raise exception.StorageCapabilityNotSupported


def check_type(able: Able, kind: str, place: str, taken: Container[str] = ()) -> None:
    """Raises exception.InvalidInput when the driver has no metrics of the type, or it is taken."""
    if kind in taken:
        raise exception.InvalidInput(f"{place}: {WORDS[kind]} is named twice")
    if kind not in able.supported:
        raise exception.InvalidInput(f"{place}: the driver collects nothing of {WORDS[kind]}")


def _own(sent: Mapping[str, Any], able: Able, historic: str) -> Own:
    return Own(int(sent.get("interval", able.interval)), sent.get(historic, able.historic))


def _grouped(sent: Sequence[Mapping[str, Any]], able: Able) -> list[Own]:
    """One for all that is collected at the same times."""
    groups: dict[Own, list[str]] = {}
    taken: set[str] = set()
    for number, one in enumerate(sent):
        kind, place = TYPES[one["resource_type"]], f"{CONFIGS}.{number}.resource_type"
        check_type(able, kind, place, taken)
        taken.add(kind)
        groups.setdefault(_own(one, able, "historic"), []).append(kind)
    return [
        Own(group.interval, group.historic, dict.fromkeys(kinds)) for group, kinds in groups.items()
    ]


def _shown(session: Session, conf: cfg.ConfigOpts, settings: MetricsSettings) -> Row:
    own = metrics_config.own_of(session, settings.storage_id)
    if settings.form == CONFIGS:
        return {CONFIGS: _entries(own)}
    (only,) = own
    return {POLLING: _polling(conf, settings, only.interval, historic=only.historic)}


def _polling(
    conf: cfg.ConfigOpts, settings: MetricsSettings, interval: int, *, historic: bool
) -> Row:
    on = is_on(settings, conf) and bool(settings.supported)
    return {"perf_collection": on, "interval": interval, "is_historic": historic}


def _entries(own: Sequence[TelemetryConfig]) -> list[Row]:
    found = {kind: row for row in own for kind in row.resources or {}}
    return [
        {"resource_type": word, "interval": found[kind].interval, "historic": found[kind].historic}
        for kind, word in WORDS.items()
        if kind in found
    ]
