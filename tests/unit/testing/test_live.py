"""The same checks against an array that answers, and commands that need no pytest."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from delfin import cryptor, exception
from delfin.drivers.fake_storage.driver import FakeStorageDriver
from delfin.drivers.linux.lvm import commands
from delfin.drivers.linux.lvm.driver import LvmDriver
from delfin.testing import suite
from delfin.testing.conformance import access_file, report
from delfin.testing.conformance.checks import CHECKS
from delfin.testing.recording import exchange, make
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.unit.drivers.utils.ssh_server import PASSWORD as SSH_PASSWORD
from tests.unit.drivers.utils.ssh_server import Answer, ssh_server

PASSWORD = "Fr0nt-d00r-of-the-array"
HOST = Path(__file__).parents[1] / "drivers" / "linux" / "lvm" / "recordings" / "uml-debian-12"


@pytest.fixture
def array() -> Iterator[FakeStorage]:
    with FakeStorage(password=PASSWORD) as started:
        yield started


@pytest.fixture
def access_path(array: FakeStorage, tmp_path: Path) -> Path:
    path = tmp_path / "access.json"
    told = {
        "vendor": "fake_storage",
        "model": "fake_driver",
        "verify": str(array.certificate_path),
        "rest": {
            "host": array.host,
            "port": array.port,
            "username": "admin",
            "password": PASSWORD,
        },
        "extra_attributes": {"volumes": "5"},
    }
    path.write_text(json.dumps(told))
    return path


class OnceRecorded(suite.DriverConformance):
    """Named so that pytest does not collect it."""

    driver: ClassVar[type[Any]] = FakeStorageDriver
    recording: ClassVar[Path] = Path("nowhere")


def test_with_an_access_file_the_class_asks_the_array(
    access_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(suite.ACCESS, str(access_path))
    subject = suite.subject_of(OnceRecorded)
    tried = [check for check in CHECKS if not check.needless(subject)]
    assert {"rows", "references", "alerts", "metrics", "no secret told"} <= {c.name for c in tried}
    assert not any(check.fault for check in tried)
    for check in tried:
        assert check.find(subject) == [], check.name
    assert len(subject.reading.answers["volumes"]) == 5


def test_a_live_driver_that_logs_its_password_is_found(access_path: Path) -> None:
    class Chatty(FakeStorageDriver):
        def list_volumes(self, context: Any) -> Any:
            import logging

            secret = cryptor.decode(self.client._rest.rest_password)
            logging.getLogger("acme").warning("signing in with %s", secret)
            return super().list_volumes(context)

    access = access_file.read(access_path)
    found = report.verify(Chatty, access)
    assert found.findings["no secret told"] == ["the log tells the password"]
    assert PASSWORD not in report.written(found, access)


def test_what_a_live_array_does_not_measure_is_told_and_is_no_finding(access_path: Path) -> None:
    class Older(FakeStorageDriver):
        def collect_perf_metrics(
            self, context: Any, storage_id: str, wanted: Any, start_time: int, end_time: int
        ) -> Any:
            measured = {kind: wanted[kind] for kind in wanted if kind != "disk"}
            if not measured:
                raise NotImplementedError
            return super().collect_perf_metrics(context, storage_id, measured, start_time, end_time)

    access = access_file.read(access_path)
    found = report.verify(Older, access)
    assert found.findings["metrics"] == []
    [line] = [one for one in report.written(found, access).splitlines() if "not measured" in one]
    assert line.split() == ["not", "measured", "by", "this", "array", "disk"]


def test_an_access_file_is_what_a_registration_is(access_path: Path) -> None:
    access = access_file.read(access_path)
    assert cryptor.decode(access["rest"]["password"]) == PASSWORD
    assert access_file.passwords(access) == [PASSWORD]
    access_path.write_text("rest: {password: 'hunter2-hunter2")
    with pytest.raises(exception.InvalidInput) as caught:
        access_file.read(access_path)
    assert "hunter2" not in repr(caught.value.__cause__) + str(caught.value)


def test_a_linux_host_is_recorded_and_verified_over_ssh(tmp_path: Path) -> None:
    told = {one.asked: one.answer["stdout"].encode() for one in exchange.load(HOST)}
    with ssh_server(lambda command: Answer(told[command])) as server:
        login = {**server.access, "password": cryptor.encode(SSH_PASSWORD)}
        access = {"vendor": "linux", "model": "lvm", "ssh": login, "storage_id": "s"}
        found = report.verify(LvmDriver, access)
        assert found.good, found
        made = make.record(LvmDriver, access, tmp_path / "r", "array")
    assert (made.failures, made.differences) == ([], [])
    assert made.rows["volumes"] > 5
    kept = exchange.load(tmp_path / "r")
    assert len({one.asked for one in kept}) == len(commands.ALL)
    text = (tmp_path / "r" / exchange.FILE).read_text()
    for name in ("vg0", SSH_PASSWORD):
        assert name == "vg0" or name not in text


def test_the_commands_of_an_operator_need_no_pytest() -> None:
    code = "import sys; sys.modules['pytest'] = None; import delfin.cmd.operator.driver_trial"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
