"""Whoever reports is killed with `kill -9`: another node goes on, and with none left nobody guesses.

An interval is a second here instead of a minute.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from delfin.inventory.block import POOLS
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import EXPIRATION, LEASE, POLL, Cluster
from tests.service.cluster.daemon import Daemon
from tests.waiting import during, wait_until

pytestmark = pytest.mark.service

# Seconds for which a report counts.
COUNTS = 5
QUICK = {"OS_REPORTS__INTERVAL": "1", "OS_REPORTS__LEASE_INTERVALS": str(COUNTS)}
# The others miss the dead one and its lease ends; then they look at the rows.
SOON = max(2 * EXPIRATION, LEASE) + POLL + 20


def report(api: Daemon, storage_id: str) -> dict[str, Any]:
    return dict(api.rest.storage(storage_id)["report"])


def pools(api: Daemon, storage_id: str, *columns: str) -> set[tuple[Any, ...]]:
    """What the pools show in these columns."""
    return {tuple(row[name] for name in columns) for row in api.rest.rows(POOLS, storage_id)}


def test_a_killed_reporter_is_replaced_and_without_any_the_pools_are_unknown(
    cluster: Cluster, array: FakeStorage
) -> None:
    api = cluster.api("a", **QUICK)
    tasks = [cluster.task(node, **QUICK) for node in ("a", "b")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    storage_id = api.rest.register(array, serial="ORPHAN1", volumes="20")
    api.rest.synced(storage_id)
    wait_until(lambda: report(api, storage_id)["freshness"] == "current")
    # In the middle of a report.
    array.faults.order("hang", "pools", times=1)
    wait_until(lambda: array.counters.concurrent)
    pid = cluster.runner(storage_id)
    (victim,) = [task for task in tasks if pid in task.workers]
    (survivor,) = [task for task in tasks if task is not victim]
    before = pools(api, storage_id, "free_capacity")
    victim.kill()
    killed_at = datetime.now(UTC).replace(tzinfo=None)
    array.faults.clear()
    array.change_volumes("grow", 100)
    wait_until(lambda: pools(api, storage_id, "free_capacity") != before, SOON)
    assert datetime.fromisoformat(report(api, storage_id)["reported_at"]) > killed_at
    assert pools(api, storage_id, "freshness", "status") == {("current", "normal")}

    survivor.kill()
    last = datetime.fromisoformat(report(api, storage_id)["reported_at"])
    unknown = {("unknown", "unknown")}
    wait_until(lambda: pools(api, storage_id, "freshness", "status") == unknown, COUNTS + 5)
    assert report(api, storage_id)["freshness"] == "unknown"
    shown_after = datetime.now(UTC).replace(tzinfo=None) - last
    assert timedelta(seconds=COUNTS) < shown_after < timedelta(seconds=COUNTS + 5)
    asked = array.counters.requests
    assert all(array.counters.requests == asked for _ in during(2)), "an orphan"
    waiting = "SELECT count(*) FROM jobs WHERE kind = 'report' AND state IN ('queued', 'running')"
    assert cluster.values(waiting)[0] <= 1, "nothing piles up"
