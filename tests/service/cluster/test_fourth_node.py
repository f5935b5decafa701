"""A fourth node joins three that have a thousand arrays: few arrays move, and nobody runs twice."""

from __future__ import annotations

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.busy import BUSY, some
from tests.service.cluster.cluster import Cluster
from tests.service.cluster.stocked import stock
from tests.waiting import wait_until

pytestmark = [pytest.mark.service, BUSY]

ARRAYS = 1000
LONGEST = 120.0
DONE = "SELECT count(*) FROM jobs WHERE state = 'done'"


@some(40, 80)
def test_a_fourth_node_takes_its_share_and_no_job_is_run_twice(
    cluster: Cluster, array: FakeStorage, number: int
) -> None:
    fast = cluster.at_full_speed
    api, tasks = cluster.api("a", **fast), [cluster.task(node, **fast) for node in ("a", "b", "c")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    ids = stock(cluster, array, [f"FOUR{index}" for index in range(ARRAYS)])
    wait_until(lambda: len(cluster.members()) == 3)
    before = cluster.owners(ids)
    # So many are busy when the node joins.
    asked = ids[:number]
    for storage_id in asked:
        assert api.rest.post(f"/v1/storages/{storage_id}/sync").status == 202
    tasks.append(cluster.task("d", **fast))
    tasks[-1].until_ready()
    wait_until(lambda: len(cluster.members()) == 4)
    after = cluster.owners(ids)
    moved = [storage_id for storage_id in ids if before[storage_id] != after[storage_id]]
    (newcomer,) = set(after.values()) - set(before.values())
    assert {after[storage_id] for storage_id in moved} == {newcomer}
    assert 0 < len(moved) <= ARRAYS * (0.25 + 0.05)
    wait_until(lambda: cluster.values(DONE) == [number], LONGEST)
    jobs = cluster.rows("SELECT storage_id, state, attempt FROM jobs")
    assert sorted(tuple(row) for row in jobs) == sorted((one, "done", 1) for one in asked)
    # Each reads its array once.
    assert array.counters.by_endpoint["system"] == number
