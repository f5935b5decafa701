"""The list of processes: who is there, what each does, who has died."""

from __future__ import annotations

import os
import signal
from typing import Any
from uuid import uuid4

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import Cluster
from tests.service.cluster.daemon import Daemon
from tests.service.cluster.stocked import stock
from tests.waiting import wait_until

pytestmark = pytest.mark.service


def rows(api: Daemon, query: str = "") -> list[dict[str, Any]]:
    return list(api.rest.get(f"/v1/services?{query}").json["services"])


@pytest.mark.parametrize(
    "cluster", ["postgresql", pytest.param("mariadb", marks=pytest.mark.long)], indirect=True
)
def test_each_process_is_listed_with_its_share(cluster: Cluster, array: FakeStorage) -> None:
    two = {"OS_DEFAULT__TASK_WORKERS": "2"}
    api, tasks = cluster.api("a"), [cluster.task("a", **two), cluster.task("b", **two)]
    alert = cluster.alert("b")
    for daemon in (api, *tasks, alert):
        daemon.until_ready()
    stock(cluster, array, [f"SHARE{number}" for number in range(40)])

    def shares() -> list[int]:
        return [row["owned_storages"] for row in rows(api, "process=delfin-task")]

    wait_until(lambda: len(shares()) == 4 and sum(shares()) == 40)
    assert all(shares())
    listed = rows(api, "state=up")
    pids = {pid for daemon in (api, *tasks, alert) for pid in daemon.workers}
    assert {row["pid"] for row in listed} == pids
    # Four workers on one host, two of them in each of two state folders.
    numbers = sorted(row["worker"] for row in listed if row["process"] == "delfin-task")
    assert numbers == [0, 0, 1, 1]
    assert {row["memory"] > 2**24 for row in listed} == {True}

    victim = next(row for row in listed if row["pid"] in tasks[0].workers)
    os.kill(victim["pid"], signal.SIGKILL)
    path = f"/v1/services/{victim['id']}"
    wait_until(lambda: api.rest.get(path).json["state"] == "down")
    (successor,) = wait_until(
        lambda: [
            row
            for row in rows(api, "process=delfin-task&state=up")
            if row["pid"] in tasks[0].workers and row["worker"] == victim["worker"]
        ]
    )
    assert successor["id"] != victim["id"]
    gone = {row["id"] for row in listed if row["pid"] in tasks[1].workers}
    tasks[1].stop()
    assert not gone & {row["id"] for row in rows(api)}


def test_messages_that_are_none_of_ours_are_refused_and_counted(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, task = cluster.api("a"), cluster.task("a")
    for daemon in (api, task):
        daemon.until_ready()
    storage_id = api.rest.register(array, serial="KNOWN1")
    api.rest.synced(storage_id)
    for text in ("nonsense", "0 not-a-storage", f"0 {uuid4()}", f"0 {storage_id}"):
        with cluster.redis.client() as client:
            assert client.publish("delfin:0:eviction", text) == 2
    found = "process=delfin-task"
    wait_until(lambda: [row["refused_messages"] for row in rows(api, found)] == [3])
    wait_until(lambda: array.sessions.open == 0)
    assert task.missing() == {}
