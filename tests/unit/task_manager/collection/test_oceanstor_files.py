"""The simulated OceanStor on real sockets: what was missed is filled from its files, or is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import paramiko
import pytest

from delfin import cryptor, exception
from delfin.context import get_admin_context
from delfin.db import collection, storages
from delfin.db.access_info import AccessInfo
from delfin.db.access_secrets import seal
from delfin.drivers.api import DriverAPI
from delfin.drivers.manager import DriverManager
from delfin.drivers.session.limits import Call
from delfin.drivers.session.manager import SessionManager
from delfin.drivers.trust.tls import TlsTrust
from delfin.jobs.collect import request
from delfin.jobs.queue import DONE
from delfin.jobs.worker import Finished
from delfin.task_manager.collection.runner import CollectRunner
from delfin.telemetry.plan import Wanted
from delfin.telemetry.standing import standing
from delfin.testing.simulated.oceanstor import OceanStor, Sizes
from tests.unit.conftest import Bench
from tests.unit.drivers.huawei.oceanstor.kept_files import without_files_of
from tests.unit.task_manager.collection.world import BEGIN, HOUR, MINUTE, Recording, SimulatedTime

USER, PASSWORD = "admin", "Fake-Array-1"
# A multiple of the length of a file.
ROUND = BEGIN // HOUR * HOUR


class Collected:
    """An array of three disks that is collected once a minute, its performance not elsewhere."""

    def __init__(
        self, bench: Bench, array: OceanStor, time: SimulatedTime, *, ssh: str | None
    ) -> None:
        """'ssh' is the password for files, if they are to be read."""
        self.bench, self.time, self.sink = bench, time, Recording()
        self._tls = TlsTrust(ca_path=str(array.certificate_path))
        self.arrays = DriverAPI(bench.database, bench.keyring, DriverManager(tls=self._tls))
        self.storage_id = _register(bench, array, ssh=ssh)
        self._runner = CollectRunner(
            *(bench.database, bench.queue, self.arrays, bench.conf, self.sink),
            plan=lambda *_: [Wanted("disk", 60, frozenset({"iops"}), True, (), "c")],
            clock=time,
        )

    def another_process(self) -> SessionManager:
        drivers = DriverManager(tls=self._tls)
        return DriverAPI(self.bench.database, self.bench.keyring, drivers).sessions

    def collect(self) -> Finished:
        with self.bench.database.writer() as session:
            request(self.bench.queue, session, self.storage_id, at_once=True)
        lease = self.bench.queue.lease("a")
        assert lease is not None
        finished = self._runner(lease, self.bench.stopping)
        self.bench.queue.finish(lease, finished.state, finished.result)
        return finished

    def up_to_date(self) -> None:
        """At a round hour, all that can be read then has been read."""
        self.time.passed = ROUND - BEGIN + 2 * HOUR
        self.collect()

    def missing(self) -> Any:
        with self.bench.database.reader() as session:
            told = standing(session, self.storage_id, self.time.wall_ms())
        return told["resources"][0]["missing"]

    def gaps(self) -> list[tuple[int, int]]:
        with self.bench.database.reader() as session:
            found = collection.gaps(session, self.storage_id)
            return [(one.start_time, one.end_time) for one in found]

    @property
    def disk(self) -> str:
        return min(key[1] for key in self.sink.values)

    def holes(self, since: int, until: int) -> set[int]:
        wanted = set(range(since, until + 1, MINUTE))
        return wanted - set(self.sink.times("disk", self.disk, "iops"))


@pytest.fixture
def time() -> SimulatedTime:
    return SimulatedTime()


@pytest.fixture
def array(time: SimulatedTime) -> Iterator[OceanStor]:
    sizes = Sizes(pools=1, luns=0, filesystems=0, fc_ports=0, eth_ports=0, disks=3)
    with OceanStor(sizes=sizes, clock_ms=time.wall_ms, has_files=True) as started:
        yield started


def _register(bench: Bench, array: OceanStor, *, ssh: str | None) -> str:
    storage_id = str(uuid4())
    first, second = array.controllers
    account = {"username": USER, "password": cryptor.encode(PASSWORD)}
    blocks: dict[str, Any] = {"rest": {"host": array.host, "port": array.port, **account}}
    if ssh:
        key = {"pub_key": first.public_key}
        account = {"username": USER, "password": cryptor.encode(ssh)}
        blocks["ssh"] = {"host": first.host, "port": first.port, **account, **key}
        other = f"{second.host}:{second.port} {second.public_key}"
        blocks["extra_attributes"] = {"performance_hosts": other}
    with bench.database.writer() as session:
        told = {"serial_number": storage_id, "firmware_version": "6.1.6"}
        storages.add(session, storage_id, told)
        sealed = seal(bench.keyring, storage_id, blocks)
        names = {"vendor": "huawei", "model": "oceanstor"}
        session.add(AccessInfo(storage_id=storage_id, generation=1, **names, **sealed))
    return storage_id


@pytest.fixture
def collected(
    sqlite_bench: Bench,
    array: OceanStor,
    time: SimulatedTime,
    request: pytest.FixtureRequest,
) -> Iterator[Collected]:
    sqlite_bench.conf.set_override("performance_history_on_reschedule", 600, "telemetry")
    made = Collected(sqlite_bench, array, time, ssh=getattr(request, "param", PASSWORD))
    yield made
    made.arrays.sessions.close()


def test_a_time_without_delfin_is_filled_from_the_files(
    collected: Collected, time: SimulatedTime
) -> None:
    collected.up_to_date()
    # Files hold fifteen minutes each.
    assert max(collected.sink.times("disk", collected.disk, "iops")) == time.wall_ms() - MINUTE
    began = time.wall_ms()
    time.sleep(40 * MINUTE)
    assert collected.collect().state == DONE
    assert collected.missing() == []
    assert not collected.holes(began, began + 29 * MINUTE)
    time.sleep(5 * MINUTE)
    assert collected.collect().state == DONE
    assert not collected.holes(began, began + 44 * MINUTE)
    assert collected.sink.repeated == 0


def test_what_is_older_than_the_oldest_file_is_one_gap_and_the_rest_is_read(
    collected: Collected, array: OceanStor, time: SimulatedTime
) -> None:
    collected.up_to_date()
    began = time.wall_ms() - MINUTE
    time.sleep(3 * HOUR)
    oldest = time.wall_ms() - HOUR
    without_files_of(array.controllers[1], 0, oldest // 1000)
    kept = oldest - 16 * MINUTE
    assert collected.collect().state == DONE
    assert (collected.missing(), collected.gaps()) == ([], [(began, kept)])
    assert not collected.holes(kept + MINUTE, time.wall_ms() - MINUTE)
    assert collected.sink.repeated == 0


def test_a_controller_that_has_come_back_stops_no_collection(
    collected: Collected, array: OceanStor, time: SimulatedTime
) -> None:
    collected.up_to_date()
    began = time.wall_ms()
    time.sleep(2 * HOUR)
    without_files_of(array.controllers[1], began // 1000, time.wall_ms() // 1000 + 1)
    assert collected.collect().state == DONE
    assert not collected.holes(began, time.wall_ms() - 31 * MINUTE)
    time.sleep(15 * MINUTE)
    assert collected.collect().state == DONE
    assert not collected.holes(began, time.wall_ms() - MINUTE)
    assert (collected.missing(), collected.gaps(), collected.sink.repeated) == ([], [], 0)


@pytest.mark.parametrize("collected", [None], indirect=True)
def test_without_a_way_to_the_files_it_is_a_gap(collected: Collected, time: SimulatedTime) -> None:
    collected.up_to_date()
    began = time.wall_ms()
    time.sleep(HOUR)
    collected.collect()
    assert len(collected.holes(began, began + HOUR)) == 59
    assert collected.missing() == []


@pytest.mark.parametrize("collected", ["wrong-Passw0rd"], indirect=True)
def test_a_password_that_is_refused_for_files_is_not_tried_again(
    collected: Collected, array: OceanStor, time: SimulatedTime
) -> None:
    """Whichever process is next: the state of the access is everybody's."""
    for _ in range(3):
        collected.collect()
        time.sleep(5 * MINUTE)
    another = collected.another_process()
    with (
        pytest.raises(exception.InvalidUsernameOrPassword, match="refused since"),
        another.using(get_admin_context(), collected.storage_id, Call.LIST),
    ):
        pass
    another.close()
    assert [one.logins for one in array.controllers] == [1, 0]
    assert (array.sessions.logins, array.sessions.open) == (1, 0)


