"""Schedules over several nodes: they run once whoever dies, and outlive everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import EXPIRATION, LEASE, POLL, Cluster
from tests.service.cluster.stocked import stock
from tests.service.standalone.rest import PASSWORD, access
from tests.waiting import wait_until

pytestmark = pytest.mark.service

LOW = -10
# The others miss the dead one, or its patience is over; then they look at the rows.
SOON = max(2 * EXPIRATION, LEASE) + POLL + 20


def passed(moment: datetime) -> Callable[[], bool]:
    return lambda: datetime.now(UTC) >= moment


def scheduled(cluster: Cluster, storage_id: str) -> list[tuple[str, int]]:
    """State and moment of start of the jobs that a schedule made, the oldest first."""
    query = (
        "SELECT state, started_at FROM jobs WHERE storage_id = :id AND priority = :low "
        "ORDER BY created_at"
    )
    return [tuple(row) for row in cluster.rows(query, id=storage_id, low=LOW)]


def test_a_schedule_for_a_moment_whose_node_dies_just_before_runs_once_on_another(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, tasks = cluster.api("a"), [cluster.task("a"), cluster.task("b")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    wait_until(lambda: cluster.members() == tasks[0].workers | tasks[1].workers)
    storage_id = api.rest.register(array, serial="MOMENT1")
    api.rest.synced(storage_id)
    owner, other = tasks
    # It is the owner's timer that has it: whoever took the last of two calm jobs.
    job_id = api.rest.sync(storage_id)["last_sync"]["job_id"]
    if other.says(f"job {job_id}: done"):
        owner, other = other, owner
    moment = datetime.now(UTC) + timedelta(seconds=5)
    sent = {"storage_id": storage_id, "at": moment.isoformat(), "resource_kinds": ["volumes"]}
    made = api.rest.post("/v1/schedules", sent)
    assert made.status == 201, made
    wait_until(passed(moment - timedelta(seconds=0.5)))
    owner.kill()
    wait_until(lambda: [state for state, _ in scheduled(cluster, storage_id)] == ["done"], SOON)
    ((_, started_at),) = scheduled(cluster, storage_id)
    assert started_at >= moment.timestamp() * 1000
    shown = api.rest.get(f"/v1/schedules/{made.json['id']}").json
    assert shown["next_due"] is None
    assert other.says(f"job {shown['last_job_id']}: done")
    # Nothing of it is left that the dead one could do when it is back.
    owner.start()
    owner.until_ready()
    api.rest.sync(storage_id)
    assert len(scheduled(cluster, storage_id)) == 1


@pytest.mark.parametrize(
    "cluster", ["postgresql", pytest.param("mariadb", marks=pytest.mark.long)], indirect=True
)
def test_schedules_survive_a_restart_of_everything(cluster: Cluster, array: FakeStorage) -> None:
    api, task = cluster.api("a"), cluster.task("a", OS_DEFAULT__TASK_WORKERS="2")
    for daemon in (api, task):
        daemon.until_ready()
    storage_id = api.rest.register(array, serial="RESTART1")
    api.rest.synced(storage_id)
    sent = {"interval": 2, "resource_kinds": ["volumes"], "storage_id": storage_id}
    made = api.rest.post("/v1/schedules", sent)
    assert made.status == 201, made
    wait_until(lambda: len(scheduled(cluster, storage_id)) >= 2)
    task.stop()
    while_down = datetime.now(UTC) + timedelta(seconds=1)
    late = {"at": while_down.isoformat(), "storage_id": storage_id, "priority": "high"}
    at_once = api.rest.post("/v1/schedules", late)
    assert at_once.status == 201, at_once
    api.stop()
    wait_until(passed(while_down))
    before = len(scheduled(cluster, storage_id))
    for daemon in (api, task):
        daemon.start()
    for daemon in (api, task):
        daemon.until_ready()

    def ran() -> dict[str, Any] | None:
        shown = dict(api.rest.get(f"/v1/schedules/{at_once.json['id']}").json)
        return shown if shown["last_run"] else None

    assert wait_until(ran, SOON)["next_due"] is None
    wait_until(lambda: len(scheduled(cluster, storage_id)) >= before + 2, SOON)
    listed = api.rest.get("/v1/schedules?trigger=interval&kind=sync").json["schedules"]
    assert [one["id"] for one in listed] == [made.json["id"]]


def test_a_registration_and_a_new_password_do_not_wait_behind_a_thousand_syncs(
    cluster: Cluster, array: FakeStorage
) -> None:
    api = cluster.api("a")
    task = cluster.task("a", OS_JOBS__WORKERS="4", OS_JOBS__URGENT_WORKERS="1")
    for daemon in (api, task):
        daemon.until_ready()
    with FakeStorage(password=PASSWORD) as slow:
        slow.faults.order("hang", "volumes")
        stock(cluster, slow, [f"SLOW{number}" for number in range(1000)])
        assert api.rest.post("/v1/storages/sync").status == 202
        wait_until(lambda: slow.counters.by_endpoint["volumes"] == 3)
        storage_id = api.rest.register(array, serial="URGENT1")
        assert api.rest.synced(storage_id)["last_sync"]["result"] == "done"
        changed = api.rest.put(
            f"/v1/storages/{storage_id}/access-info", {"rest": access(array)["rest"]}
        )
        assert changed.status == 200
        assert cluster.values("SELECT count(*) FROM jobs WHERE state = 'running'") == [3]
        assert len(api.rest.jobs_in("queued")) == 997
        task.kill()
