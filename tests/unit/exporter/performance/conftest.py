"""Outlets with the exporters that a story names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from oslo_config import cfg

from delfin.db.session import Database
from delfin.exporter import loading
from delfin.exporter.performance.outlets import Outlets
from tests.conftest import make_conf
from tests.unit.exporter.performance import collected

Open = Callable[..., Outlets]


@pytest.fixture
def conf_here(tmp_path: Path) -> cfg.ConfigOpts:
    """Options with short waits; the database is that of 'sqlite_database'."""
    conf = make_conf(tmp_path, f"sqlite:///{tmp_path / 'delfin.db'}")
    for name, value in {
        "poll_interval": 0.01,
        "retry_delay": 0.01,
        "retry_longest_delay": 0.02,
        "timeout": 5.0,
    }.items():
        conf.set_override(name, value, "exporters")
    # It has a spool of its own, and stories too.
    conf.set_override("enabled", False, "history")
    return conf


@pytest.fixture
def open_outlets(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: Database, conf_here: cfg.ConfigOpts
) -> Iterator[Open]:
    """Makes outlets with exporters of 'collected', by class name; they are stopped at the end."""
    opened: list[Outlets] = []
    group = loading.PERFORMANCE

    def known(**_group: str) -> list[EntryPoint]:
        names = ("Keeps", "KeepsForLittle", "Hangs", "Foreign", "Raises", "cannot_be_made")
        return [EntryPoint(f"a-{name}", f"{collected.__name__}:{name}", group) for name in names]

    monkeypatch.setattr(loading, "entry_points", known)
    for kept in (collected.Keeps.calls, collected.Keeps.failures, collected.Keeps.retained):
        kept.clear()
    collected.Keeps.made.clear()
    collected.Foreign.metrics.clear()
    collected.Hangs.entered.clear()
    collected.Hangs.free.clear()

    def outlets(*names: str, start: bool = True) -> Outlets:
        conf_here.set_override("performance_exporters", list(names))
        made = Outlets(conf_here, sqlite_database)
        if start:
            made.start()
            opened.append(made)
        return made

    yield outlets
    collected.Hangs.free.set()
    for one in opened:
        one.stop()
    for one in opened:
        one.wait(10)
