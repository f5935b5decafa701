"""A storage is removed while a process on another node reads it: no trace of it stays."""

from __future__ import annotations

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import Cluster
from tests.waiting import wait_until

pytestmark = pytest.mark.service


@pytest.mark.parametrize(("fault", "redis_is"), [("drip", "here"), ("hang", "away")])
def test_nothing_of_it_is_left_and_nobody_logs_in_again(
    cluster: Cluster, array: FakeStorage, fault: str, redis_is: str
) -> None:
    api, tasks = cluster.api("a"), [cluster.task("b"), cluster.task("c")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    array.faults.order(fault, "volumes", chunk=4096, interval=0.05)
    storage_id = api.rest.register(array, serial="GONE1", volumes="3000")
    wait_until(lambda: array.counters.by_endpoint["volumes"])
    logins = array.sessions.logins
    if redis_is == "away":
        cluster.redis.kill()
    assert api.rest.delete(f"/v1/storages/{storage_id}").status == 202
    assert api.rest.get(f"/v1/storages/{storage_id}").code == "StorageNotFound"
    wait_until(lambda: not cluster.naming(storage_id))
    array.faults.clear()
    api.rest.settled()
    wait_until(lambda: array.sessions.open == 0)
    assert cluster.naming(storage_id) == {}
    assert array.sessions.logins == logins
    assert not array.counters.by_endpoint["controllers"], "nothing more is asked of the array"
