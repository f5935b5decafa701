"""RabbitMQ dies with `kill -9` while hundreds of jobs wait: every one is done, and once."""

from __future__ import annotations

import time

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.broker import Broker
from tests.service.cluster.busy import BUSY, some
from tests.service.cluster.cluster import Cluster
from tests.service.cluster.stocked import stock
from tests.waiting import wait_until

pytestmark = [pytest.mark.service, BUSY]

# Seconds; two processes share a busy machine with a broker that starts.
LONGEST = 240.0
AT_ONCE = 5.0
# Enough of an inventory for a job.
SOME = {"kinds": ["storage_pools"]}


@some(120, 500)
def test_queued_jobs_are_all_done_although_the_broker_is_killed(
    cluster: Cluster, broker: Broker, array: FakeStorage, number: int
) -> None:
    fast = cluster.at_full_speed
    api, tasks = cluster.api("a", **fast), [cluster.task(node, **fast) for node in ("a", "b")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    ids = stock(cluster, array, [f"RABBIT{index}" for index in range(number)])
    for storage_id in ids:
        assert api.rest.send("POST", f"/v1/storages/{storage_id}/sync", SOME).status == 202
    wait_until(lambda: ended(cluster) >= number // 50)
    broker.kill()
    cluster.bus.down()
    assert ended(cluster) < number, "the broker died too late for this story"
    wait_until(lambda: "message bus" in (api.missing() or ()))
    began = time.monotonic()
    assert api.rest.post(f"/v1/storages/{idle(cluster)}/sync").status == 202
    assert time.monotonic() - began < AT_ONCE
    broker.start()
    cluster.bus.up()
    wait_until(lambda: ended(cluster) > number and not unfinished(cluster), LONGEST)
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


def idle(cluster: Cluster) -> str:
    """A storage that has been synchronised."""
    query = "SELECT storage_id FROM jobs WHERE state = 'done' ORDER BY finished_at LIMIT 1"
    (found,) = cluster.values(query)
    return str(found)
