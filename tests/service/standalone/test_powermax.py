"""What an operator does about the alerts of a PowerMax reaches its Unisphere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from delfin.testing.simulated.powermax import ARRAY, PowerMax, Sizes
from tests.service.standalone.process import Delfin
from tests.waiting import wait_until

pytestmark = pytest.mark.service
Start = Callable[..., Delfin]
PASSWORD = "Fr0nt-d00r-of-the-unisphere"


def registration(unisphere: PowerMax) -> dict[str, Any]:
    return {
        "vendor": "dellemc",
        "model": "pmax",
        "storage_name": ARRAY,
        "rest": {
            "host": unisphere.host,
            "port": unisphere.port,
            "username": "admin",
            "password": PASSWORD,
        },
    }


def test_an_alert_is_taken_up_and_cleared_at_the_unisphere_too(start: Start) -> None:
    delfin = start(OS_ALERTS__SYNC_AFTER_INVENTORY="true")
    with PowerMax(arrays={ARRAY: Sizes(volumes=7, alerts=1)}, password=PASSWORD) as unisphere:
        made = delfin.rest.post("/v1/storages", registration(unisphere))
        assert made.status == 201, made
        storage_id = made.json["id"]
        path = f"/v1/alerts?storage_id={storage_id}"
        (alert,) = wait_until(lambda: delfin.rest.get(path).json["alerts"])
        taken_up = {"acknowledged": True, "acknowledged_by": "kim"}
        assert delfin.rest.put(f"/v1/alerts/{alert['id']}", taken_up).status == 200
        events, number = unisphere.arrays[ARRAY].events, alert["sequence_number"]
        wait_until(lambda: (events.one(number) or {}).get("state") == "ACKNOWLEDGED")
        delfin.rest.settled()
        assert delfin.rest.get(path).json["alerts"][0]["state"] == "acknowledged"
        cleared = delfin.rest.delete(f"/v1/storages/{storage_id}/alerts/{number}")
        assert cleared.status == 200
        assert events.ids() == []
        assert delfin.rest.get(path).json["alerts"][0]["state"] == "cleared"
