"""delfin-manage driver record and verify, and the recordings of a running service."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from delfin.drivers.fake_storage.driver import FakeStorageDriver
from delfin.testing.conformance.subject import Subject
from delfin.testing.recording import about, traps
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.service.standalone.conftest import Start
from tests.service.standalone.process import BIN
from tests.service.standalone.rest import PASSWORD, access

pytestmark = pytest.mark.service

SERIAL = "PARIS-CELLAR-1"
TRAP = (
    ".1.3.6.1.6.3.1.1.4.1.0 = OID: .1.3.6.1.4.1.32473.7.0.1\n"
    ".1.3.6.1.4.1.32473.7.1.1.0 = STRING: 3\n"
)


def manage(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    config = tmp_path / "delfin.conf"
    config.touch()
    return subprocess.run(
        [BIN / "delfin-manage", "--config-file", config, "driver", *words],
        env={k: v for k, v in os.environ.items() if not k.startswith("OS_")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def access_path(array: FakeStorage, tmp_path: Path) -> Path:
    path = tmp_path / "access.json"
    path.write_text(json.dumps(access(array, serial=SERIAL)))
    return path


def test_a_good_driver_gets_a_good_report(access_path: Path, tmp_path: Path) -> None:
    done = manage(tmp_path, "verify", "fake_storage fake_driver", "--access", str(access_path))
    assert done.returncode == 0, done
    assert "Result    good" in done.stdout
    assert "list_volumes                      7 rows" in done.stdout
    for secret in (PASSWORD, SERIAL):
        assert secret not in done.stdout + done.stderr


def test_findings_are_reported_and_end_with_one(
    array: FakeStorage, access_path: Path, tmp_path: Path
) -> None:
    array.faults.order("server_error", "ports")
    done = manage(tmp_path, "verify", "fake_storage fake_driver", "--access", str(access_path))
    assert done.returncode == 1
    assert "Result    NOT good" in done.stdout
    assert "list_ports raised StorageBackendException" in done.stdout


def test_an_array_that_refuses_is_reported(
    array: FakeStorage, access_path: Path, tmp_path: Path
) -> None:
    array.sessions.change_password("another-one")
    done = manage(tmp_path, "verify", "fake_storage fake_driver", "--access", str(access_path))
    assert done.returncode == 1
    assert "no session: InvalidUsernameOrPassword" in done.stdout
    assert array.sessions.failed_logins == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"vendor": "a", "model": "b"}', "want one of rest"),
        ('{"rest": {}}', "vendor and model are missing"),
        ('{"password": "hunter2-hunter2", ', "neither JSON nor YAML"),
        (json.dumps({"vendor": "a", "model": "b", "rest": {}}), "is for 'a b'"),
    ],
)
def test_a_wrong_access_file_is_told(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "access.json"
    path.write_text(content)
    done = manage(tmp_path, "verify", "fake_storage fake_driver", "--access", str(path))
    assert done.returncode == 1
    assert said in done.stderr
    assert "hunter2" not in done.stderr


def test_an_array_is_recorded_with_a_trap(access_path: Path, tmp_path: Path) -> None:
    (tmp_path / "trap.txt").write_text(TRAP)
    folder = tmp_path / "made"
    done = manage(
        tmp_path,
        *("record", "--access", str(access_path), "--out", str(folder)),
        *("--source", "simulator", "--trap", str(tmp_path / "trap.txt")),
    )
    assert done.returncode == 0, done
    assert about.read(folder).source == "simulator"
    assert traps.load(folder)["0001"]["1.3.6.1.4.1.32473.7.1.1.0"] == "3"
    told = "".join(path.read_text() for path in folder.rglob("*") if path.is_file())
    for secret in (PASSWORD, SERIAL):
        assert secret not in told + done.stdout + done.stderr
    assert len(Subject(FakeStorageDriver, recording=folder).reading.answers["volumes"]) == 7


def test_a_running_service_records_its_sessions(
    array: FakeStorage, start: Start, tmp_path: Path
) -> None:
    folder = tmp_path / "recordings"
    delfin = start(OS_STORAGE_DRIVER__RECORD_DIR=str(folder))
    storage_id = delfin.rest.register(array, serial=SERIAL)
    delfin.rest.until(storage_id, "done")
    delfin.stop()
    played = [_played(path) for path in sorted(folder.iterdir())]
    # One session for the registration, one for the synchronisation.
    assert [len(reading.answers.get("volumes", ())) for reading in played] == [0, 7]
    told = "".join(path.read_text() for path in folder.rglob("*") if path.is_file())
    assert PASSWORD not in told
    assert SERIAL not in told


def _played(folder: Path) -> Any:
    assert about.read(folder).complete
    return Subject(FakeStorageDriver, recording=folder).reading
