"""The short history gets what is collected by a spool of its own, as exporters do."""

from __future__ import annotations

from oslo_config import cfg

from delfin.db.session import Database
from delfin.telemetry.history.reading import Asked, chart
from tests.unit.db.stored import add_storage
from tests.unit.exporter.performance.conftest import Open
from tests.unit.telemetry.history.measured import batch, hours_ago
from tests.waiting import wait_until


def kept(database: Database, storage_id: str) -> list[float]:
    asked = Asked("volume", "v1", ("iops",), hours_ago(48), hours_ago(-24), 0)
    with database.reader() as session:
        lines = chart(session, storage_id, asked)
    return [one.mean for line in lines for _, one in line.points]


def test_what_is_collected_can_be_charted_without_any_exporter(
    conf_here: cfg.ConfigOpts, sqlite_database: Database, open_outlets: Open
) -> None:
    conf_here.set_override("enabled", True, "history")
    with sqlite_database.writer() as session:
        storage_id = add_storage(session)
    outlets = open_outlets()
    outlets.put(batch(storage_id, {("v1", "iops"): [(hours_ago(1), 5.0)]}))
    assert wait_until(lambda: kept(sqlite_database, storage_id)) == [5.0]


def test_a_history_that_cannot_be_written_delays_no_collection(
    conf_here: cfg.ConfigOpts, sqlite_database: Database, open_outlets: Open
) -> None:
    conf_here.set_override("enabled", True, "history")
    with sqlite_database.writer() as session:
        storage_id = add_storage(session)
    outlets = open_outlets(start=False)
    outlets.put(batch(storage_id, {("v1", "iops"): [(hours_ago(1), 5.0)]}))
    assert kept(sqlite_database, storage_id) == []
    # What waited is written by whoever comes next.
    open_outlets()
    assert wait_until(lambda: kept(sqlite_database, storage_id)) == [5.0]
