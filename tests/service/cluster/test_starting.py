"""Daemons start whatever is missing, say what it is, and serve once it is there."""

from __future__ import annotations

import time

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import Cluster
from tests.service.cluster.daemon import Daemon
from tests.waiting import wait_until

pytestmark = pytest.mark.service

EVERYTHING = {"database", "message bus", "redis"}
LONGEST_ANSWER = 5.0


def until_missing(names: set[str], *daemons: Daemon) -> None:
    for daemon in daemons:
        wait_until(lambda daemon=daemon: set(daemon.missing() or ()) == names)  # type: ignore[misc] # bound now


def answers(api: Daemon, status: int) -> None:
    began = time.monotonic()
    reply = api.rest.get("/v1/storages")
    assert reply.status == status, reply
    assert time.monotonic() - began < LONGEST_ANSWER


def test_with_everything_missing_they_wait_for_one_after_the_other(
    cluster: Cluster, array: FakeStorage
) -> None:
    back = {
        "database": cluster.database.up,
        "message bus": cluster.bus.up,
        "redis": cluster.redis.start,
    }
    cluster.database.down()
    cluster.bus.down()
    cluster.redis.kill()
    api, task = cluster.api(), cluster.task()
    missing = set(EVERYTHING)
    until_missing(missing, api, task)
    for name in ("redis", "database", "message bus"):
        assert api.alive()
        assert task.alive()
        answers(api, 503 if "database" in missing else 200)
        back[name]()
        missing.discard(name)
        until_missing(missing, api, task)
    storage_id = api.rest.register(array, serial="LATE1")
    assert api.rest.synced(storage_id)["last_sync"]["result"] == "done"


def test_a_database_that_goes_away_delays_no_answer_and_comes_back(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, task = cluster.api(), cluster.task()
    api.until_ready()
    task.until_ready()
    storage_id = api.rest.register(array, serial="AWAY1")
    api.rest.synced(storage_id)
    cluster.database.down()
    for _ in range(3):
        answers(api, 503)
    assert api.alive()
    wait_until(lambda: "database" in (api.missing() or ()))
    wait_until(lambda: "database" in (task.missing() or ()))
    cluster.database.up()
    until_missing(set(), api, task)
    assert api.rest.sync(storage_id)["last_sync"]["result"] == "done"


def test_a_redis_server_that_says_nothing_delays_no_answer(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, task = cluster.api(), cluster.task()
    api.until_ready()
    task.until_ready()
    cluster.redis.freeze()
    began = time.monotonic()
    storage_id = api.rest.register(array, serial="FROZEN1")
    assert time.monotonic() - began < LONGEST_ANSWER
    until_missing({"redis"}, api, task)
    assert api.rest.synced(storage_id)["last_sync"]["result"] == "done"
    cluster.redis.thaw()
    until_missing(set(), api, task)
