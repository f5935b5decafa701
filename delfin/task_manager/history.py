"""Keeps the house of the short history, as a service of the process that runs jobs."""

from __future__ import annotations

from oslo_config import cfg

from delfin.coordination.loop import Loop
from delfin.db.session import Database
from delfin.telemetry.history.keeping import Mine, keep_house


def keeping_loop(conf: cfg.ConfigOpts, database: Database, mine: Mine) -> Loop:
    """A service that sums up hours and deletes what is old, for the storages that are 'mine'."""
    return Loop(
        "history-keeping",
        lambda: keep_house(database, conf, mine),
        conf.history.keeping_interval,
    )
