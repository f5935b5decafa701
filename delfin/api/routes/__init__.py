"""ONE list of everything the API serves; the router, the document and the docs page read it.

Each family of routes has a module with its own ROUTES.
"""

from __future__ import annotations

from delfin.api.exchange import Route
from delfin.api.routes import access, inventory, jobs, service, services, storages

ROUTES: tuple[Route, ...] = tuple(
    route
    for family in (storages, access, inventory, jobs, services, service)
    for route in family.ROUTES
)
