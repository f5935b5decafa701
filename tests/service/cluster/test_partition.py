"""The network drops every packet to the database without a word."""

from __future__ import annotations

import time

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import Cluster
from tests.service.cluster.island import island
from tests.waiting import wait_until

pytestmark = pytest.mark.service

LONGEST_ANSWER = 5.0


@pytest.mark.parametrize("cluster", ["postgresql", "mariadb"], indirect=True)
def test_requests_are_answered_in_time_and_all_goes_on_afterwards(
    cluster: Cluster, array: FakeStorage
) -> None:
    with island(cluster.database.port) as network:
        url = cluster.engine.url.set(host=network.host, port=network.port)
        there = {"OS_DATABASE__CONNECTION": url.render_as_string(hide_password=False)}
        api, task = cluster.api("a", **there), cluster.task("b", **there)
        api.until_ready()
        task.until_ready()
        storage_id = api.rest.register(array, serial="CUT1")
        api.rest.synced(storage_id)
        network.cut()
        for _ in range(3):
            began = time.monotonic()
            assert api.rest.get("/v1/storages").status == 503
            assert time.monotonic() - began < LONGEST_ANSWER
        for daemon in (api, task):
            wait_until(lambda daemon=daemon: "database" in (daemon.missing() or ()))  # type: ignore[misc] # bound now
        network.mend()
        for daemon in (api, task):
            daemon.until_ready()
        assert api.rest.sync(storage_id)["last_sync"]["result"] == "done"
        # What daemons hold open would outlive the network that it runs over.
        for daemon in (api, task):
            daemon.kill()
