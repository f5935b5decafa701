"""delfin-manage next to a delfin that runs."""

from __future__ import annotations

import re
import signal
import subprocess

import pytest
import requests

from delfin.inventory.block import VOLUMES
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.standalone import stored
from tests.service.standalone.conftest import Start
from tests.service.standalone.process import BIN, Delfin
from tests.service.standalone.rest import PASSWORD, access

pytestmark = pytest.mark.service

SEALED = "SELECT json_extract(rest, '$.password') FROM access_info ORDER BY storage_id"


def test_the_schema_is_what_the_release_wants(delfin: Delfin) -> None:
    shown = delfin.manage("db", "version").stdout
    current, wanted = re.fullmatch(r"database: (\w+)\nrelease: +(\w+)\n", shown).groups()  # type: ignore[union-attr] # fails the test
    assert current == wanted
    assert delfin.manage("db", "upgrade").stdout == f"{current} -> {wanted}\n"
    assert delfin.manage("db", "check").stdout == "The database has what this release wants.\n"
    assert delfin.rest.get("/v1/storages").status == 200


def test_every_driver_is_listed_and_loaded(delfin: Delfin) -> None:
    lines = delfin.manage("driver", "list").stdout.splitlines()
    shown = {line[:32].strip(): line for line in lines}
    assert {"fake_storage fake_driver", "linux lvm"} <= shown.keys()
    assert all(line.endswith("  loaded") for line in lines)


def key_ids(delfin: Delfin) -> list[str]:
    return re.findall(r"^\S+  # (\w+)$", (delfin.state / "keys").read_text(), re.MULTILINE)


def test_keys_are_rotated_while_delfin_runs(start: Start, array: FakeStorage) -> None:
    delfin = start()
    rest = delfin.rest
    first = rest.register(array, serial="KEYS1")
    rest.synced(first)
    (old_key,) = key_ids(delfin)
    before = stored.values(delfin.database, SEALED)
    assert delfin.manage("secret", "check").stdout.endswith("1 secrets, 0 cannot be opened\n")
    assert delfin.manage("secret", "rotate").stdout.startswith("1 secrets are sealed with key ")
    assert stored.values(delfin.database, SEALED) != before
    assert old_key not in key_ids(delfin)
    assert rest.sync(first)["last_sync"]["result"] == "done"
    # A second array at the same address: what is stored of the first one is opened for it.
    second = rest.register(array, serial="KEYS2")
    assert rest.synced(second)["last_sync"]["result"] == "done"
    shown = delfin.manage("secret", "check").stdout
    assert re.fullmatch(r"key \S+: 2 secrets  \(primary\)\n2 secrets, 0 cannot be opened\n", shown)
    delfin.restart()
    assert rest.sync(first)["last_sync"]["result"] == "done"
    assert array.sessions.failed_logins == 0


def test_a_simulated_array_is_registered(delfin: Delfin, array: FakeStorage) -> None:
    words = ["simulate", "--port", "0", "--control-port", "0", "--password", PASSWORD]
    with subprocess.Popen(
        [BIN / "delfin-manage", *words], stdout=subprocess.PIPE, text=True
    ) as simulator:
        try:
            assert simulator.stdout is not None
            port, control = (
                int(simulator.stdout.readline().rpartition(":")[2]) for _ in ("array", "control")
            )
            body = access(array, serial="PLAYED1", volumes="123")
            body["rest"]["port"] = port
            made = delfin.rest.post("/v1/storages", body)
            assert made.status == 201, made
            delfin.rest.synced(made.json["id"])
            assert delfin.rest.total(VOLUMES, made.json["id"]) == 123
            counted = requests.get(f"http://127.0.0.1:{control}/counters", timeout=10).json()
            assert (counted["logins"], counted["open_sessions"]) == (2, 1)
            assert delfin.rest.delete(f"/v1/storages/{made.json['id']}").status == 202
        finally:
            simulator.send_signal(signal.SIGTERM)
            assert simulator.wait(20) == 0
