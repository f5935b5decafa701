"""What is configured falls due by itself, and a process that comes back knows what was chosen."""

from __future__ import annotations

from typing import Any

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.standalone.conftest import Start
from tests.waiting import wait_until

pytestmark = pytest.mark.service


def test_a_new_storage_is_collected_until_somebody_stops_it(
    start: Start, array: FakeStorage
) -> None:
    delfin = start(
        OS_TELEMETRY__COLLECT_BY_DEFAULT="true",
        OS_TELEMETRY__PERFORMANCE_COLLECTION_INTERVAL="1",
    )
    storage_id = delfin.rest.register(array, serial="MEASURED1")
    delfin.rest.synced(storage_id)

    def timer() -> dict[str, Any]:
        (found,) = delfin.rest.get("/v1/schedules?origin=metrics").json["schedules"]
        return dict(found)

    wait_until(lambda: timer()["last_run"])
    config = f"/v1/storages/{storage_id}/metrics-config"
    assert delfin.rest.get(config).json["array_polling"]["interval"] == 1
    off = {"array_polling": {"perf_collection": False, "interval": 60, "is_historic": False}}
    assert delfin.rest.put(config, off).json == off
    stopped = timer()
    assert (stopped["enabled"], stopped["next_due"]) == (False, None)
    delfin.kill()
    delfin.start()
    assert delfin.rest.get(config).json == off
    hourly = {"configs": [{"resource_type": "volume", "interval": 3600, "historic": True}]}
    assert delfin.rest.put(config, hourly).json == hourly
    assert timer()["resource_kinds"] == ["volume"]
    # Nothing was due in between.
    assert timer()["last_run"] in {None, stopped["last_run"]}
