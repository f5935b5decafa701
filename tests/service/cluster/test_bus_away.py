"""Without the message bus nobody waits and nothing is lost; it only takes a look into the queue."""

from __future__ import annotations

import time

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import Cluster
from tests.service.standalone.rest import Rest
from tests.waiting import wait_until

pytestmark = pytest.mark.service

AT_ONCE = 1.0
# So much later than a bell is heard that the two cannot be mistaken for one another.
LOOKS = {"OS_JOBS__POLL_INTERVAL": "4"}
RUNG_WITHIN_MS = 2500


def started_after(rest: Rest, storage_id: str) -> int:
    """Milliseconds from the request of a synchronisation to its start.

    It is asked for right after another one, when workers have just looked for work.
    """
    rest.sync(storage_id)
    asked = time.time_ns() // 1_000_000
    last = rest.sync(storage_id)["last_sync"]
    return int(rest.get(f"/v1/jobs/{last['job_id']}").json["started_at"]) - asked


def test_accepted_work_runs_and_the_bell_is_heard_again_when_it_is_back(
    cluster: Cluster, array: FakeStorage
) -> None:
    api, task = cluster.api("a"), cluster.task("b", **LOOKS)
    api.until_ready()
    task.until_ready()
    storage_id = api.rest.register(array, serial="BUS1")
    api.rest.synced(storage_id)
    assert started_after(api.rest, storage_id) < RUNG_WITHIN_MS
    cluster.bus.down()
    for daemon in (api, task):
        wait_until(lambda daemon=daemon: set(daemon.missing() or ()) == {"message bus"})  # type: ignore[misc] # bound now
    for number in range(2):
        began = time.monotonic()
        assert api.rest.post(f"/v1/storages/{storage_id}/sync").status == 202
        assert time.monotonic() - began < AT_ONCE
        began = time.monotonic()
        other_id = api.rest.register(array, serial=f"AWAY{number}")
        assert time.monotonic() - began < AT_ONCE
        assert api.rest.synced(other_id)["last_sync"]["result"] == "done"
        api.rest.synced(storage_id)
    cluster.bus.up()
    for daemon in (api, task):
        daemon.until_ready()
    wait_until(lambda: started_after(api.rest, storage_id) < RUNG_WITHIN_MS, 60)
