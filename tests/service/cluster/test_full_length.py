"""What other stories scale down, with the leases, looks and silences that operators get."""

from __future__ import annotations

import os
import signal
import time

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import Cluster
from tests.service.cluster.told import told
from tests.waiting import during, wait_until

pytestmark = [pytest.mark.service, pytest.mark.long, pytest.mark.timeout(900)]

AS_SHIPPED = {
    "OS_JOBS__POLL_INTERVAL": "5",
    "OS_JOBS__LEASE_TIME": "30",
    "OS_COORDINATION__BACKEND_EXPIRATION": "15",
}
VOLUMES = 3000
MINUTE = 60.0


def test_what_a_killed_worker_was_at_is_finished_elsewhere_within_a_minute(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, tasks = cluster.api("a"), [cluster.task(node, **AS_SHIPPED) for node in ("a", "b")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    array.faults.order("drip", "volumes", chunk=4096, interval=0.05)
    storage_id = api.rest.register(array, serial="KILL1", volumes=str(VOLUMES))
    wait_until(lambda: array.counters.by_endpoint["volumes"] >= 2)
    began = time.monotonic()
    os.kill(cluster.runner(storage_id), signal.SIGKILL)
    array.faults.clear()
    wait_until(lambda: cluster.jobs(storage_id) == [("done", 2, 1)], MINUTE)
    assert time.monotonic() - began < MINUTE
    assert cluster.natives(storage_id) == told(array, "KILL1")


def test_a_node_that_was_frozen_for_three_minutes_is_back_within_half_a_minute(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, tasks = cluster.api("a"), [cluster.task(node, **AS_SHIPPED) for node in ("a", "b")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    workers = tasks[0].workers | tasks[1].workers
    wait_until(lambda: cluster.members() == workers)
    array.faults.order("drip", "volumes", chunk=4096, interval=0.05)
    storage_id = api.rest.register(array, serial="ICE1", volumes=str(VOLUMES))
    wait_until(lambda: array.counters.by_endpoint["volumes"] >= 2)
    pid = cluster.runner(storage_id)
    (frozen,) = [task for task in tasks if pid in task.workers]
    frozen.send_all(signal.SIGSTOP)
    array.faults.clear()
    for _ in during(3 * MINUTE):
        pass
    assert cluster.jobs(storage_id) == [("done", 2, 1)]
    array.change_volumes("remove", 30)
    api.rest.sync(storage_id)
    before = cluster.natives(storage_id)
    frozen.send_all(signal.SIGCONT)
    wait_until(lambda: cluster.members() == workers, 30)
    frozen.until_ready()
    assert cluster.natives(storage_id) == before == told(array, "ICE1")
    assert cluster.jobs(storage_id) == [("done", 2, 1), ("done", 1, 0)]


@pytest.mark.parametrize("what", ["database", "bus"])
def test_a_server_that_is_away_for_a_minute_loses_nothing(
    cluster: Cluster, array: FakeStorage, what: str
) -> None:
    api, task = cluster.api("a"), cluster.task("b", **AS_SHIPPED)
    for daemon in (api, task):
        daemon.until_ready()
    ids = [api.rest.register(array, serial=f"GONE{number}") for number in range(5)]
    for storage_id in ids:
        api.rest.synced(storage_id)
    for storage_id in ids:
        assert api.rest.post(f"/v1/storages/{storage_id}/sync").status == 202
    link = cluster.database if what == "database" else cluster.bus
    link.down()
    for _ in during(MINUTE):
        began = time.monotonic()
        assert api.rest.get("/v1/storages").status == (503 if what == "database" else 200)
        assert time.monotonic() - began < 5
    link.up()
    for daemon in (api, task):
        daemon.until_ready()
    wait_until(lambda: not api.rest.jobs_in("queued") + api.rest.jobs_in("running"), 90)
    for storage_id in ids:
        assert [state for state, *_ in cluster.jobs(storage_id)] == ["done", "done"]
