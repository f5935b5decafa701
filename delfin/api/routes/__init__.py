"""ONE list of everything the API serves; the router, the document and the docs page read it.

Each family of routes has a module with its own ROUTES.
"""

from __future__ import annotations

from delfin.api.exchange import Route
from delfin.api.routes import (
    access,
    alerts,
    history,
    inventory,
    jobs,
    profiles,
    prometheus,
    schedules,
    service,
    services,
    sessions,
    snmp,
    storages,
    telemetry,
    topology,
)

_FAMILIES = (
    storages,
    access,
    inventory,
    topology,
    profiles,
    alerts,
    history,
    jobs,
    schedules,
    services,
    prometheus,
    sessions,
    snmp,
    telemetry,
    service,
)

ROUTES: tuple[Route, ...] = tuple(route for family in _FAMILIES for route in family.ROUTES)
