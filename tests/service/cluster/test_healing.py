"""Redis forgets everything, a node is frozen: the cluster heals, and nothing is done twice."""

from __future__ import annotations

import signal

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import EXPIRATION, LEASE, POLL, Cluster
from tests.service.cluster.told import told
from tests.waiting import wait_until

pytestmark = pytest.mark.service

VOLUMES = 3000


def test_a_redis_server_that_restarts_empty(cluster: Cluster, array: FakeStorage) -> None:
    two = {"OS_DEFAULT__TASK_WORKERS": "2"}
    api, tasks = cluster.api("a"), [cluster.task(node, **two) for node in ("a", "b")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    workers = tasks[0].workers | tasks[1].workers
    wait_until(lambda: cluster.members() == workers)
    array.faults.order("drip", "volumes", serial="LONG1", chunk=4096, interval=0.05)
    long_id = api.rest.register(array, serial="LONG1", volumes=str(VOLUMES))
    wait_until(lambda: array.counters.by_endpoint["volumes"])
    cluster.redis.restart_empty()
    others = [api.rest.register(array, serial=f"OTHER{number}") for number in range(6)]
    wait_until(lambda: cluster.members() == workers, 2 * EXPIRATION)
    for storage_id in others:
        api.rest.synced(storage_id)
    for storage_id in others:
        api.rest.sync(storage_id)
    array.faults.clear()
    assert api.rest.until(long_id, "done")
    assert cluster.jobs(long_id) == [("done", 1, 0)]
    for storage_id in others:
        assert cluster.jobs(storage_id) == [("done", 1, 0)] * 2
    # One to register, and one for each synchronisation.
    assert array.counters.by_endpoint["system"] == 2 + 3 * len(others)


def test_a_frozen_node_writes_nothing_when_it_wakes_up(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, tasks = cluster.api("a"), [cluster.task("a"), cluster.task("b")]
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
    wait_until(lambda: cluster.jobs(storage_id) == [("running", 2, 1)], LEASE + POLL + 10)
    array.faults.clear()
    api.rest.until(storage_id, "done")
    wait_until(lambda: pid not in cluster.members(), 3 * EXPIRATION)
    # What the frozen one has read is old now.
    for action in ("rename", "remove", "add"):
        array.change_volumes(action, 30)
    api.rest.sync(storage_id)
    now = rows(cluster, storage_id)
    frozen.send_all(signal.SIGCONT)
    wait_until(lambda: frozen.says("was cancelled or given to another worker"), 60)
    wait_until(lambda: cluster.members() == workers)
    assert rows(cluster, storage_id) == now
    assert cluster.natives(storage_id) == told(array, "ICE1")
    assert cluster.jobs(storage_id) == [("done", 2, 1), ("done", 1, 0)]
    assert api.rest.sync(storage_id)["last_sync"]["result"] == "done"


def rows(cluster: Cluster, storage_id: str) -> list[tuple[object, ...]]:
    query = "SELECT native_volume_id, id, name, updated_at FROM volumes WHERE storage_id = :id"
    return sorted(tuple(row) for row in cluster.rows(query, id=storage_id))
