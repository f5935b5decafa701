"""The schedules of a storage's metrics configurations: one row each, of the configuration's own id.

Each type of resource stands in one of them only, that of the configuration which asks for it most
often; so nothing is collected twice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from oslo_config import cfg
from sqlalchemy import select
from sqlalchemy.orm import Session

from delfin.db import metrics_config
from delfin.db.metrics_config import MetricsSettings, TelemetryConfig
from delfin.db.schedules import METRICS, RUN, Schedule
from delfin.jobs.collect import COLLECT
from delfin.jobs.priority import NORMAL
from delfin.jobs.timetable import Timetable
from delfin.telemetry.plan import plan_for, types_of


def put_in_force(
    session: Session, conf: cfg.ConfigOpts, timetable: Timetable, storage_id: str
) -> None:
    """Have a storage collected as its configurations say, in the caller's transaction.

    Ring the doorbell afterwards.
    """
    session.flush()
    set_timers(session, conf, storage_id, timetable.clock())
    timetable.plan_for(session, [storage_id])


def set_timers(session: Session, conf: cfg.ConfigOpts, storage_id: str, now: datetime) -> None:
    """Make the schedules of a storage what its configurations say, in the caller's transaction.

    'Timetable.plan_for' then says when they are due.
    """
    settings = metrics_config.settings_of(session, storage_id)
    configs = metrics_config.configs_of(session, storage_id)
    known = select(Schedule).where(Schedule.storage_id == storage_id, Schedule.origin == METRICS)
    spare = {schedule.id: schedule for schedule in session.scalars(known.with_for_update())}
    asked: dict[str, list[str]] = {config.id: [] for config in configs}
    for wanted in plan_for(session, conf, storage_id):
        asked[wanted.config_id].append(wanted.resource_type)
    for config in configs:
        if (facts := _facts(settings, config, asked[config.id])) is None:
            continue
        schedule = spare.pop(config.id, None)
        if schedule is None:
            session.add(Schedule(id=config.id, revision=1, counts_from=now, **facts))
        else:
            _change(schedule, facts, now)
    for schedule in spare.values():
        session.delete(schedule)
    session.flush()


def _facts(
    settings: MetricsSettings | None, config: TelemetryConfig, asked: list[str]
) -> dict[str, Any] | None:
    """What the row holds; None when the driver has nothing of what the configuration asks for."""
    types = asked or (types_of(settings, config) if settings else [])
    if not types:
        return None
    return {
        "name": config.name or "metrics-config",
        "kind": COLLECT,
        "storage_id": config.storage_id,
        "resource_kinds": types,
        "interval": config.interval,
        "jitter": 0,
        "priority": NORMAL,
        "enabled": bool(asked),
        "when_late": RUN,
        "grace": 0,
        "origin": METRICS,
    }


def _change(schedule: Schedule, facts: dict[str, Any], now: datetime) -> None:
    if (schedule.interval, schedule.enabled) != (facts["interval"], facts["enabled"]):
        schedule.revision += 1
        schedule.counts_from = now
    for name, value in facts.items():
        setattr(schedule, name, value)
