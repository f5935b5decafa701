"""Arrays that hang hold their own place and nobody else's, and are given up in time."""

from __future__ import annotations

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.busy import BUSY
from tests.service.cluster.cluster import Cluster
from tests.service.cluster.stocked import stock
from tests.waiting import wait_until

pytestmark = [pytest.mark.service, BUSY]

TEN = range(10)


def test_ten_that_hang_leave_ten_healthy_ones_on_time(cluster: Cluster, array: FakeStorage) -> None:
    # No more places than are needed for the ten to hang and one to go on.
    room = {"OS_JOBS__WORKERS": "11", "OS_JOBS__URGENT_WORKERS": "0"}
    api, task = cluster.api("a"), cluster.task("a", **room)
    for daemon in (api, task):
        daemon.until_ready()
    hung_serials = [f"HUNG{number}" for number in TEN]
    for serial in hung_serials:
        array.faults.order("hang", "volumes", serial=serial)
    hung = stock(cluster, array, hung_serials)
    good = stock(cluster, array, [f"GOOD{number}" for number in TEN])
    for storage_id in (*hung, *good):
        assert api.rest.post(f"/v1/storages/{storage_id}/sync").status == 202
    for storage_id in good:
        assert api.rest.synced(storage_id)["last_sync"]["result"] == "done"
    running = {job["storage_id"] for job in api.rest.jobs_in("running")}
    assert running == set(hung), "each array holds one worker, and that for its deadline"
    (row,) = api.rest.get("/v1/services?process=delfin-task").json["services"]
    assert row["stuck_threads"] == 0
    array.faults.clear()
    for storage_id in hung:
        api.rest.until(storage_id, "done")


def test_a_worker_with_too_many_hung_threads_is_replaced_and_its_jobs_go_on(
    cluster: Cluster, array: FakeStorage
) -> None:
    strict = {"OS_JOBS__DEADLINES": "sync:5", "OS_WATCHDOG__STUCK_THREADS": "0"}
    strict["OS_WATCHDOG__STUCK_TIME"] = "60"
    api, task = cluster.api("a"), cluster.task("a", **strict)
    for daemon in (api, task):
        daemon.until_ready()
    before = wait_until(lambda: task.workers)
    array.faults.order("hang", "volumes", serial="HUNG1", times=1)
    storage_id = api.rest.register(array, serial="HUNG1")
    wait_until(lambda: api.rest.storage(storage_id)["last_sync"], 60)
    last = api.rest.storage(storage_id)["last_sync"]
    assert (last["result"], last["error_code"]) == ("failed", "JobDeadlineExceeded")
    wait_until(lambda: task.says("is to be replaced: 1 of its threads hang"), 60)
    wait_until(lambda: task.workers and not before & task.workers, 60)
    api.rest.until(storage_id, "done")
    ((_, attempts, crashes),) = cluster.jobs(storage_id)
    assert attempts >= 2
    assert crashes == 0
    task.until_ready()
