"""Traps reach a delfin that runs as a process of its own, and outlive it."""

from __future__ import annotations

import json
import shlex
import socket
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.standalone.process import Delfin
from tests.service.standalone.rest import access
from tests.service.traps.rig import COMMUNITY, TRAP, run, variables
from tests.waiting import wait_until

pytestmark = pytest.mark.service
Start = Callable[..., Delfin]
SETTINGS = {"host": "127.0.0.1", "version": "SNMPv2c", "community_string": "public"}


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def counted(delfin: Delfin) -> int:
    """The traps that the stored alerts stand for."""
    with sqlite3.connect(f"file:{delfin.database}?mode=ro", uri=True) as database:
        (found,) = database.execute("SELECT coalesce(sum(count), 0) FROM alerts").fetchone()
    database.close()
    return int(found)


def inform(port: int, place: str) -> subprocess.CompletedProcess[str]:
    told = variables(place=place)
    return run("snmpinform", COMMUNITY, f"127.0.0.1:{port}", "", TRAP, *told, source="127.0.0.1")


def test_what_was_acknowledged_outlives_the_process(start: Start, array: FakeStorage) -> None:
    port = free_port()
    delfin = start(OS_DEFAULT__TRAP_RECEIVER_PORT=str(port))
    storage_id = delfin.rest.post("/v1/storages", access(array)).json["id"]
    path = f"/v1/storages/{storage_id}/snmp-config"
    assert delfin.rest.put(path, SETTINGS).status == 200
    # The bell makes the settings known at once; until then it is a stranger.
    wait_until(lambda: inform(port, "disk 0").returncode == 0)
    known = counted(delfin)
    for number in range(1, 6):
        assert inform(port, f"disk {number}").returncode == 0
    delfin.kill()
    delfin.start()
    wait_until(lambda: counted(delfin) >= known + 5)
    wait_until(lambda: delfin.rest.get(path).json["status"] == "failed")
    assert "127.0.0.1" in delfin.rest.get(path).json["error"]
    assert delfin.rest.delete(path).status == 200


def test_without_the_port_everything_else_works(start: Start) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as other:
        other.bind(("::", 0))
        delfin = start(OS_DEFAULT__TRAP_RECEIVER_PORT=str(other.getsockname()[1]))
    assert "No traps are received" in delfin.log.read_text()


def test_recorded_traps_are_replayed(start: Start, array: FakeStorage, tmp_path: Path) -> None:
    delfin = start()
    storage_id = delfin.rest.post("/v1/storages", access(array)).json["id"]
    words = variables(place="disk 7")
    lines = [shlex.join(words[first : first + 3]) for first in range(0, len(words), 3)]
    file = tmp_path / "trap.txt"
    file.write_text("\n".join([TRAP, *lines, "", TRAP, *lines]))
    for which in (["--storage", storage_id], ["--driver", "fake_storage fake_driver"]):
        told = json.loads(delfin.manage("trap", "replay", str(file), *which).stdout)
        assert [(one["alert_id"], one["location"], one["count"]) for one in told] == [
            ("0x1001", "disk 7", 2)
        ]
    assert counted(delfin) == 0