def test_a_password_that_no_sign_in_could_try_is_refused_once_for_all_processes(
    collected: Collected, array: OceanStor
) -> None:
    """The host was no good when delfin signed in, so the first collection finds it out."""
    first, sessions = array.controllers[0], collected.arrays.sessions
    known, first.host_key = first.host_key, paramiko.ECDSAKey.generate()
    with sessions.using(get_admin_context(), collected.storage_id, Call.LIST) as driver:
        assert driver.list_disks(None)
    assert [one.logins for one in array.controllers] == [0, 0]
    first.host_key = known
    for one in array.controllers:
        one.knows = lambda *_account: False
    for _ in range(2):
        assert collected.collect().result["error_code"] == "InvalidUsernameOrPassword"
    another = collected.another_process()
    with (
        pytest.raises(exception.InvalidUsernameOrPassword, match="refused since"),
        another.using(get_admin_context(), collected.storage_id, Call.LIST),
    ):
        pass
    another.close()
    assert sum(one.logins for one in array.controllers) == 1


def test_a_controller_that_refuses_the_password_later_is_asked_once(
    collected: Collected, array: OceanStor, time: SimulatedTime
) -> None:
    collected.collect()
    array.controllers[1].knows = lambda *_account: False
    before = array.controllers[1].logins
    for _ in range(3):
        time.sleep(16 * MINUTE)
        collected.collect()
    assert array.controllers[1].logins == before + 1
