"""The API has an array's owner ask it: one session, also when the owner dies, and no lost clear."""

from __future__ import annotations

import time

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import Cluster
from tests.waiting import wait_until

pytestmark = pytest.mark.service

_PATIENCE = {"OS_ARRAY_CALLS__SILENCE": "2", "OS_ARRAY_CALLS__TIMEOUT": "20"}
AT_ONCE = 3.0


def test_one_session_whoever_asks_and_a_clear_that_waits_for_somebody(
    cluster: Cluster, array: FakeStorage
) -> None:
    api = cluster.api("a", **_PATIENCE)
    tasks = {node: cluster.task(node, **_PATIENCE) for node in ("b", "c")}
    for daemon in (api, *tasks.values()):
        daemon.until_ready()
    wait_until(lambda: len(cluster.members()) == 2)
    storage_id = api.rest.register(array, serial="CALLS1", alerts="4")
    api.rest.synced(storage_id)
    path = f"/v1/storages/{storage_id}/alerts"

    def listed() -> list[int]:
        reply = api.rest.get(path)
        return (
            [one["sequence_number"] for one in reply.json["alerts"]] if reply.status == 200 else []
        )

    wait_until(lambda: api.rest.get(path).status == 200)
    logins = array.sessions.logins
    # Both task processes take calls from the bus; one of them passes on what the other owns.
    for _ in range(6):
        assert len(listed()) == 4
    assert api.rest.delete(f"{path}/{listed()[0]}").status == 200
    assert len(listed()) == 3
    assert array.sessions.logins == logins
    assert array.sessions.open == 1

    owner = cluster.values("SELECT process FROM sessions WHERE storage_id = :id", id=storage_id)
    (dead,) = [node for node, one in tasks.items() if one.workers & set(owner)]
    tasks.pop(dead).kill()
    number = wait_until(listed, 20)[0]

    (survivor,) = tasks.values()
    assert survivor.stop()[0] == 0
    asked = time.monotonic()
    refused = api.rest.get(path)
    assert (refused.status, refused.code) == (503, "TaskServiceUnavailable")
    assert time.monotonic() - asked < 10
    kept = api.rest.delete(f"{path}/{number}")
    assert kept.status == 202
    cluster.task("d", **_PATIENCE).until_ready()
    job = f"/v1/jobs/{kept.json['job_id']}"
    wait_until(lambda: api.rest.get(job).json["state"] == "done", 30)
    wait_until(lambda: len(listed()) == 2)


def test_without_the_bus_the_answer_is_prompt(cluster: Cluster, array: FakeStorage) -> None:
    api, task = cluster.api("a", **_PATIENCE), cluster.task("b", **_PATIENCE)
    for daemon in (api, task):
        daemon.until_ready()
    storage_id = api.rest.register(array, serial="CALLS2", alerts="4")
    api.rest.synced(storage_id)
    path = f"/v1/storages/{storage_id}/alerts"
    wait_until(lambda: api.rest.get(path).status == 200)
    cluster.bus.down()
    began = time.monotonic()
    assert api.rest.get(path).code == "TaskServiceUnavailable"
    assert time.monotonic() - began < AT_ONCE
    number = "1"
    began = time.monotonic()
    kept = api.rest.delete(f"{path}/{number}")
    assert time.monotonic() - began < AT_ONCE
    assert kept.status == 202
    job = f"/v1/jobs/{kept.json['job_id']}"
    # The poll finds it.
    wait_until(lambda: api.rest.get(job).json["state"] == "done", 30)
    cluster.bus.up()
    wait_until(lambda: len(api.rest.get(path).json.get("alerts", "")) == 3, 30)
