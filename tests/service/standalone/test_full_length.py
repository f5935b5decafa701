"""The waits that other stories scale down, at the length that operators get them."""

from __future__ import annotations

import time

import pytest

from delfin.inventory.block import VOLUMES
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.standalone.conftest import Start
from tests.waiting import wait_until

pytestmark = [pytest.mark.service, pytest.mark.long]

AS_SHIPPED = {
    "OS_JOBS__POLL_INTERVAL": "5",
    "OS_JOBS__RETRY_DELAY": "60",
    "OS_JOBS__RETRY_LONGEST_DELAY": "1800",
    "OS_JOBS__RETRY_LIMIT": "4",
    "OS_JOBS__LEASE_TIME": "30",
    "OS_SYNC__DOUBT_TIME": "30",
}


def test_an_empty_listing_is_believed_by_the_retry_a_minute_later(
    start: Start, array: FakeStorage
) -> None:
    rest = start(**AS_SHIPPED).rest
    storage_id = rest.register(array, serial="LONG1", volumes="7")
    rest.synced(storage_id)
    array.faults.order("empty_list", "volumes")
    begin = time.monotonic()
    assert rest.sync(storage_id)["last_sync"]["result"] == "partial"
    assert rest.total(VOLUMES, storage_id) == 7
    wait_until(lambda: rest.total(VOLUMES, storage_id) == 0, 90)
    assert time.monotonic() - begin > 55


def test_a_failed_kind_is_read_again_a_minute_later(start: Start, array: FakeStorage) -> None:
    rest = start(**AS_SHIPPED).rest
    array.faults.order("server_error", "volumes", times=1)
    begin = time.monotonic()
    storage_id = rest.register(array, serial="LONG2", volumes="7")
    assert rest.synced(storage_id)["last_sync"]["result"] == "partial"
    wait_until(lambda: rest.total(VOLUMES, storage_id) == 7, 90)
    assert time.monotonic() - begin > 55
    assert rest.until(storage_id, "done")["last_sync"]["failed_kinds"] == []
