"""Finds exporters by the names in the configuration; importing them is for their own threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points

from oslo_config import cfg

from delfin.exporter.base_exporter import BaseExporter

ALERTS = "delfin.alert.exporters"
PERFORMANCE = "delfin.performance.exporters"
RESOURCES = "delfin.resource.exporters"


def find(group: str, names: Iterable[str]) -> tuple[list[EntryPoint], list[str]]:
    """The entry points that are named, each once, and the names that nothing has.

    A name is that of an entry point, or of the class behind it.
    """
    known = entry_points(group=group)
    found: dict[str, EntryPoint] = {}
    missing = []
    for name in names:
        point = next((p for p in known if name in {p.name, p.attr}), None)
        if point is None:
            missing.append(name)
        else:
            found[point.name] = point
    return list(found.values()), missing


def opener(point: EntryPoint, conf: cfg.ConfigOpts) -> Callable[[], BaseExporter]:
    """What imports the exporter and makes it."""

    def make() -> BaseExporter:
        made = point.load()
        of = getattr(made, "of", None)
        exporter = made() if of is None else of(conf)
        if not isinstance(exporter, BaseExporter):
            raise TypeError(f"{point.value} is not a BaseExporter")
        return exporter

    return make
