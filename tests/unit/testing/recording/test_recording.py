"""From a live array to a recording that plays back: REST, commands and shells, one and many."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from delfin import cryptor, exception
from delfin.drivers.fake_storage.driver import FakeStorageDriver
from delfin.drivers.manager import DriverManager
from delfin.testing.conformance import secrets
from delfin.testing.conformance.subject import Subject
from delfin.testing.recording import about, exchange, make, service, wire
from delfin.testing.recording.recorder import Recorder
from delfin.testing.recording.standins import HOST
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.unit.drivers.utils.ssh_server import PASSWORD as SSH_PASSWORD
from tests.unit.drivers.utils.ssh_server import Answer, drop, ssh_server
from tests.unit.testing import charlie
from tests.unit.testing.charlie import Charlie

PASSWORD = "Fr0nt-d00r-of-the-array"
SERIAL = "PARIS-CELLAR-1"


@pytest.fixture
def array() -> Iterator[FakeStorage]:
    with FakeStorage(password=PASSWORD) as started:
        yield started


def access_to(array: FakeStorage, **more: str) -> dict[str, Any]:
    return {
        "storage_id": "s-1",
        "vendor": "fake_storage",
        "model": "fake_driver",
        "verify": str(array.certificate_path),
        "rest": {
            "host": array.host,
            "port": array.port,
            "username": "admin",
            "password": cryptor.encode(PASSWORD),
        },
        "extra_attributes": {"serial": SERIAL, "volumes": "5", "alerts": "2", **more},
    }


def everything_in(folder: Path) -> str:
    return "\n".join(path.read_text() for path in folder.rglob("*") if path.is_file())


def test_a_recorded_array_plays_back_the_same(array: FakeStorage, tmp_path: Path) -> None:
    made = make.record(FakeStorageDriver, access_to(array), tmp_path / "r", "simulator")
    assert (made.failures, made.differences) == ([], [])
    assert made.rows["volumes"] == 5
    assert about.read(tmp_path / "r").complete
    told = everything_in(tmp_path / "r")
    assert not any(form in told for form in secrets.forms(PASSWORD))
    assert SERIAL not in told
    played = Subject(FakeStorageDriver, recording=tmp_path / "r")
    assert played.reading.failures == {}
    assert played.replayed.misses == []


def test_metrics_that_play_back_differently_are_told(array: FakeStorage, tmp_path: Path) -> None:
    drift = count()

    class Drifting(FakeStorageDriver):
        def collect_perf_metrics(self, *arguments: Any) -> Any:
            more = next(drift)
            return [
                one._replace(values={at: value + more for at, value in one.values.items()})
                for one in super().collect_perf_metrics(*arguments)
            ]

    made = make.record(Drifting, access_to(array), tmp_path / "r", "simulator")
    assert made.differences == ["metrics: other values, or of other things"]


def test_a_folder_with_files_is_not_written_into(array: FakeStorage, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(exception.InvalidInput, match="not empty"):
        make.record(FakeStorageDriver, access_to(array), tmp_path, "simulator")


def test_commands_and_shells_are_recorded_and_play_back(tmp_path: Path) -> None:
    said = {one.asked: one.answer["stdout"].encode() for one in charlie.EXCHANGES}
    lines = {"lunch": b"array:~> soup\n", "exit": b"bye\n"}

    class Shell(Charlie):
        def list_storage_hosts(self, context: Any) -> Any:
            text = self.pool.do_exec_shell(["lunch"], 0.2)
            return [{"storage_id": self.storage_id, "native_storage_host_id": text.split()[-1]}]

    with ssh_server(lambda line: Answer({**said, **lines}[line])) as server:
        access = {
            "vendor": "acme",
            "model": "charlie",
            "ssh": {**server.access, "password": cryptor.encode(SSH_PASSWORD)},
        }
        made = make.record(Shell, access, tmp_path / "r", "simulator")
    assert (made.failures, made.differences) == ([], [])
    kept = {(one.channel, one.asked) for one in exchange.load(tmp_path / "r")}
    assert {("exec", "show pools"), ("shell", ""), ("shell", "lunch")} <= kept
    assert SSH_PASSWORD not in everything_in(tmp_path / "r")


def test_a_command_that_was_cut_off_is_no_answer(tmp_path: Path) -> None:
    def answer(command: str) -> Answer:
        return Answer(b"p1,", then=drop)

    with ssh_server(answer) as server:
        access = {
            "vendor": "acme",
            "model": "charlie",
            "ssh": {**server.access, "password": cryptor.encode(SSH_PASSWORD)},
        }
        recorder = Recorder(tmp_path, about.About("acme charlie", "array"), access)
        with wire.opened() as tap:
            tap.attach(recorder, access)
            driver = Charlie(**access)
            with pytest.raises(exception.DelfinException):
                driver.list_storage_pools(None)
            driver.close_connection()
        recorder.close()
    assert exchange.load(tmp_path) == []


def test_nothing_is_heard_before_and_after(array: FakeStorage, tmp_path: Path) -> None:
    access = access_to(array)
    recorder = Recorder(tmp_path, about.About("a b", "simulator"), access)
    driver = FakeStorageDriver(**access)
    with wire.opened() as tap:
        driver.get_storage(None)
        tap.attach(recorder, access)
        driver.list_volumes(None)
        tap.detach(recorder)
        driver.list_ports(None)
    driver.list_disks(None)
    driver.close_connection()
    recorder.close()
    assert [one.asked["path"] for one in exchange.load(tmp_path)] == ["/api/v1/volumes"]


class TestService:
    """What '[storage_driver] record_dir' does to the sessions of a service."""

    def watched(self, folder: Path, tap: wire.Wire, limit: int = 1 << 20, keep: int = 20) -> Any:
        return service.SessionRecordings(folder, limit, keep, tap)

    def test_each_session_leaves_a_recording_that_plays_back(
        self, array: FakeStorage, tmp_path: Path
    ) -> None:
        with wire.opened() as tap:
            drivers = DriverManager(watch=self.watched(tmp_path, tap))
            access = access_to(array)
            driver: Any = drivers.get_driver(**access)
            volumes = driver.list_volumes(None)
            driver.get_storage(None)
            driver.close_connection()
        (folder,) = tmp_path.iterdir()
        assert folder.name.startswith("fake_storage-fake_driver-")
        assert folder.stat().st_mode & 0o077 == 0
        told = everything_in(folder)
        assert SERIAL not in told
        assert PASSWORD not in told
        assert "127.0.0.1" not in told.replace(f"//{HOST}", "")
        played = Subject(FakeStorageDriver, recording=folder).reading
        assert len(played.answers["volumes"]) == len(volumes)

    def test_a_failed_login_is_recorded(self, array: FakeStorage, tmp_path: Path) -> None:
        access = access_to(array)
        access["rest"]["password"] = cryptor.encode("wrong-but-secret")
        with wire.opened() as tap:
            drivers = DriverManager(watch=self.watched(tmp_path, tap))
            with pytest.raises(exception.InvalidUsernameOrPassword):
                drivers.get_driver(**access)
        (folder,) = tmp_path.iterdir()
        assert about.read(folder).complete
        assert [one.answer["status"] for one in exchange.load(folder)] == [401]
        assert "wrong-but-secret" not in everything_in(folder)

    def test_sessions_of_many_threads_do_not_mix(self, tmp_path: Path) -> None:
        arrays = [FakeStorage(password=PASSWORD) for _ in range(4)]
        problems: list[BaseException] = []

        def work(array: FakeStorage, drivers: DriverManager) -> None:
            try:
                driver: Any = drivers.get_driver(**access_to(array, serial=f"ARRAY-{array.port}"))
                for _ in range(3):
                    driver.get_storage(None)
                    driver.list_volumes(None)
                driver.close_connection()
            except BaseException as error:  # noqa: BLE001 - told by the main thread
                problems.append(error)

        with wire.opened() as tap:
            drivers = DriverManager(watch=self.watched(tmp_path, tap))
            for array in arrays:
                array.start()
            threads = [threading.Thread(target=work, args=(a, drivers)) for a in arrays]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        for array in arrays:
            array.close()
        assert problems == []
        folders = list(tmp_path.iterdir())
        assert len(folders) == 4
        for folder in folders:
            paths = [one.asked["path"] for one in exchange.load(folder)]
            assert paths.count("/api/v1/sessions") == 1
            assert paths.count("/api/v1/volumes") == 3
            assert "ARRAY-" not in everything_in(folder)

    def test_a_recording_goes_no_further_than_its_size(
        self, array: FakeStorage, tmp_path: Path
    ) -> None:
        with wire.opened() as tap:
            recordings = self.watched(tmp_path, tap, limit=20_000)
            driver: Any = DriverManager(watch=recordings).get_driver(**access_to(array))
            for _ in range(50):
                assert len(driver.list_volumes(None)) == 5
            recordings.close()
        (folder,) = tmp_path.iterdir()
        assert (folder / exchange.FILE).stat().st_size <= 20_000
        assert not about.read(folder).complete
        assert exchange.load(folder)

    def test_old_recordings_make_room_and_running_ones_do_not(
        self, array: FakeStorage, tmp_path: Path
    ) -> None:
        with wire.opened() as tap:
            recordings = self.watched(tmp_path, tap, keep=2)
            drivers = DriverManager(watch=recordings)
            first: Any = drivers.get_driver(**access_to(array))
            (running,) = tmp_path.iterdir()
            for _ in range(3):
                other: Any = drivers.get_driver(**access_to(array))
                other.close_connection()
            assert running in set(tmp_path.iterdir())
            assert len(list(tmp_path.iterdir())) == 2
            second: Any = drivers.get_driver(**access_to(array))
            unrecorded: Any = drivers.get_driver(**access_to(array))
            assert len(unrecorded.list_volumes(None)) == 5
            assert len(list(tmp_path.iterdir())) == 2
            for driver in (first, second, unrecorded):
                driver.close_connection()

    def test_a_folder_that_cannot_be_written_stops_nobody(
        self, array: FakeStorage, tmp_path: Path
    ) -> None:
        blocked = tmp_path / "file"
        blocked.touch()
        with wire.opened() as tap:
            driver: Any = DriverManager(watch=self.watched(blocked, tap)).get_driver(
                **access_to(array)
            )
            assert len(driver.list_volumes(None)) == 5
            driver.close_connection()

    def test_a_recording_that_vanishes_stops_nobody(
        self, array: FakeStorage, tmp_path: Path
    ) -> None:
        import shutil

        with wire.opened() as tap:
            driver: Any = DriverManager(watch=self.watched(tmp_path, tap)).get_driver(
                **access_to(array)
            )
            shutil.rmtree(next(tmp_path.iterdir()))
            assert len(driver.list_volumes(None)) == 5
            driver.close_connection()
