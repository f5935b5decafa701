"""SIGTERM: the process ends soon and cleanly, signed out of its arrays, and loses no work."""

from __future__ import annotations

import os
import signal

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.standalone import stored
from tests.service.standalone.conftest import Start
from tests.service.standalone.rest import PASSWORD
from tests.waiting import wait_until

pytestmark = pytest.mark.service

SOON = 10.0
VOLUMES = 3000


def test_idle_it_signs_out_of_every_array(start: Start, array: FakeStorage) -> None:
    delfin = start()
    ids = [delfin.rest.register(array, serial=serial) for serial in ("IDLE1", "IDLE2")]
    for storage_id in ids:
        delfin.rest.synced(storage_id)
    delfin.rest.settled()
    assert array.sessions.open == 2
    status, seconds = delfin.stop()
    assert status == 0
    assert seconds < SOON
    assert array.sessions.open == 0
    delfin.start()
    for storage_id in ids:
        assert delfin.rest.sync(storage_id)["last_sync"]["result"] == "done"


def test_during_a_synchronisation_it_signs_out_and_completes_it_later(
    start: Start, array: FakeStorage
) -> None:
    delfin = start()
    array.faults.order("drip", "volumes", serial="BUSY1", chunk=16384, interval=0.02)
    storage_id = delfin.rest.register(array, serial="BUSY1", volumes=str(VOLUMES))
    wait_until(lambda: array.counters.by_endpoint["volumes"])
    status, seconds = delfin.stop()
    assert status == 0
    assert seconds < SOON
    assert stored.job_states(delfin.database, storage_id) == ["queued"], "stopped too late"
    assert array.sessions.open == 0
    array.faults.clear()
    delfin.start()
    storage = delfin.rest.until(storage_id, "done")
    assert len(stored.natives(delfin.database, storage_id)) == VOLUMES
    job = delfin.rest.get(f"/v1/jobs/{storage['last_sync']['job_id']}").json
    assert job["crashes"] == 0, "to be stopped in good order is no crash"


def test_a_hung_array_delays_neither_the_end_nor_the_other_arrays(
    start: Start, array: FakeStorage
) -> None:
    delfin = start()
    with FakeStorage(password=PASSWORD) as good:
        good_id = delfin.rest.register(good, serial="GOOD1")
        array.faults.order("hang", "volumes")
        hung_id = delfin.rest.register(array, serial="HUNG1")
        delfin.rest.synced(good_id)
        wait_until(lambda: array.counters.by_endpoint["volumes"])
        assert good.sessions.open == 1
        status, seconds = delfin.stop()
        assert status == 0
        assert seconds < SOON
        assert good.sessions.open == 0
        array.faults.clear()
        delfin.start()
        assert delfin.rest.until(hung_id, "done")["sync_status"] == "SYNCED"
        assert stored.job_states(delfin.database, good_id) == ["done"]


def test_a_second_signal_ends_it_at_once(start: Start, array: FakeStorage) -> None:
    delfin = start()
    array.faults.order("hang", "volumes")
    delfin.rest.register(array, serial="HUNG2")
    wait_until(lambda: array.counters.by_endpoint["volumes"])
    delfin.send(signal.SIGTERM)
    wait_until(lambda: "Stopping after SIGTERM" in delfin.log.read_text())
    status, _ = delfin.stop()
    assert status == 128 + signal.SIGTERM


def test_it_goes_on_when_nobody_reads_what_it_prints(start: Start, array: FakeStorage) -> None:
    delfin = start()
    delfin.stop()
    delfin.log.unlink()
    reading, writing = os.pipe()
    os.close(reading)
    try:
        process = delfin.start_with(writing)
    finally:
        os.close(writing)
    wait_until(lambda: delfin.log.exists() and "Listening on" in delfin.log.read_text())
    delfin.rest.url = delfin.log.read_text().partition("Listening on ")[2].split()[0]
    delfin.rest.synced(delfin.rest.register(array, serial="SILENT1"))
    assert process.poll() is None
    assert delfin.stop()[0] == 0
    assert array.sessions.open == 0


def test_a_second_process_is_kept_out_of_its_state(start: Start) -> None:
    delfin = start()
    reading, writing = os.pipe()
    with os.fdopen(reading) as said:
        process = delfin.another(writing)
        os.close(writing)
        assert process.wait(30) == 1
        assert "is in use by delfin-standalone, process" in said.read()
    assert delfin.rest.get("/v1/storages").status == 200
