"""A password that is changed at the array: one alert, no lockout, and all is well after the update."""

from __future__ import annotations

import time

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.standalone.conftest import Start
from tests.service.standalone.rest import PASSWORD, Rest, access
from tests.unit.exporter.receivers import HttpReceiver, free_port, http_receiver
from tests.waiting import wait_until

pytestmark = pytest.mark.service

NEW = "Back-d00r-of-the-array"
# The issue allows a minute; nothing here waits for a timer.
SOON = 30.0


def told(receiver: HttpReceiver) -> list[tuple[str, str]]:
    return [(alert["alert_id"], alert["category"]) for alert in receiver.alerts]


def test_one_fault_then_one_recovery_and_the_missed_sync_runs_by_itself(
    start: Start, array: FakeStorage
) -> None:
    port = free_port()
    with http_receiver(port) as receiver:
        delfin = start(
            OS_DEFAULT__ALERT_EXPORTERS="webhook",
            OS_EXPORTER_WEBHOOK__URL=f"http://127.0.0.1:{port}/",
        )
        rest = delfin.rest
        storage_id = rest.register(array, serial="DOOR1")
        rest.synced(storage_id)
        array.sessions.change_password(NEW)
        for _ in range(3):
            assert rest.sync(storage_id)["last_sync"]["error_code"] == "InvalidUsernameOrPassword"
        wait_until(lambda: told(receiver) == [("delfin.access_failed", "Fault")], SOON)
        access_now = rest.storage(storage_id)["access"]
        assert access_now["state"] == "credentials_invalid"
        assert "refused since" in rest.storage(storage_id)["last_sync"]["error_msg"]
        assert rest.post(f"/v1/storages/{storage_id}/access-info/check").status == 400
        assert rest.post(f"/v1/storages/{storage_id}/access-info/check").status == 400
        assert array.sessions.failed_logins <= 2, (
            "an array that locks accounts after three would not"
        )
        block = {**access(array)["rest"], "password": NEW}
        assert rest.put(f"/v1/storages/{storage_id}/access-info", {"rest": block}).status == 200
        rest.until(storage_id, "done")
        assert rest.storage(storage_id)["access"]["state"] == "ok"
        both = [("delfin.access_failed", "Fault"), ("delfin.access_failed", "Recovery")]
        wait_until(lambda: told(receiver) == both, SOON)
        counted = numbers(rest)
        assert counted["delfin_sessions"] == 1
        assert counted["delfin_logins_total"] == 2
        assert counted["delfin_calls_failed_total"] > 0
    assert PASSWORD not in delfin.log.read_text()
    assert NEW not in delfin.log.read_text()


def test_what_was_measured_meanwhile_is_collected_by_itself(start: Start) -> None:
    began, moment = time.time_ns() // 1_000_000, time.monotonic()

    def clock() -> int:
        """An hour of the array passes within a minute."""
        return began + int((time.monotonic() - moment) * 60_000)

    with FakeStorage(password=PASSWORD, clock_ms=clock) as array:
        rest = start().rest
        storage_id = rest.register(array, serial="DOOR2")
        rest.synced(storage_id)
        # Within this story no timer comes round.
        daily = {"array_polling": {"perf_collection": True, "interval": 86400}}
        assert rest.put(f"/v1/storages/{storage_id}/metrics-config", daily).status == 200

        def collected_until() -> int:
            shown = rest.get(f"/v1/storages/{storage_id}/collection").json
            assert shown["gaps"] == []
            if not shown["resources"] or any(one["missing"] for one in shown["resources"]):
                return 0
            return min(int(one["collected_until"] or 0) for one in shown["resources"])

        assert rest.post(f"/v1/storages/{storage_id}/collect").status == 202
        before = wait_until(collected_until)
        array.sessions.change_password(NEW)
        assert rest.sync(storage_id)["last_sync"]["error_code"] == "InvalidUsernameOrPassword"
        refused = clock()
        wait_until(lambda: clock() > refused + 5 * 60_000)
        block = {**access(array)["rest"], "password": NEW}
        assert rest.put(f"/v1/storages/{storage_id}/access-info", {"rest": block}).status == 200
        wait_until(lambda: collected_until() >= refused, SOON)
    assert before < refused


def numbers(rest: Rest) -> dict[str, float]:
    page = rest.send("GET", "/metrics", checked=False).raw.decode()
    lines = [line.split() for line in page.splitlines() if not line.startswith("#")]
    return {name.partition("{")[0]: float(value) for name, value in lines}
