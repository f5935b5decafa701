"""Whoever is killed with `kill -9`: others finish the work, and it is done once."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.busy import BUSY, some
from tests.service.cluster.cluster import LEASE, POLL, Cluster
from tests.service.cluster.daemon import Daemon
from tests.service.cluster.stocked import stock
from tests.service.cluster.told import told
from tests.service.standalone.rest import access
from tests.waiting import wait_until

pytestmark = [pytest.mark.service, BUSY]

MANY = 3000
# The end of the lease, a look into the queue, and the synchronisation itself.
SOON = LEASE + POLL + 10
DRIVERS = Path(__file__).parent / "poison"


@pytest.mark.parametrize("what", ["worker", "daemon"])
def test_in_the_middle_of_a_synchronisation_another_finishes_it(
    cluster: Cluster, array: FakeStorage, what: str
) -> None:
    api, tasks = cluster.api("a"), [cluster.task("a"), cluster.task("b")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    array.faults.order("drip", "volumes", chunk=4096, interval=0.05)
    storage_id = api.rest.register(array, serial="CUT1", volumes=str(MANY))
    wait_until(lambda: array.counters.by_endpoint["volumes"] >= 2)
    pid = cluster.runner(storage_id)
    (victim,) = [task for task in tasks if pid in task.workers]
    began = time.monotonic()
    if what == "daemon":
        victim.kill()
    else:
        os.kill(pid, signal.SIGKILL)
    array.faults.clear()
    storage = api.rest.until(storage_id, "done")
    assert time.monotonic() - began < SOON
    assert storage["sync_status"] == "SYNCED"
    assert cluster.jobs(storage_id) == [("done", 2, 1)]
    assert cluster.natives(storage_id) == told(array, "CUT1")
    if what == "worker":
        wait_until(lambda: len(victim.workers) == 1 and pid not in victim.workers)
        victim.until_ready()


@some(40, 100)
def test_all_jobs_are_done_although_workers_are_killed(
    cluster: Cluster, array: FakeStorage, number: int
) -> None:
    # A job that is met by chance three times must not be taken for the killer.
    tough = {"OS_JOBS__CRASH_LIMIT": "100", "OS_DEFAULT__TASK_WORKERS": "2"}
    tough["OS_DEFAULT__DEBUG"] = "false"
    api, tasks = cluster.api("a"), [cluster.task(node, **tough) for node in ("a", "b")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    # Dead workers cannot log out.
    array.sessions.limit = 1000
    serials = [f"MANY{index}" for index in range(number)]
    ids = stock(cluster, array, serials)
    assert api.rest.post("/v1/storages/sync").status == 202
    dice = random.Random(20261120)  # noqa: S311 - the same victims each time
    for share in (0.1, 0.3, 0.5, 0.7):
        wait_until(lambda: done(cluster) >= share * number, 120)  # noqa: B023 - awaited here
        victim: Daemon = dice.choice(tasks)
        os.kill(dice.choice(sorted(wait_until(lambda: victim.workers))), signal.SIGKILL)  # noqa: B023 - likewise
    wait_until(lambda: done(cluster) == len(ids), 120)
    for storage_id, serial in zip(ids, serials, strict=True):
        assert cluster.natives(storage_id) == told(array, serial)
    assert cluster.values("SELECT max(crashes) FROM jobs") > [0], "killed too late"


def done(cluster: Cluster) -> int:
    (number,) = cluster.values("SELECT count(*) FROM jobs WHERE state = 'done'")
    return int(number)


def test_a_job_that_kills_its_worker_is_parked_and_the_others_go_on(
    cluster: Cluster, array: FakeStorage
) -> None:
    driver = {"PYTHONPATH": str(DRIVERS), "OS_JOBS__LEASE_TIME": "1.5"}
    api = cluster.api("a", **driver)
    tasks = [cluster.task(node, **driver) for node in ("a", "b")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    body = {**access(array, serial="POISON1"), "vendor": "poison", "model": "poison"}
    made = api.rest.post("/v1/storages", body)
    assert made.status == 201, made
    poison_id = made.json["id"]
    (job,) = wait_until(lambda: api.rest.jobs_in("parked"), 60)
    assert (job["storage_id"], job["crashes"], job["attempt"]) == (poison_id, 3, 3)
    for task in tasks:
        wait_until(lambda task=task: task.workers)  # type: ignore[misc] # bound now
        task.until_ready()
    healthy = [api.rest.register(array, serial=f"HEALTHY{number}") for number in range(4)]
    for storage_id in healthy:
        api.rest.synced(storage_id)
        assert cluster.jobs(storage_id) == [("done", 1, 0)]
    assert cluster.jobs(poison_id) == [("parked", 3, 3)]
