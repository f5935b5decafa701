"""RabbitMQ dies with `kill -9` while hundreds of jobs wait: every one is done, and once."""

from __future__ import annotations

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.broker import Broker
from tests.service.cluster.cluster import Cluster
from tests.service.cluster.stocked import stock
from tests.waiting import wait_until

pytestmark = pytest.mark.service

MANY = 500
# Seconds; two processes share a busy machine with a broker that starts.
LONGEST = 240.0


def test_five_hundred_queued_jobs_are_all_done_although_the_broker_is_killed(
    cluster: Cluster, broker: Broker, array: FakeStorage
) -> None:
    api, tasks = cluster.api("a"), [cluster.task("a"), cluster.task("b")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    ids = stock(cluster, array, [f"RABBIT{number}" for number in range(MANY)])
    assert api.rest.post("/v1/storages/sync").status == 202
    wait_until(lambda: ended(cluster) >= MANY // 20)
    broker.kill()
    cluster.bus.down()
    assert ended(cluster) < MANY, "the broker died too late for this story"
    wait_until(lambda: "message bus" in (api.missing() or ()))
    assert api.rest.post("/v1/storages/sync").status == 202
    broker.start()
    cluster.bus.up()
    wait_until(lambda: ended(cluster) >= MANY and not unfinished(cluster), LONGEST)
    by_storage = cluster.rows(
        "SELECT storage_id, min(state), max(state), max(attempt) FROM jobs GROUP BY storage_id"
    )
    assert {row.storage_id for row in by_storage} == set(ids)
    assert {tuple(row)[1:] for row in by_storage} == {("done", "done", 1)}
    for daemon in (api, *tasks):
        daemon.until_ready()


def ended(cluster: Cluster) -> int:
    (number,) = cluster.values("SELECT count(*) FROM jobs WHERE state = 'done'")
    return int(number)


def unfinished(cluster: Cluster) -> int:
    (number,) = cluster.values("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')")
    return int(number)
