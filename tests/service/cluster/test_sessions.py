"""Sessions with arrays over three nodes: few, prompt, and none left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from delfin.testing.simulated.array import SimulatedArray
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import LEASE, POLL, Cluster
from tests.service.cluster.daemon import Daemon
from tests.service.cluster.link import Link
from tests.service.standalone.rest import PASSWORD, access
from tests.waiting import during, wait_until

pytestmark = pytest.mark.service

OTHER = "An0ther-d00r-of-the-array"
# Seconds of a pace that is minutes otherwise.
PACE = 1.0
_QUICK = {
    "OS_STORAGE_DRIVER__UNREACHABLE_INTERVAL": str(PACE),
    "OS_STORAGE_DRIVER__SESSION_LIMIT_INTERVAL": str(PACE),
    "OS_STORAGE_DRIVER__OFFLINE_AFTER": "3",
}


def nodes(cluster: Cluster, tasks: int, **settings: str) -> tuple[Daemon, list[Daemon]]:
    """The API on node a, and task services on as many nodes; all ready."""
    chosen = {**_QUICK, **settings}
    api = cluster.api("a", **chosen)
    started = [cluster.task(node, **chosen) for node in "abc"[:tasks]]
    for daemon in (api, *started):
        daemon.until_ready()
    return api, started


@contextlib.contextmanager
def watched(array: FakeStorage) -> Iterator[Counter[str]]:
    """The most sessions that each serial number had open at a time."""
    most: Counter[str] = Counter()
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.003):
            now = Counter(session.tag for session in list(array.sessions._open.values()))
            for serial, number in now.items():
                most[serial] = max(most[serial], number)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()


def alerts(cluster: Cluster, storage_id: str) -> list[tuple[str, str]]:
    query = "SELECT alert_id, state FROM alerts WHERE storage_id = :id"
    return [tuple(row) for row in cluster.rows(query, id=storage_id)]


def holder(cluster: Cluster, storage_id: str) -> int | None:
    """The process that has the storage's session."""
    query = "SELECT process FROM sessions WHERE storage_id = :id AND tier = 'task'"
    return next(iter(cluster.values(query, id=storage_id)), None)


def put(api: Daemon, array: FakeStorage, storage_id: str, password: str) -> None:
    block = {"rest": {**access(array)["rest"], "password": password}}
    answer = api.rest.put(f"/v1/storages/{storage_id}/access-info", block)
    assert answer.status == 200, answer


