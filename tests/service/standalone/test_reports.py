"""Reports of a running delfin: new capacity is seen in time, an array in error stops its loop alone,
and nobody takes for news what nobody looks after.

An interval is a second here instead of a minute.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from delfin.db.query import Page
from delfin.db.session import Database
from delfin.inventory import store
from delfin.inventory.block import POOLS
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.conftest import make_conf, throw_away_database
from tests.service.cluster.link import Link
from tests.service.standalone import stored
from tests.service.standalone.conftest import Start
from tests.service.standalone.process import Delfin
from tests.service.standalone.rest import access
from tests.waiting import during, wait_until

pytestmark = pytest.mark.service

QUICK = {"OS_REPORTS__INTERVAL": "1", "OS_REPORTS__WATCH_INTERVAL": "0.5"}
# Intervals for which a report counts: long enough for a busy machine, unless a story is about it.
PATIENT = {"OS_REPORTS__LEASE_INTERVALS": "20"}


def report(delfin: Delfin, storage_id: str) -> dict[str, Any]:
    return dict(delfin.rest.storage(storage_id)["report"])


def current(delfin: Delfin, storage_id: str) -> dict[str, Any]:
    """The report once it goes on."""

    def going_on() -> dict[str, Any] | None:
        found = report(delfin, storage_id)
        return found if found["freshness"] == "current" and not found["stopped_at"] else None

    return wait_until(going_on)


def free(delfin: Delfin, storage_id: str) -> int:
    return sum(pool["free_capacity"] for pool in delfin.rest.rows(POOLS, storage_id))


def alerts(delfin: Delfin, alert_id: str) -> list[str]:
    found = delfin.rest.get(f"/v1/alerts?alert_id={alert_id}&sort=first_seen:asc").json["alerts"]
    return [alert["state"] for alert in found]


def metric(delfin: Delfin, name: str) -> float:
    page = delfin.rest.send("GET", "/metrics", checked=False).raw.decode()
    return next(
        float(line.split()[-1]) for line in page.splitlines() if line.startswith(f"delfin_{name}{{")
    )


def test_a_changed_capacity_is_shown_with_the_time_of_its_report(
    start: Start, array: FakeStorage
) -> None:
    delfin = start(**QUICK, **PATIENT)
    storage_id = delfin.rest.register(array, serial="FREE1", volumes="20")
    delfin.rest.synced(storage_id)
    before = current(delfin, storage_id)
    was_free = free(delfin, storage_id)
    array.change_volumes("grow", 100)
    wait_until(lambda: free(delfin, storage_id) != was_free)
    pools = delfin.rest.rows(POOLS, storage_id)
    assert {pool["freshness"] for pool in pools} == {"current"}
    assert all(pool["reported_at"] > before["reported_at"] for pool in pools)
    assert array.counters.by_endpoint["volumes"] == 1, "without a synchronisation"
    reports = delfin.rest.get("/v1/jobs?kind=report").json["jobs"]
    assert len(reports) <= 2, "those that have ended do not pile up"
    assert metric(delfin, "oldest_report_age") < 20


def test_an_array_in_error_stops_alone_and_resumes_by_itself(
    start: Start, array: FakeStorage
) -> None:
    delfin = start(**QUICK, **PATIENT)
    bad, good = (delfin.rest.register(array, serial=name) for name in ("BAD1", "GOOD1"))
    for storage_id in (bad, good):
        delfin.rest.synced(storage_id)
        current(delfin, storage_id)
    array.array("BAD1").health = "FAILED"
    wait_until(lambda: report(delfin, bad)["stopped_at"])
    last = report(delfin, good)["reported_at"]
    wait_until(lambda: report(delfin, good)["reported_at"] > last)
    assert report(delfin, bad)["freshness"] == "stale"
    assert {pool["freshness"] for pool in delfin.rest.rows(POOLS, bad)} == {"stale"}
    wait_until(lambda: metric(delfin, "stopped_reports") == 1)
    array.array("BAD1").health = "OK"
    current(delfin, bad)
    assert alerts(delfin, "delfin.reports_stopped") == ["cleared"]


def test_a_report_that_hangs_is_begun_anew_and_counted(start: Start, array: FakeStorage) -> None:
    delfin = start(**QUICK, **PATIENT, OS_REPORTS__TIMEOUT="2")
    storage_id = delfin.rest.register(array, serial="HANG1")
    delfin.rest.synced(storage_id)
    before = current(delfin, storage_id)
    array.faults.order("hang", "pools", times=1)
    wait_until(lambda: report(delfin, storage_id)["restarts"] == 1)
    array.faults.clear()
    wait_until(lambda: report(delfin, storage_id)["reported_at"] > before["reported_at"])
    assert report(delfin, storage_id)["stopped_at"] is None
    wait_until(lambda: metric(delfin, "report_restarts") == 1)


def test_when_the_reporting_process_is_killed_the_pools_are_unknown_within_the_lease(
    start: Start, array: FakeStorage, tmp_path: Path
) -> None:
    delfin = start(**QUICK, OS_REPORTS__LEASE_INTERVALS="3", OS_JOBS__LEASE_TIME="3")
    storage_id = delfin.rest.register(array, serial="KILL1")
    delfin.rest.synced(storage_id)
    current(delfin, storage_id)
    delfin.kill()
    # What an API process on another node would say.
    database = Database(make_conf(tmp_path, f"sqlite:///{delfin.database}"))

    def shown() -> set[tuple[str, str]]:
        with database.reader() as session:
            rows = store.listing(session, POOLS, Page(), storage_id=storage_id).rows
        return {(row["freshness"], row["status"]) for row in rows}

    wait_until(lambda: shown() == {("unknown", "unknown")})
    database.dispose()
    asked = array.counters.by_endpoint["pools"]
    assert all(array.counters.by_endpoint["pools"] == asked for _ in during(1.5)), "an orphan"
    delfin.start()
    current(delfin, storage_id)
    states = "SELECT state FROM jobs WHERE kind = 'report' AND state IN ('queued', 'running')"
    assert len(stored.values(delfin.database, states)) <= 1


def test_what_was_read_while_the_database_was_away_is_shown_though_the_arrays_have_gone(
    start: Start, array: FakeStorage, tmp_path: Path
) -> None:
    """Five minutes and a minute's interval, sixty times as fast; nobody can be asked again."""
    with (
        throw_away_database("postgresql", tmp_path) as url,
        Link(make_url(url).port or 5432, to_host=make_url(url).host or "127.0.0.1") as link,
        Link(array.port) as way,
    ):
        behind = make_url(url).set(host="127.0.0.1", port=link.port)
        delfin = start(
            **QUICK,
            **PATIENT,
            OS_DATABASE__CONNECTION=behind.render_as_string(hide_password=False),
            # Both end long before the database is back.
            OS_JOBS__LEASE_TIME="1",
            OS_JOBS__DEADLINES="report:2",
        )
        grown, broken = (
            _register_at(delfin, array, way.port, serial) for serial in ("GROWN", "BROKEN")
        )
        for storage_id in (grown, broken):
            delfin.rest.synced(storage_id)
            current(delfin, storage_id)
        was_free = free(delfin, grown)
        # Each is in the middle of its first answer with the news when the database goes.
        array.faults.order("hang", "system")
        wait_until(lambda: array.counters.concurrent == 2)
        array.change_volumes("grow", 100)
        array.array("BROKEN").health = "FAILED"
        wanted = _free_at(array, "GROWN")
        assert wanted != was_free
        array.faults.order("drip", "pools", serial="GROWN", interval=60)
        array.faults.order("drip", "system", serial="BROKEN", interval=60)
        asked = dict(array.counters.by_endpoint)
        array.faults.clear("hang")
        wait_until(lambda: array.counters.by_endpoint["pools"] > asked["pools"])
        wait_until(lambda: array.counters.concurrent == 2)
        link.down()
        array.faults.clear()
        wait_until(lambda: array.counters.concurrent == 0)
        way.down()
        for _ in during(5):
            pass
        link.up()
        wait_until(lambda: _free_now(delfin, grown) == wanted)
        wait_until(lambda: delfin.rest.storage(broken)["status"] == "abnormal")
        # Both are out of reach now, and that is told once.
        for storage_id in (grown, broken):
            wait_until(lambda one=storage_id: report(delfin, one)["stopped_at"])  # type: ignore[misc] # bound now
        assert free(delfin, grown) == wanted
        assert {pool["freshness"] for pool in delfin.rest.rows(POOLS, grown)} == {"stale"}
        assert delfin.rest.storage(broken)["status"] == "abnormal"
        assert alerts(delfin, "delfin.reports_stopped") == ["open", "open"]
        delfin.close()


def _register_at(delfin: Delfin, array: FakeStorage, port: int, serial: str) -> str:
    body = access(array, serial=serial, volumes="20")
    body["rest"]["port"] = port
    return str(delfin.rest.post("/v1/storages", body).json["id"])


def _free_at(array: FakeStorage, serial: str) -> int:
    """What the array itself says now."""
    pools = array.array(serial).snapshot.page("pools", 0, 100)
    return sum((one["space"]["size_mib"] - one["space"]["used_mib"]) * 2**20 for one in pools)


def _free_now(delfin: Delfin, storage_id: str) -> int | None:
    answer = delfin.rest.send("GET", f"/v1/storage-pools?storage_id={storage_id}", checked=False)
    if answer.status != 200:
        return None
    return int(sum(pool["free_capacity"] for pool in answer.json["storage_pools"]))
