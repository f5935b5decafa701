"""How a named configuration is shown: its row, and how the collection of what it asks for went."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from oslo_config import cfg
from sqlalchemy import select
from sqlalchemy.orm import Session

from delfin.api.schemas.telemetry import CONFIG_COLUMNS, WORDS
from delfin.db import metrics_config
from delfin.db.metrics_config import TelemetryConfig
from delfin.db.schedules import ScheduleState
from delfin.telemetry.plan import plan_for, types_of
from delfin.telemetry.standing import standing

Row = dict[str, Any]


def listing(session: Session, conf: cfg.ConfigOpts, storage_id: str) -> list[Row]:
    """All named configurations of a storage, the oldest first."""
    named = [one for one in metrics_config.configs_of(session, storage_id) if one.name is not None]
    return _shown(session, conf, storage_id, named)


def one(session: Session, conf: cfg.ConfigOpts, config: TelemetryConfig) -> Row:
    (shown,) = _shown(session, conf, config.storage_id, [config])
    return shown


def _shown(
    session: Session, conf: cfg.ConfigOpts, storage_id: str, configs: Sequence[TelemetryConfig]
) -> list[Row]:
    settings = metrics_config.settings_of(session, storage_id)
    due = _next_due(session, conf, storage_id)
    stands = standing(session, storage_id)["resources"]
    shown = []
    for config in configs:
        types = types_of(settings, config) if settings else []
        coming = [due[kind] for kind in types if kind in due] if config.enabled else []
        shown.append(
            {
                **{name: getattr(config, name) for name in CONFIG_COLUMNS},
                "resources": _words(config.resources),
                "status": {"next_poll": min(coming, default=None), **last_of(types, stands)},
                "created_at": config.created_at,
                "updated_at": config.updated_at,
            }
        )
    return shown


def _next_due(session: Session, conf: cfg.ConfigOpts, storage_id: str) -> dict[str, datetime]:
    """When each type of resource is collected next."""
    states = select(ScheduleState.schedule_id, ScheduleState.next_due)
    by_schedule = {
        schedule_id: due
        for schedule_id, due in session.execute(
            states.where(ScheduleState.storage_id == storage_id)
        )
        if due is not None
    }
    # Who asks for a type most often has it collected for all.
    return {
        wanted.resource_type: by_schedule[wanted.config_id]
        for wanted in plan_for(session, conf, storage_id)
        if wanted.config_id in by_schedule
    }


def _words(resources: Mapping[str, Any] | None) -> Row | None:
    if resources is None:
        return None
    return {word: resources[kind] for kind, word in WORDS.items() if kind in resources}


def last_of(types: Collection[str], stands: Sequence[Mapping[str, Any]]) -> Row:
    """How the last collection of these types went, of what `standing` says of each."""
    tried = [
        one for one in stands if one["resource_type"] in types and one["last_attempt"] is not None
    ]
    failed = [one for one in tried if one["error_code"] is not None]
    latest = max((one["last_attempt"] for one in tried), default=None)
    result = None
    if tried:
        result = "done" if not failed else "failed" if len(failed) == len(tried) else "partial"
    return {
        "last_poll": None if latest is None else datetime.fromtimestamp(latest / 1000, UTC),
        "last_result": result,
        "last_error": failed[0]["error_msg"] if failed else None,
    }
