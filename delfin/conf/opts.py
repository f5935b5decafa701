"""All option groups: for start-up, and for the generator of the sample file."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType

from oslo_config import cfg

from delfin import conf as package
from delfin.conf import exporters

# Every other module of this package is a group of options: GROUP, OPTS and register().
_NO_GROUPS = {"load", "opts"}


def _modules() -> list[ModuleType]:
    names = sorted(found.name for found in pkgutil.iter_modules(package.__path__))
    return [import_module(f"{package.__name__}.{name}") for name in names if name not in _NO_GROUPS]


def list_opts() -> list[tuple[str, list[cfg.Opt]]]:
    """Pairs of group name and its options; oslo-config-generator calls this."""
    groups: dict[str, list[cfg.Opt]] = {}
    for module in _modules():
        groups.setdefault(module.GROUP, []).extend(module.OPTS)
    groups["DEFAULT"] += exporters.NAMES
    return list(groups.items())


def register(conf: cfg.ConfigOpts) -> None:
    for module in _modules():
        module.register(conf)
