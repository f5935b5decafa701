"""What one delfin does by itself: again and again, and what fell due while it was away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.standalone.conftest import Start
from tests.waiting import wait_until

pytestmark = pytest.mark.service


def test_the_pools_are_read_again_and_again_by_the_configuration(
    start: Start, array: FakeStorage
) -> None:
    delfin = start(OS_SCHEDULES__FREQUENT_INTERVAL="1")
    storage_id = delfin.rest.register(array, serial="AGAIN1")
    delfin.rest.synced(storage_id)
    wait_until(lambda: array.counters.by_endpoint["pools"] >= 4)
    assert array.counters.by_endpoint["volumes"] == 1
    (default,) = delfin.rest.get("/v1/schedules?origin=default").json["schedules"]
    assert (default["id"], default["interval"]) == ("default-frequent", 1)
    assert default["last_run"] is not None


def test_what_fell_due_while_it_was_away_is_made_up_for_once(
    start: Start, array: FakeStorage
) -> None:
    delfin = start()
    storage_id = delfin.rest.register(array, serial="LATE1")
    delfin.rest.synced(storage_id)
    moment = datetime.now(UTC) + timedelta(seconds=2)
    volumes = {"storage_id": storage_id, "resource_kinds": ["volumes"]}
    once = delfin.rest.post("/v1/schedules", {**volumes, "at": moment.isoformat()}).json
    assert once["at"] == once["next_due"]
    delfin.kill()
    wait_until(lambda: datetime.now(UTC) > moment)
    delfin.start()

    def job_id() -> str | None:
        shown = delfin.rest.get(f"/v1/schedules/{once['id']}").json
        return shown["last_job_id"] and str(shown["last_job_id"])

    made = wait_until(job_id)
    wait_until(lambda: delfin.rest.get(f"/v1/jobs/{made}").json["state"] == "done")
    assert array.counters.by_endpoint["volumes"] == 2
    assert delfin.rest.get(f"/v1/schedules/{once['id']}").json["next_due"] is None
