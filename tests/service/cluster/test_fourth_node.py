"""A fourth node joins three that have a thousand arrays: few arrays move, and nobody runs twice."""

from __future__ import annotations

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.busy import BUSY
from tests.service.cluster.cluster import Cluster
from tests.service.cluster.stocked import stock
from tests.waiting import wait_until

pytestmark = [pytest.mark.service, BUSY]

ARRAYS = 1000
# So many of them are busy when the node joins.
ASKED = 40
LONGEST = 120.0
DONE = "SELECT count(*) FROM jobs WHERE state = 'done'"


def test_a_fourth_node_takes_its_share_and_no_job_is_run_twice(
    cluster: Cluster, array: FakeStorage
) -> None:
    fast = cluster.at_full_speed
    api, tasks = cluster.api("a", **fast), [cluster.task(node, **fast) for node in ("a", "b", "c")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    ids = stock(cluster, array, [f"FOUR{number}" for number in range(ARRAYS)])
    wait_until(lambda: len(cluster.members()) == 3)
    before = cluster.owners(ids)
    for storage_id in ids[:ASKED]:
        assert api.rest.post(f"/v1/storages/{storage_id}/sync").status == 202
    tasks.append(cluster.task("d", **fast))
    tasks[-1].until_ready()
    wait_until(lambda: len(cluster.members()) == 4)
    after = cluster.owners(ids)
    moved = [storage_id for storage_id in ids if before[storage_id] != after[storage_id]]
    (newcomer,) = set(after.values()) - set(before.values())
    assert {after[storage_id] for storage_id in moved} == {newcomer}
    assert 0 < len(moved) <= ARRAYS * (0.25 + 0.05)
    wait_until(lambda: cluster.values(DONE) == [ASKED], LONGEST)
    jobs = cluster.rows("SELECT storage_id, state, attempt FROM jobs")
    assert sorted(tuple(row) for row in jobs) == sorted((one, "done", 1) for one in ids[:ASKED])
    # Each reads its array once.
    assert array.counters.by_endpoint["system"] == ASKED
