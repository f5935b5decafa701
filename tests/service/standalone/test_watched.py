"""A process in operation: told to reload, watched by itself and by systemd."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.standalone import stored
from tests.service.standalone.conftest import Start
from tests.waiting import wait_until

pytestmark = pytest.mark.service


def test_a_reload_takes_up_what_is_mutable_and_a_broken_file_ends_nothing(
    start: Start, array: FakeStorage
) -> None:
    delfin = start()
    storage_id = delfin.rest.register(array, serial="RELOAD1")
    delfin.rest.synced(storage_id)

    def shown() -> int:
        return len(delfin.rest.get("/v1/volumes").json["volumes"])

    assert shown() == 7
    delfin.configure("[DEFAULT]\napi_max_limit = 2\n")
    delfin.send(signal.SIGHUP)
    wait_until(lambda: shown() == 2)
    delfin.configure("no configuration at all")
    delfin.send(signal.SIGHUP)
    wait_until(lambda: "cannot be read again" in delfin.log.read_text())
    assert shown() == 2
    assert delfin.rest.sync(storage_id)["last_sync"]["result"] == "done"
    assert delfin.stop()[0] == 0


def test_one_that_is_past_help_hands_its_jobs_back_and_ends_as_failed(
    start: Start, array: FakeStorage
) -> None:
    delfin = start(OS_JOBS__DEADLINES="sync:2", OS_WATCHDOG__STUCK_THREADS="0")
    array.faults.order("hang", "volumes", serial="HUNG1")
    hung = delfin.rest.register(array, serial="HUNG1")
    assert delfin.wait(60) == 1
    assert "1 of its threads hang" in delfin.log.read_text()
    assert stored.job_states(delfin.database, hung) == ["queued"]
    array.faults.clear()
    delfin.start()
    assert delfin.rest.until(hung, "done")


def test_systemd_hears_that_it_is_ready_and_alive(start: Start, tmp_path: Path) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        systemd.settimeout(20)
        delfin = start(NOTIFY_SOCKET=path, WATCHDOG_USEC="1500000")
        heard = {systemd.recv(100) for _ in range(4)}
        assert heard == {b"READY=1", b"WATCHDOG=1"}
        (row,) = delfin.rest.get("/v1/services").json["services"]
        assert (row["process"], row["pid"]) == ("delfin-standalone", delfin.pid)
