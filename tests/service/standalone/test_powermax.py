"""What an operator does about the alerts of a PowerMax reaches its Unisphere."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from delfin.testing.simulated.powermax import ARRAY, PowerMax, Sizes
from tests.service.standalone.process import Delfin
from tests.service.standalone.test_traps import free_port
from tests.unit.alert_manager.snmp.peers import encoded_v1
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


def offline(port: str) -> bytes:
    """EMCGATEWAY-MIB's eccUnitEventTrap, which is one of version 1."""
    unit = "16.0.80.9.114.0.0.0.0.0.0.0.0.0.0.0.7"
    about = f"Port state has changed to Offline. - Object is: {ARRAY}:{port}"
    told = [
        (f"1.3.6.1.3.94.1.11.1.3.{unit}", 0x02, 79),
        (f"1.3.6.1.3.94.1.11.1.7.{unit}", 0x02, 3),
        (f"1.3.6.1.3.94.1.11.1.9.{unit}", 0x04, f"Symmetrix {ARRAY} : {about}".encode()),
        (f"1.3.6.1.3.94.1.11.1.6.{unit}", 0x02, 6),
        (f"1.3.6.1.3.94.1.6.1.20.{unit}", 0x04, ARRAY.encode()),
        (f"1.3.6.1.3.94.1.6.1.3.{unit}", 0x02, 11),
    ]
    return encoded_v1(b"public", "1.3.6.1.4.1.1139.3", "127.0.0.1", (6, 4, 4711), told)


def test_the_alert_of_a_trap_is_taken_up_and_the_unisphere_is_told(start: Start) -> None:
    port = free_port()
    delfin = start(OS_DEFAULT__TRAP_RECEIVER_PORT=str(port))
    with (
        PowerMax(arrays={ARRAY: Sizes(volumes=7, alerts=1)}, password=PASSWORD) as unisphere,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon,
    ):
        storage_id = delfin.rest.post("/v1/storages", registration(unisphere)).json["id"]
        daemon.bind(("127.0.0.1", 0))
        source = {"host": "127.0.0.1", "version": "SNMPv1", "community_string": "public"}
        assert delfin.rest.put(f"/v1/storages/{storage_id}/snmp-config", source).status == 200
        path = f"/v1/alerts?storage_id={storage_id}"

        def trapped() -> Any:
            daemon.sendto(offline("FA-1D:4"), ("127.0.0.1", port))
            return delfin.rest.get(path).json["alerts"]

        (alert,) = wait_until(trapped)
        assert alert["sequence_number"] is None
        taken_up = {"acknowledged": True, "acknowledged_by": "kim"}
        assert delfin.rest.put(f"/v1/alerts/{alert['id']}", taken_up).status == 200
        (number,) = (events := unisphere.arrays[ARRAY].events).ids()
        wait_until(lambda: (events.one(number) or {}).get("state") == "ACKNOWLEDGED")
        delfin.rest.settled()
        (known,) = delfin.rest.get(path).json["alerts"]
        assert (known["id"], known["sequence_number"]) == (alert["id"], number)
        assert known["state"] == "acknowledged"
