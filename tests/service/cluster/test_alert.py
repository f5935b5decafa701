"""delfin-alert hears of what happens to storages like every other process."""

from __future__ import annotations

from pathlib import Path

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.cluster.cluster import Cluster
from tests.service.standalone.rest import access
from tests.waiting import wait_until

pytestmark = pytest.mark.service

CHANNEL = "delfin:0:eviction"
SCRIPT = Path(__file__).parent / "alert_with_sessions.py"


@pytest.mark.parametrize("over", ["redis", "bus"])
def test_it_drops_its_drivers_on_an_update_and_on_a_removal(
    cluster: Cluster, array: FakeStorage, over: str
) -> None:
    how = {"OS_COORDINATION__BACKEND_TYPE": "redis" if over == "redis" else "file"}
    api, alert = cluster.api("a", **how), cluster.alert("b", SCRIPT, **how)
    for daemon in (api, alert):
        daemon.until_ready()
    if over == "redis":
        wait_until(lambda: cluster.members("delfin-alert") == alert.workers)
        with cluster.redis.client() as client:
            wait_until(lambda: client.pubsub_numsub(CHANNEL) == [(CHANNEL.encode(), 2)])
    else:
        # When it begins to listen, it lets go of everything.
        wait_until(lambda: alert.says("Evictions are heard over the bus"))
    updated, removed = (api.rest.register(array, serial=serial) for serial in ("UP1", "GO1"))
    wait_until(lambda: array.sessions.open == 2)
    found = f"/v1/services?process={alert.name}"
    wait_until(lambda: api.rest.get(found).json["services"][0]["sessions"] == 2)
    body = {"rest": access(array)["rest"]}
    assert api.rest.put(f"/v1/storages/{updated}/access-info", body).status == 200
    wait_until(lambda: array.sessions.open == 1)
    assert api.rest.delete(f"/v1/storages/{removed}").status == 202
    wait_until(lambda: array.sessions.open == 0)
    wait_until(lambda: api.rest.get(found).json["services"][0]["sessions"] == 0)
    assert alert.missing() == {}
