"""Collections over several nodes: one that dies leaves no hole, one array that hangs delays no other."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from delfin.db.metrics_config import CONFIGS
from delfin.db.session import Database
from delfin.drivers.capabilities import understood
from delfin.drivers.fake_storage.driver import FakeStorageDriver
from delfin.jobs.board import JobBoard
from delfin.jobs.collection_timers import put_in_force
from delfin.jobs.queue import JobQueue
from delfin.jobs.timetable import Timetable
from delfin.telemetry.policy import Able, Own, replace_own, settle
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.conftest import make_conf
from tests.service.cluster.busy import BUSY, some
from tests.service.cluster.cluster import Cluster
from tests.service.cluster.stocked import stock
from tests.service.standalone.rest import PASSWORD
from tests.waiting import during, wait_until

pytestmark = [pytest.mark.service, BUSY]

# How much faster the clock of the arrays runs: they measure once a minute.
FASTER = 20
# Seconds.
INTERVAL = 5
SOON = 30
READY = 10
TURNS = 2
ON_TIME = 0.97
_OFTEN = {
    "OS_TELEMETRY__PERFORMANCE_COLLECTION_INTERVAL": "60",
    "OS_JOBS__DEADLINES": "collect:600",
}


@pytest.fixture
def fast() -> Iterator[FakeStorage]:
    began, moment = time.time_ns() // 1_000_000, time.monotonic()
    with FakeStorage(
        password=PASSWORD,
        clock_ms=lambda: began + int((time.monotonic() - moment) * 1000 * FASTER),
    ) as started:
        yield started


def often(cluster: Cluster, ids: Sequence[str], interval: int, *types: str) -> None:
    """Collect each of them so often, which is oftener than a request may ask for."""
    url = cluster.engine.url.render_as_string(hide_password=False)
    conf = make_conf(cluster.keys.parent, url)
    database = Database(conf)
    timetable = Timetable(database, JobBoard(JobQueue(database, conf), conf), conf)
    able = Able.of(understood(FakeStorageDriver.get_capabilities(None), None), conf)
    own = Own(interval, able.historic, dict.fromkeys(types) or None)
    with database.writer() as session:
        for storage_id in ids:
            settings = settle(session, storage_id, able)
            replace_own(session, settings, CONFIGS, [own])
            put_in_force(session, conf, timetable, storage_id)
    database.dispose()


def states(cluster: Cluster) -> dict[str, dict[str, Any]]:
    """How the collection of each storage stands."""
    query = "SELECT storage_id, kinds, last_success FROM collection_states"
    return {
        row[0]: {"kinds": json.loads(row[1]), "success": row[2] or 0} for row in cluster.rows(query)
    }


def test_a_killed_nodes_collections_run_elsewhere_and_leave_no_hole(
    cluster: Cluster, fast: FakeStorage
) -> None:
    ids = stock(cluster, fast, [f"COLLECT{number}" for number in range(8)])
    often(cluster, ids, INTERVAL)
    tasks = [cluster.task(node, **_OFTEN) for node in ("a", "b")]
    for task in tasks:
        task.until_ready()
    wait_until(lambda: len(states(cluster)) == len(ids), 60)
    wait_until(lambda: all(one["success"] for one in states(cluster).values()), 60)
    wait_until(lambda: cluster.members() == tasks[0].workers | tasks[1].workers)
    assert len(set(cluster.owners(ids).values())) == len(tasks)
    tasks[0].kill()
    killed = time.time_ns() // 1_000_000
    wait_until(lambda: all(one["success"] > killed for one in states(cluster).values()), SOON)

    def is_whole() -> bool:
        kinds = [kind for one in states(cluster).values() for kind in one["kinds"].values()]
        return bool(kinds) and not any(kind["missing"] for kind in kinds)

    wait_until(is_whole, 60)
    assert not cluster.rows("SELECT * FROM collection_gaps")
    assert not cluster.rows("SELECT * FROM jobs WHERE state = 'parked'")


@some(12, 49)
def test_one_array_that_hangs_delays_no_other(
    cluster: Cluster, array: FakeStorage, number: int
) -> None:
    array.faults.order("hang", "statistics", serial="HANGS")
    interval = 2 * INTERVAL
    # What is read afterwards would measure the machine.
    settings = {**_OFTEN, **cluster.at_full_speed, "OS_TELEMETRY__REFILL_TIME": "0"}
    (hung,) = stock(cluster, array, ["HANGS"])
    healthy = stock(cluster, array, [f"WELL{index}" for index in range(number)])
    often(cluster, [hung, *healthy], interval, "volume")
    tasks = [cluster.task(node, **settings) for node in ("a", "b")]
    wait_until(lambda: all(task.missing() == {} for task in tasks), READY)
    wait_until(lambda: set(states(cluster)) >= set(healthy), 90)
    before = done(cluster)
    # Those of one moment are read one after the other, which takes a busy machine a while.
    for _ in during(interval * (TURNS + 0.5), pause=0.1):
        pass
    after = done(cluster)
    met = sum(min(TURNS, after.get(one, 0) - before.get(one, 0)) for one in healthy)
    assert met >= ON_TIME * TURNS * len(healthy)
    assert after.get(hung, 0) == before.get(hung, 0)
    array.faults.clear()


def done(cluster: Cluster) -> dict[str, int]:
    """How often each was collected."""
    query = (
        "SELECT storage_id, count(*) FROM jobs WHERE kind = 'collect' AND state = 'done' "
        "GROUP BY storage_id"
    )
    return {row[0]: row[1] for row in cluster.rows(query)}
