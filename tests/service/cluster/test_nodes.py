"""Whatever node is asked, and whatever node does the work: the answers are the same."""

from __future__ import annotations

import pytest

from delfin.inventory.block import VOLUMES
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import Cluster
from tests.service.cluster.told import told
from tests.waiting import wait_until

pytestmark = pytest.mark.service

# So long that no job starts by a look into the queue while a story waits for it.
NEVER = "100"


@pytest.mark.parametrize("cluster", ["postgresql", "mariadb"], indirect=True)
def test_registered_here_synchronised_there_listed_elsewhere(
    cluster: Cluster, array: FakeStorage
) -> None:
    here, elsewhere = cluster.api("a"), cluster.api("b")
    there = cluster.task("c")
    for daemon in (here, elsewhere, there):
        daemon.until_ready()
    storage_id = here.rest.register(array, serial="NODES1", volumes="1500")
    storage = elsewhere.rest.synced(storage_id)
    assert storage["last_sync"]["result"] == "done"
    rows = elsewhere.rest.rows(VOLUMES, storage_id)
    assert sorted(row["native_volume_id"] for row in rows) == told(array, "NODES1")
    assert rows == here.rest.rows(VOLUMES, storage_id)
    assert there.says(f"job {storage['last_sync']['job_id']}: done")
    assert here.rest.get("/v1/storages").json == elsewhere.rest.get("/v1/storages").json


def test_the_bell_reaches_every_worker_on_every_node(cluster: Cluster, array: FakeStorage) -> None:
    api = cluster.api("a")
    quiet = {"OS_JOBS__POLL_INTERVAL": NEVER, "OS_JOBS__LEASE_TIME": NEVER}
    tasks = [cluster.task(node, OS_DEFAULT__TASK_WORKERS="2", **quiet) for node in ("a", "b")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    workers = tasks[0].workers | tasks[1].workers
    wait_until(lambda: cluster.members() == workers)
    serials = [f"BELL{number}" for number in range(12)]
    ids = [api.rest.register(array, serial=serial, volumes="1") for serial in serials]
    for storage_id in ids:
        assert api.rest.synced(storage_id)["last_sync"]["result"] == "done"
    done = [all_done(task.log.read_text()) for task in tasks]
    assert all(done), "each node has its share"
    assert sum(done) == len(ids), "nothing ran twice"


def all_done(log: str) -> int:
    return sum(line.endswith(": done") for line in log.splitlines())