def test_while_all_nodes_are_busy_no_array_sees_more_sessions_than_it_may(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, _ = nodes(cluster, 3)
    ids = [api.rest.register(array, serial=f"BUSY{number}") for number in range(3)]
    for storage_id in ids:
        api.rest.synced(storage_id)
    syncs = 0
    with watched(array) as most:
        for _ in during(60):
            asked = [api.rest.post(f"/v1/storages/{storage_id}/sync") for storage_id in ids]
            syncs += sum(reply.status == 202 for reply in asked)
            if syncs % 4 == 0:
                api.rest.post(f"/v1/storages/{ids[0]}/access-info/check")
            if syncs > 9:
                break
    assert syncs > 9
    # One of the task services, and one of the API services while it needs it.
    assert most
    assert most["BUSY0"] <= 2
    assert (most["BUSY1"], most["BUSY2"]) == (1, 1)
    for storage_id in ids:
        listed = api.rest.get(f"/v1/storages/{storage_id}/sessions").json["sessions"]
        assert len([row for row in listed if row["tier"] == "task"]) <= 1


def test_when_the_owner_is_killed_others_go_on_with_one_new_login(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, _ = nodes(cluster, 3)
    storage_id = api.rest.register(array, serial="KILL1")
    api.rest.synced(storage_id)
    pid = holder(cluster, storage_id)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    array.reset_counters()
    began = time.monotonic()
    assert api.rest.sync(storage_id)["last_sync"]["result"] == "done"
    assert time.monotonic() - began < 30
    assert array.sessions.logins == 1
    assert holder(cluster, storage_id) not in {None, pid}


def test_each_process_that_is_stopped_logs_out_and_loses_no_job(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, tasks = nodes(cluster, 3)
    ids = [api.rest.register(array, serial=f"STOP{number}") for number in range(6)]
    for storage_id in ids:
        api.rest.synced(storage_id)
    for task in tasks[:-1]:
        assert api.rest.post("/v1/storages/sync").status == 202
        workers = task.workers
        status, _ = task.stop()
        assert status == 0
        left = set(cluster.values("SELECT process FROM sessions WHERE tier = 'task'"))
        assert not left & workers
        for storage_id in ids:
            assert api.rest.synced(storage_id)["last_sync"]["result"] == "done"
    tasks[-1].stop()
    api.stop()
    assert array.sessions.open == 0
    assert cluster.values("SELECT storage_id FROM sessions") == []


def test_a_node_that_hears_nothing_uses_only_the_new_session_after_an_update(
    cluster: Cluster, array: FakeStorage
) -> None:
    with (
        Link(int(cluster.redis.address.rpartition(":")[2])) as redis,
        Link(cluster.bus.port) as bus,
    ):
        deaf = {
            **_QUICK,
            "OS_COORDINATION__BACKEND_SERVER": f"127.0.0.1:{redis.port}",
            "OS_DEFAULT__TRANSPORT_URL": f"rabbit://guest:guest@127.0.0.1:{bus.port}//",
        }
        api, task = cluster.api("a", **_QUICK), cluster.task("b", **deaf)
        api.until_ready()
        task.until_ready()
        storage_id = api.rest.register(array, serial="DEAF1")
        api.rest.synced(storage_id)
        (old,) = array.sessions._open
        redis.down()
        bus.down()
        # Who is signed in stays so: ending it is left to delfin.
        array.sessions._password = OTHER
        put(api, array, storage_id, OTHER)
        began = time.monotonic()
        wait_until(lambda: old not in array.sessions._open)
        assert time.monotonic() - began < LEASE + POLL
        assert api.rest.sync(storage_id)["last_sync"]["result"] == "done"
        assert array.sessions.failed_logins == 0
        assert array.sessions.open == 1
        task.kill()


def test_an_array_without_a_free_session_is_asked_once_in_an_interval(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, tasks = nodes(cluster, 3)
    storage_id = api.rest.register(array, serial="FULL1")
    api.rest.synced(storage_id)
    array.sessions.limit = 0
    array.sessions.expire_all()
    array.reset_counters()
    began = time.monotonic()
    api.rest.post(f"/v1/storages/{storage_id}/sync")
    wait_until(lambda: api.rest.storage(storage_id)["access"]["state"] == "session_limit")
    for _ in during(4):
        api.rest.post(f"/v1/storages/{storage_id}/sync")
        api.rest.post(f"/v1/storages/{storage_id}/access-info/check")
    # The driver's own login, when its session has expired, is one more.
    longest = time.monotonic() - began
    assert 1 <= array.sessions.refused_logins <= longest / PACE + 2
    assert alerts(cluster, storage_id) == [("delfin.session_limit", "open")]
    array.sessions.limit = 64
    wait_until(lambda: api.rest.storage(storage_id)["access"]["state"] == "ok")
    api.rest.until(storage_id, "done")
    assert alerts(cluster, storage_id) == [("delfin.session_limit", "cleared")]
    assert tasks


def test_an_array_that_restarts_is_offline_and_comes_back_by_itself(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, _ = nodes(cluster, 2)
    storage_id = api.rest.register(array, serial="BOOT1")
    api.rest.synced(storage_id)
    healthy = api.rest.storage(storage_id)["status"]
    array.close()
    api.rest.post(f"/v1/storages/{storage_id}/sync")
    wait_until(lambda: api.rest.storage(storage_id)["status"] == "offline")
    shown = api.rest.storage(storage_id)["access"]
    assert (shown["state"], shown["error_code"]) == ("unreachable", "InvalidIpOrPort")
    assert alerts(cluster, storage_id) == [("delfin.array_unreachable", "open")]
    with FakeStorage(port=array.port, password=PASSWORD) as restarted:
        wait_until(lambda: api.rest.storage(storage_id)["status"] == healthy)
        assert api.rest.storage(storage_id)["access"]["state"] == "ok"
        api.rest.until(storage_id, "done")
        assert restarted.sessions.logins == 1
    assert alerts(cluster, storage_id) == [("delfin.array_unreachable", "cleared")]


def test_registrations_do_not_wait_for_one_that_hangs(cluster: Cluster, array: FakeStorage) -> None:
    api, _ = nodes(cluster, 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        body = access(array, serial="HANG1")
        body["rest"]["port"] = silent.getsockname()[1]
        answers: list[Any] = []
        hanging = threading.Thread(
            target=lambda: answers.append(api.rest.send("POST", "/v1/storages", body))
        )
        hanging.start()
        meanwhile = 0
        for number in range(20):
            began = time.monotonic()
            api.rest.register(array, serial=f"QUICK{number}", volumes="1")
            # The driver waits ten seconds for an answer.
            assert time.monotonic() - began < 6
            meanwhile += not answers
        assert meanwhile
        hanging.join(60)
        assert answers[0].status >= 400


def test_a_bad_password_is_tried_twice_by_all_nodes_together(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, _ = nodes(cluster, 3)
    storage_id = api.rest.register(array, serial="WRONG1")
    api.rest.synced(storage_id)
    goes_bad(cluster, api, array, storage_id, lambda: put(api, array, storage_id, OTHER))


def goes_bad(
    cluster: Cluster,
    api: Daemon,
    array: SimulatedArray,
    storage_id: str,
    renew: Callable[[], None],
) -> None:
    """What comes of another password at the array, until 'renew' tells delfin of it."""
    array.sessions.change_password(OTHER)
    array.reset_counters()
    for _ in range(4):
        last = api.rest.sync(storage_id)["last_sync"]
        assert last["error_code"] == "InvalidUsernameOrPassword"
        api.rest.post(f"/v1/storages/{storage_id}/access-info/check")
    assert array.sessions.failed_logins == 2
    assert alerts(cluster, storage_id) == [("delfin.access_failed", "open")]
    renew()
    api.rest.until(storage_id, "done")
    assert alerts(cluster, storage_id) == [("delfin.access_failed", "cleared")]
    assert array.sessions.failed_logins == 2
