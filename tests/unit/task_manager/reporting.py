"""An array that reports, for stories about its reports; the clock of freshness is moved by hand."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from oslo_db import exception as db_exception
from sqlalchemy import select, update

from delfin.db.alerts import Alert
from delfin.db.jobs import Job
from delfin.db.reports import Report
from delfin.inventory.block import POOLS
from delfin.jobs import report
from delfin.jobs.timetable import Timetable
from delfin.jobs.worker import Finished
from delfin.task_manager.profile_watch import ProfileWatch
from delfin.task_manager.report import ReportRunner
from delfin.task_manager.report_watch import ReportWatch
from tests.unit.conftest import Bench
from tests.unit.scripted import Script


def pool(free: int = 6, native: str = "p", **more: Any) -> dict[str, Any]:
    return {
        "native_storage_pool_id": native,
        "status": "normal",
        "total_capacity": 10,
        "used_capacity": 10 - free,
        "free_capacity": free,
        **more,
    }


def script(serial_number: str = "SN1", *pools: dict[str, Any]) -> Script:
    made = Script(serial_number)
    made.listings["list_storage_pools"] = list(pools) or [pool()]
    return made


def ask(bench: Bench, storage_id: str) -> str | None:
    """As the timetable does: the id of the job, if one is to be made."""
    with bench.database.writer() as session:
        return report.request(bench.board, session, storage_id, bench.conf)


def run(bench: Bench) -> Finished:
    """The report that waits."""
    lease = bench.queue.lease("bench")
    assert lease is not None
    finished = ReportRunner(bench.database, bench.arrays, bench.conf)(lease, bench.stopping)
    bench.queue.finish(lease, finished.state, finished.result)
    return finished


def schedule(bench: Bench, interval: int = 60) -> None:
    """Have all arrays report by themselves; 0 for none."""
    bench.conf.set_override("interval", interval, "reports")
    timetable = Timetable(bench.database, bench.board, bench.conf)
    timetable.write_defaults()
    timetable.plan()


def reported(bench: Bench, storage_id: str) -> Finished:
    assert ask(bench, storage_id) is not None
    return run(bench)


def row(bench: Bench, storage_id: str) -> Report:
    with bench.database.reader() as session:
        found = session.get_one(Report, storage_id)
        session.expunge(found)
        return found


def shown(bench: Bench, storage_id: str, native: str = "p") -> dict[str, Any]:
    """A pool as it is shown."""
    return bench.rows(POOLS, storage_id)[native]


def let_it_grow_old(bench: Bench, storage_id: str) -> None:
    """As if nobody had reported for longer than the lease."""
    with bench.database.writer() as session:
        session.execute(update(Report).where(Report.storage_id == storage_id).values(valid_until=1))


def alerts(bench: Bench, alert_id: str) -> list[str]:
    """The states of the alerts of that id, as they came."""
    with bench.database.reader() as session:
        wanted = select(Alert.state).where(Alert.alert_id == alert_id).order_by(Alert.first_seen)
        return list(session.scalars(wanted))


def jobs_of(bench: Bench, kind: str) -> list[Job]:
    with bench.database.reader() as session:
        found = list(session.scalars(select(Job).where(Job.kind == kind)))
        session.expunge_all()
        return found


def freshness(bench: Bench, storage_id: str) -> str:
    return str(shown(bench, storage_id)["freshness"])


def away(*_: Any) -> Any:
    raise db_exception.DBConnectionError


def outage(bench: Bench, watch: ReportWatch | ProfileWatch) -> None:
    """The database is away for one turn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench.database, "reader", away)
        with suppress(db_exception.DBConnectionError):
            watch._turn()
