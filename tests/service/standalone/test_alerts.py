"""Alerts through the whole process: from an array to a receiver, whatever dies in between."""

from __future__ import annotations

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.standalone.conftest import Start
from tests.unit.exporter.receivers import HttpReceiver, free_port, http_receiver
from tests.waiting import wait_until

pytestmark = pytest.mark.service


def raised(receiver: HttpReceiver) -> list[int]:
    """Places in the event log of what was delivered, in the order of its arrival."""
    return [alert["event_id"] for alert in receiver.alerts]


def test_killed_between_store_and_export_it_exports_after_the_restart_once(
    start: Start, array: FakeStorage
) -> None:
    port = free_port()
    delfin = start(
        OS_ALERTS__SYNC_AFTER_INVENTORY="true",
        OS_DEFAULT__ALERT_EXPORTERS="webhook,Nowhere",
        OS_EXPORTER_WEBHOOK__URL=f"http://127.0.0.1:{port}/",
        OS_EXPORTERS__RETRY_DELAY="0.2",
        OS_EXPORTERS__RETRY_LONGEST_DELAY="0.2",
        OS_EXPORTERS__LEASE_TIME="1",
        OS_EXPORTERS__TIMEOUT="0.5",
    )
    storage_id = delfin.rest.register(array, alerts="5")
    wait_until(lambda: delfin.rest.get("/v1/alerts").json["alerts"])
    (exporter,) = wait_until(lambda: delfin.rest.get("/v1/exporters").json["exporters"])
    assert exporter["delivered"] == 0
    delfin.kill()
    with http_receiver(port) as receiver:
        delfin.start()
        wait_until(lambda: len(receiver.alerts) == 5)
        delfin.restart()
        path = f"/v1/storages/{storage_id}/alerts"
        number = delfin.rest.get(path).json["alerts"][0]["sequence_number"]
        assert delfin.rest.delete(f"{path}/{number}").status == 200
        wait_until(lambda: len(receiver.alerts) == 6)
        assert raised(receiver) == [1, 2, 3, 4, 5, 6], "each once, in order"
        last = receiver.alerts[-1]
        assert (last["change"], last["category"]) == ("cleared", "Recovery")
        assert last["sequence_number"] == number
    assert "exporter Nowhere is configured" in delfin.log.read_text()
