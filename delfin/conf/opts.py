"""All option groups: for start-up, and for the generator of the sample file."""

from __future__ import annotations

from oslo_config import cfg

from delfin.conf import (
    alert,
    api,
    coordination,
    daemons,
    jobs,
    secrets,
    service,
    storage_driver,
    sync,
    telemetry,
)

MODULES = (
    alert,
    api,
    coordination,
    daemons,
    jobs,
    secrets,
    service,
    storage_driver,
    sync,
    telemetry,
)


def list_opts() -> list[tuple[str, list[cfg.Opt]]]:
    """Pairs of group name and its options; oslo-config-generator calls this."""
    groups: dict[str, list[cfg.Opt]] = {}
    for module in MODULES:
        groups.setdefault(module.GROUP, []).extend(module.OPTS)
    return list(groups.items())


def register(conf: cfg.ConfigOpts) -> None:
    for module in MODULES:
        module.register(conf)
