"""SIGTERM and SIGHUP: no request is refused, no session stays, no work is lost."""

from __future__ import annotations

import signal
import threading

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.backend import chosen_backend
from tests.service.cluster.cluster import Cluster
from tests.waiting import wait_until

pytestmark = pytest.mark.service

SOON = 10.0
VOLUMES = 3000


def test_idle_daemons_end_soon_and_log_out(cluster: Cluster, array: FakeStorage) -> None:
    api, task = cluster.api("a"), cluster.task("a", OS_DEFAULT__TASK_WORKERS="2")
    api.until_ready()
    task.until_ready()
    for serial in ("IDLE1", "IDLE2", "IDLE3"):
        api.rest.synced(api.rest.register(array, serial=serial))
    assert array.sessions.open == 3
    for daemon in (task, api):
        status, seconds = daemon.stop()
        assert status == 0
        assert seconds < SOON, daemon.ending()
    assert array.sessions.open == 0
    assert cluster.members() == set(), "they have said that they leave"


@pytest.mark.parametrize("missing", ["nothing", "everything"])
def test_without_servers_they_end_soon_too(cluster: Cluster, missing: str) -> None:
    daemons = cluster.alert("a"), cluster.task("a"), cluster.api("a")
    if missing == "nothing":
        for daemon in daemons:
            daemon.until_ready()
    cluster.database.down()
    cluster.bus.down()
    cluster.redis.kill()
    for daemon in daemons:
        wait_until(lambda daemon=daemon: len(daemon.missing() or ()) == 3)  # type: ignore[misc] # bound now
    for daemon in daemons:
        status, seconds = daemon.stop()
        assert (daemon.name, status) == (daemon.name, 0)
        assert seconds < SOON, daemon.ending()


def test_during_a_synchronisation_the_job_is_handed_back(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, task = cluster.api("a"), cluster.task("b")
    api.until_ready()
    task.until_ready()
    array.faults.order("drip", "volumes", serial="BUSY1", chunk=16384, interval=0.02)
    storage_id = api.rest.register(array, serial="BUSY1", volumes=str(VOLUMES))
    wait_until(lambda: array.counters.by_endpoint["volumes"])
    status, seconds = task.stop()
    assert status == 0
    assert seconds < SOON, task.ending()
    assert cluster.jobs(storage_id) == [("queued", 0, 0)], "stopped too late"
    assert array.sessions.open == 0
    array.faults.clear()
    other = cluster.task("c")
    other.until_ready()
    assert api.rest.until(storage_id, "done")
    assert cluster.jobs(storage_id) == [("done", 1, 0)], "to be stopped in good order is no crash"
    assert len(cluster.natives(storage_id)) == VOLUMES


def test_a_reload_refuses_no_request(cluster: Cluster, array: FakeStorage) -> None:
    api, task = cluster.api("a", OS_DEFAULT__DELFIN_WORKERS="2"), cluster.task("a")
    api.until_ready()
    task.until_ready()
    storage_id = api.rest.register(array, serial="RELOAD1")
    api.rest.synced(storage_id)
    before = api.workers | task.workers
    statuses: list[object] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            try:
                statuses.append(api.rest.get("/v1/storages").status)
            except OSError as error:
                statuses.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for daemon in (api, task):
            daemon.send(signal.SIGHUP)
        if not chosen_backend():
            # Processes on eventlet read the options again where they are.
            wait_until(lambda: not before & (api.workers | task.workers))
        for daemon in (api, task):
            wait_until(lambda daemon=daemon: daemon.missing() == {}, 60)  # type: ignore[misc] # bound now
        assert api.rest.sync(storage_id)["last_sync"]["result"] == "done"
    finally:
        ended.set()
        asking.join(60)
    assert len(api.workers) == 2
    assert set(statuses) == {200}
    assert array.sessions.open == 1


def test_a_reload_takes_up_what_has_changed_and_loses_no_job(
    cluster: Cluster, array: FakeStorage
) -> None:
    api = cluster.api("a")
    changed = ("OS_DEFAULT__DEBUG", "OS_JOBS__POLL_INTERVAL")
    slow = "[DEFAULT]\ndebug = false\n[jobs]\npoll_interval = 600\n"
    task = cluster.configured_task("b", slow, without=changed)
    api.until_ready()
    task.until_ready()
    array.faults.order("drip", "volumes", serial="RELOAD2", chunk=16384, interval=0.02)
    storage_id = api.rest.register(array, serial="RELOAD2", volumes=str(VOLUMES))
    wait_until(lambda: array.counters.by_endpoint["volumes"])
    assert not task.says(" DEBUG ")
    task.configure("[DEFAULT]\ndebug = true\n[jobs]\npoll_interval = 0.5\n")
    task.send(signal.SIGHUP)
    wait_until(lambda: task.says(" DEBUG "))
    array.faults.clear()
    api.rest.until(storage_id, "done")
    assert cluster.jobs(storage_id) == [("done", 1, 0)]
    assert len(cluster.natives(storage_id)) == VOLUMES
    # Without a bell, work is found by looking for it.
    cluster.bus.down()
    assert api.rest.sync(storage_id)["last_sync"]["result"] == "done"
