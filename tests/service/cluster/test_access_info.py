"""New access information through one node: no process on any node goes on with the old one."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import Cluster
from tests.service.standalone.rest import PASSWORD, access
from tests.waiting import wait_until

pytestmark = pytest.mark.service

OTHER = "An0ther-d00r-of-the-array"
LONGEST_ANSWER = 5.0
# After the answer to the update.
NO_OLD_REQUEST = 5.0
NO_OLD_SESSION = 10.0


def rest_block(array: FakeStorage, password: str) -> dict[str, Any]:
    return {"rest": {**access(array)["rest"], "password": password}}


def test_every_process_drops_its_session(cluster: Cluster, array: FakeStorage) -> None:
    api, tasks = cluster.api("a"), [cluster.task("b"), cluster.task("c")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    storage_id = api.rest.register(array, serial="ALL1")
    api.rest.synced(storage_id)
    (job_id,) = cluster.values("SELECT id FROM jobs WHERE storage_id = :id", id=storage_id)
    (first,) = [task for task in tasks if task.says(f"job {job_id}: done")]
    # The other one has to do it, with a session of its own, once the lease of the first ends.
    first.send_all(signal.SIGSTOP)
    api.rest.sync(storage_id)
    first.send_all(signal.SIGCONT)
    # The one that could not renew its lease gives up what it had.
    wait_until(lambda: array.sessions.open == 1)
    array.reset_counters()
    path = f"/v1/storages/{storage_id}/access-info"
    assert api.rest.put(path, rest_block(array, PASSWORD)).status == 200
    wait_until(lambda: array.sessions.open == 0)
    assert array.sessions.logouts == 2, "the session, and the one that tried the new access"
    assert api.rest.sync(storage_id)["last_sync"]["result"] == "done"
    assert array.sessions.logins == 2


@pytest.mark.parametrize("redis_is", ["here", "away"])
def test_the_next_synchronisation_uses_the_new_password(
    cluster: Cluster, array: FakeStorage, redis_is: str
) -> None:
    api, task = cluster.api("a"), cluster.task("b")
    api.until_ready()
    task.until_ready()
    storage_id = api.rest.register(array, serial="PASS1")
    api.rest.synced(storage_id)
    # The array lets the old session live on, so that ending it is left to delfin.
    old = array.sessions.open
    assert old == 1
    array.sessions.change_password(OTHER, keep=True)
    array.reset_counters()
    if redis_is == "away":
        cluster.redis.kill()
    began = time.monotonic()
    path = f"/v1/storages/{storage_id}/access-info"
    assert api.rest.put(path, rest_block(array, OTHER)).status == 200
    assert time.monotonic() - began < LONGEST_ANSWER
    assert api.rest.sync(storage_id)["last_sync"]["result"] == "done"
    assert array.sessions.failed_logins == 0
    assert array.sessions.logins == 2, "one to validate, one for the session"
    wait_until(lambda: array.sessions.open == 1)
    assert array.sessions.logouts == 2, "the one that validated, and the old one"


def test_soon_nobody_uses_the_old_session_and_no_call_is_lost(
    cluster: Cluster, array: FakeStorage
) -> None:
    """Three nodes; one of them is in the middle of a listing."""
    api, tasks = cluster.api("a"), [cluster.task("b"), cluster.task("c")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    storage_id = api.rest.register(array, serial="SOON1", volumes="200")
    api.rest.synced(storage_id)
    array.faults.order("drip", "volumes", times=1, chunk=4096, interval=0.1)
    before = array.counters.by_endpoint["volumes"]
    assert api.rest.post(f"/v1/storages/{storage_id}/sync").status == 202
    wait_until(lambda: array.counters.by_endpoint["volumes"] > before)
    array.sessions.change_password(OTHER, keep=True)
    path = f"/v1/storages/{storage_id}/access-info"
    assert api.rest.put(path, rest_block(array, OTHER)).status == 200
    answered = time.monotonic()
    wait_until(lambda: array.sessions.open_by_generation().get(1) is None, NO_OLD_SESSION)
    assert api.rest.until(storage_id, "done")["last_sync"]["failed_kinds"] == []
    assert api.rest.sync(storage_id)["last_sync"]["result"] == "done"
    assert array.sessions.last_request[1] - answered < NO_OLD_REQUEST
    assert set(array.sessions.open_by_generation()) == {2}
    assert array.sessions.failed_logins == 0


def test_a_long_listing_is_not_waited_for_but_read_again(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, task = cluster.api("a"), cluster.task("b")
    api.until_ready()
    task.until_ready()
    storage_id = api.rest.register(array, serial="LONG1", volumes="4000")
    api.rest.synced(storage_id)
    # Four pages, a few seconds each.
    array.faults.order("drip", "volumes", times=4, chunk=8192, interval=0.1)
    before = array.counters.by_endpoint["volumes"]
    assert api.rest.post(f"/v1/storages/{storage_id}/sync").status == 202
    wait_until(lambda: array.counters.by_endpoint["volumes"] > before)
    array.sessions.change_password(OTHER, keep=True)
    path = f"/v1/storages/{storage_id}/access-info"
    assert api.rest.put(path, rest_block(array, OTHER)).status == 200
    answered = time.monotonic()
    wait_until(lambda: array.sessions.open_by_generation().get(1) is None, NO_OLD_SESSION)
    assert array.sessions.last_request[1] - answered < NO_OLD_REQUEST
    array.faults.clear()
    assert api.rest.until(storage_id, "done")["last_sync"]["failed_kinds"] == []
    assert len(cluster.natives(storage_id)) == 4000
    assert array.sessions.failed_logins == 0


@pytest.mark.parametrize("redis_is", ["here", "away"])
def test_of_two_updates_through_two_nodes_one_counts_and_one_is_told(
    cluster: Cluster, array: FakeStorage, redis_is: str
) -> None:
    apis = [cluster.api("a"), cluster.api("b")]
    for api in apis:
        api.until_ready()
    storage_id = apis[0].rest.register(array, serial="TWO1")
    if redis_is == "away":
        cluster.redis.kill()
    # Each login takes so long that the other one begins meanwhile.
    array.faults.order("drip", "system", times=2, chunk=64, interval=0.2)
    path = f"/v1/storages/{storage_id}/access-info"
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(api.rest.put, path, rest_block(array, PASSWORD)) for api in apis]
        answers = [one.result() for one in asked]
    assert sorted(answer.status for answer in answers) == [200, 400]
    assert [answer.code for answer in answers if answer.status == 400] == ["AccessInfoChanged"]
    assert cluster.values("SELECT generation FROM access_info") == [2]
    wait_until(lambda: array.sessions.open == 0)
