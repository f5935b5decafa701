"""All tables of delfin together, for migrations and checks: importing this loads every model."""

from __future__ import annotations

from delfin.db import (
    access_info,
    access_state,
    alert_sources,
    alerts,
    array_sessions,
    capacity,
    collection,
    jobs,
    metric_history,
    metrics_config,
    profiles,
    reports,
    resource_exports,
    schedules,
    services,
    storages,
    trap_inbox,
)
from delfin.db.base import Base
from delfin.inventory import catalog

METADATA = Base.metadata
MODULES = (
    access_info,
    access_state,
    alert_sources,
    alerts,
    array_sessions,
    capacity,
    collection,
    catalog,
    jobs,
    metrics_config,
    profiles,
    reports,
    metric_history,
    resource_exports,
    schedules,
    services,
    storages,
    trap_inbox,
)
