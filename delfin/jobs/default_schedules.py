"""The schedules that the configuration file asks for; they are rows as all others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from oslo_config import cfg
from oslo_log import log
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from delfin.db.schedules import DEFAULT, RUN, Schedule
from delfin.db.session import affected
from delfin.inventory.block import POOLS
from delfin.inventory.catalog import BY_KEY
from delfin.jobs.alert_sync import ALERT_SYNC
from delfin.jobs.policy import WITH_RESOURCE_KINDS
from delfin.jobs.priority import LOW, NORMAL
from delfin.jobs.report import REPORT
from delfin.jobs.sync_requests import SYNC

LOG = log.getLogger(__name__)


def write_defaults(session: Session, conf: cfg.ConfigOpts, now: datetime) -> bool:
    """Make the rows what the configuration says, and say whether they were otherwise.

    Their ids are words, the same in every process.
    """
    wanted = dict(_wanted(conf))
    gone = affected(
        session, delete(Schedule).where(Schedule.origin == DEFAULT, Schedule.id.not_in(wanted))
    )
    known = select(Schedule).where(Schedule.origin == DEFAULT).with_for_update()
    rows = {schedule.id: schedule for schedule in session.scalars(known)}
    changed = bool(gone)
    for name, facts in wanted.items():
        schedule = rows.get(name)
        if schedule is None:
            session.add(Schedule(id=name, revision=1, counts_from=now, **facts))
            changed = True
        elif any(getattr(schedule, field) != value for field, value in facts.items()):
            for field, value in facts.items():
                setattr(schedule, field, value)
            schedule.revision += 1
            schedule.counts_from = now
            changed = True
    session.flush()
    return changed


def _wanted(conf: cfg.ConfigOpts) -> Iterator[tuple[str, dict[str, Any]]]:
    """Ids and what the rows hold; a default without an interval, or without kinds to read, is none."""
    options = conf.schedules
    frequent = [key for key in BY_KEY if key in options.frequent_kinds]
    for unknown in set(options.frequent_kinds) - set(BY_KEY):
        LOG.warning("[schedules] frequent_kinds: %s is not a resource kind", unknown)
    rest = [key for key in BY_KEY if key not in frequent]
    pools = [POOLS.key]
    for name, kind, kinds, interval, priority in (
        ("default-frequent", SYNC, frequent, options.frequent_interval, LOW),
        ("default-inventory", SYNC, rest, options.inventory_interval, LOW),
        ("default-alerts", ALERT_SYNC, [], options.alert_interval, LOW),
        # Before what nobody waits for: a report that comes late is one that is missing.
        ("default-report", REPORT, pools, conf.reports.interval, NORMAL),
    ):
        if interval and (kinds or kind not in WITH_RESOURCE_KINDS):
            yield (
                name,
                {
                    "name": name,
                    "kind": kind,
                    "resource_kinds": kinds,
                    "interval": interval,
                    "jitter": 0 if kind == REPORT else int(interval * options.jitter),
                    "priority": priority,
                    "enabled": True,
                    "when_late": RUN,
                    "grace": 0,
                    "origin": DEFAULT,
                },
            )
