"""Imports point downward only: the floors of the architecture, checked on the syntax tree."""

from __future__ import annotations

from collections.abc import Mapping

from tests.meta.imports import Import, imports, module_name
from tests.meta.project import python_sources

# A package may import only packages on lower floors. Floor 0 is open to itself.
FLOORS = {
    "cmd": 7,
    "wsgi": 7,
    "alert_manager": 6,
    "api": 6,
    "task_manager": 6,
    "testing": 6,
    "drivers": 5,
    "health": 5,
    "jobs": 5,
    "service": 5,
    "exporter": 5,
    "alerts": 4,
    "coordination": 3,
    "inventory": 3,
    "process": 3,
    "telemetry": 3,
    "db": 2,
    "rpc": 2,
    "common": 0,
    "conf": 0,
    "context": 0,
    "cryptor": 0,
    "exception": 0,
    "i18n": 0,
    "ssl_utils": 0,
    "utils": 0,
}
# What a third-party driver may lean on: itself, its neighbours in delfin.drivers, and floor 0.
DRIVER_FRAMEWORK = {"alert_calls", "api", "intake", "manager", "session", "shared", "trust"}
# What keeps sessions, leases and access states: the package below drivers/session, and the API.
WITH_DATABASE = ("delfin.drivers.api", "delfin.drivers.session")
# Reads which columns a storage has, as it does for each resource kind; it opens no connection.
DECLARATIONS = {"delfin.drivers.intake": "delfin.db.storages"}
NOT_FOR_DRIVERS = {"alembic", "cheroot", "falcon", "oslo_db", "oslo_messaging", "sqlalchemy"}
# The shipped test kit stands beside the services: it may use these and floor 0.
KIT_MAY_USE = {"drivers", "inventory", "testing"}


def findings(sources: Mapping[str, str]) -> list[str]:
    """One sentence for each import that points upward or sideways."""
    found = []
    for path, source in sources.items():
        module = module_name(path)
        for item in imports(path, source):
            why = "" if _is_declaration(module, item) else _objection(module, item)
            if why:
                found.append(f"{path}:{item.line}: {item.module}: {why}")
    return found


def _is_declaration(module: str, item: Import) -> bool:
    allowed = DECLARATIONS.get(module)
    return allowed is not None and f"{item.module}.".startswith(f"{allowed}.")


def _objection(module: str, item: Import) -> str:
    here, there = _package(module), _package(item.module)
    if _is_driver_code(module) and item.module.split(".", maxsplit=1)[0] in NOT_FOR_DRIVERS:
        return "a driver and the kit know neither the database nor the web; return rows instead"
    if not here or not there:
        return ""
    if here == there:
        return _between_driver_files(module, item.module)
    unknown = next((name for name in (here, there) if name not in FLOORS), "")
    if unknown:
        return f"delfin.{unknown} has no floor; add it to FLOORS in {__name__}"
    return _upward(here, there) or _beside(module, here, there)


def _upward(here: str, there: str) -> str:
    if here == there or FLOORS[here] == FLOORS[there] == 0 or FLOORS[there] < FLOORS[here]:
        return ""
    direction = "beside" if FLOORS[here] == FLOORS[there] else "above"
    return f"it stands {direction} delfin.{here}; move the shared part down or pass it in"


def _beside(module: str, here: str, there: str) -> str:
    if there == "testing" and here != "cmd":
        return "the shipped test kit is for tests and console scripts only"
    if here == "testing" and there not in KIT_MAY_USE and FLOORS[there] > 0:
        return "the shipped test kit may use drivers, inventory and the ground floor only"
    if _is_driver_code(module) and FLOORS[there] > 0:
        return "a driver and the kit may use delfin.drivers and the ground floor only"
    if here == "drivers" and there == "db" and not _touches_database(module):
        return "only drivers/session and drivers/api.py touch the database"
    return ""


def _touches_database(module: str) -> bool:
    return any(f"{module}.".startswith(f"{allowed}.") for allowed in WITH_DATABASE)


def _between_driver_files(module: str, imported: str) -> str:
    target = imported.split(".")
    framework = (
        target[:2] == ["delfin", "drivers"]
        and target[2:3] != []
        and (target[2] in DRIVER_FRAMEWORK)
    )
    if framework and _is_driver_code(module):
        return "a driver and the kit do not know the framework that calls them"
    return ""


def _is_driver_code(module: str) -> bool:
    """Vendor drivers, the kit, the base class and drivers/utils."""
    parts = module.split(".")
    return (
        parts[:2] == ["delfin", "drivers"] and len(parts) > 2 and (parts[2] not in DRIVER_FRAMEWORK)
    )


def _package(module: str) -> str:
    parts = module.split(".")
    return parts[1] if parts[0] == "delfin" and len(parts) > 1 else ""


def eventlet_importers(sources: Mapping[str, str]) -> list[str]:
    """Paths of the modules that import eventlet."""
    return [
        path
        for path, source in sources.items()
        if any(item.module.split(".")[0] == "eventlet" for item in imports(path, source))
    ]


def test_imports_point_downward() -> None:
    sources = python_sources("delfin")
    assert len(sources) > 20, "the sources were not found; this check would check nothing"
    assert not findings(sources), "\n".join(["Imports against the layers:", *findings(sources)])


def test_eventlet_is_imported_in_one_module_at_most() -> None:
    importers = eventlet_importers(python_sources("delfin"))
    assert len(importers) <= 1, (
        f"eventlet is imported in {importers}: it is being retired by its own project, so keep "
        "it in the one module that chooses the concurrency back end"
    )
