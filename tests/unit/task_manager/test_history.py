"""The short history is kept in order at intervals."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select

from delfin.db.metric_history import MetricHour
from delfin.db.session import Database
from delfin.task_manager.history import keeping_loop
from delfin.telemetry.history.sink import HistorySink
from tests.conftest import make_conf
from tests.unit.db.stored import add_storage
from tests.unit.telemetry.history.measured import batch, every_minute, hours_ago
from tests.waiting import wait_until


def test_the_loop_keeps_house_at_intervals(sqlite_database: Database, tmp_path: Path) -> None:
    conf = make_conf(tmp_path, sqlite_database.url)
    conf.set_override("keeping_interval", 0.02, "history")
    with sqlite_database.writer() as session:
        storage_id = add_storage(session)

    def summed_up() -> int:
        with sqlite_database.reader() as session:
            return session.scalar(select(func.count()).select_from(MetricHour)) or 0

    loop = keeping_loop(conf, sqlite_database, lambda _id: True)
    loop.start()
    taken = {("v1", "iops"): every_minute(hours_ago(2), [1])}
    HistorySink(conf, sqlite_database).put(batch(storage_id, taken))
    wait_until(lambda: summed_up() == 1)
    loop.stop()
    loop.wait(5)
