"""What holds of sessions holds with the drivers and arrays of vendors, over real sockets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from delfin import cryptor, exception
from delfin.context import get_admin_context
from delfin.db import storages
from delfin.db.access_info import AccessInfo
from delfin.db.access_secrets import seal
from delfin.drivers.api import DriverAPI
from delfin.drivers.manager import DriverManager
from delfin.drivers.trust.tls import TlsTrust
from delfin.inventory.block import VOLUMES
from delfin.testing.simulated.array import SimulatedArray
from tests.unit.drivers.session.conftest import Processes, ask
from tests.vendor_arrays import NEIGHBOUR, VENDORS, registration

OTHER = "An0ther-d00r-of-the-array"
POWERMAX = "dellemc pmax"

Start = Callable[[], DriverAPI]


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """The driver's name; every one, unless the story says otherwise."""
    return str(getattr(request, "param", POWERMAX))


@pytest.fixture
def array(name: str) -> Iterator[SimulatedArray]:
    with VENDORS[name].make() as started:
        yield started


every_vendor = pytest.mark.parametrize("name", VENDORS, indirect=True)


@pytest.fixture
def start(processes: Processes, array: SimulatedArray) -> Start:
    """Starts a process that trusts the array."""

    def started() -> DriverAPI:
        tls = TlsTrust(verify=True, ca_path=str(array.certificate_path))
        return processes.start(drivers=DriverManager(tls=tls))

    return started


def register(
    processes: Processes, process: DriverAPI, name: str, array: SimulatedArray, **more: str
) -> str:
    """The id of a storage that is found at the array, and of which nobody has a session yet."""
    body, storage_id = registration(name, array, **more), str(uuid4())
    body["rest"]["password"] = cryptor.encode(body["rest"]["password"])
    context = get_admin_context(storage_id=storage_id)
    row = process.discover_storage(context, {"storage_id": storage_id, **body})
    if process.may_share(body["vendor"], body["model"]):
        body["manager_key"] = f"manager-{array.port}"
    bench = processes.bench
    with bench.database.writer() as session:
        storages.add(session, storage_id, row)
        blocks = seal(bench.keyring, storage_id, {"rest": body.pop("rest")})
        session.add(AccessInfo(storage_id=storage_id, generation=1, **body, **blocks))
    array.reset_counters()
    return storage_id


def check(process: DriverAPI, storage_id: str) -> None:
    process.check_access(get_admin_context(), storage_id)


@every_vendor
def test_callers_share_one_login_and_one_more_when_the_array_has_ended_it(
    processes: Processes, start: Start, name: str, array: SimulatedArray
) -> None:
    process = start()
    storage_id = register(processes, process, name, array)
    for ended in (0, 1):
        array.sessions.expire_all()
        threads = [threading.Thread(target=ask, args=(process, storage_id)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert (array.sessions.logins, array.sessions.open) == (1 + ended, 1)


@every_vendor
def test_a_changed_password_counts_on_the_next_call_and_the_old_session_ends(
    processes: Processes, start: Start, name: str, array: SimulatedArray
) -> None:
    process = start()
    storage_id = register(processes, process, name, array)
    ask(process, storage_id)
    array.sessions.change_password(OTHER, keep=True)
    processes.change_password(storage_id, OTHER)
    changed_at = time.monotonic()
    ask(process, storage_id)
    assert array.sessions.failed_logins == 0
    if VENDORS[name].has_sessions:
        assert array.sessions.open_by_generation() == {2: 1}
        assert array.sessions.logouts == 1
    else:
        assert array.sessions.last_request[1] < changed_at < array.sessions.last_request[2]


@every_vendor
def test_all_processes_together_try_a_bad_password_twice(
    processes: Processes, start: Start, name: str, array: SimulatedArray
) -> None:
    """Also when it went bad under a session, and the driver has tried it by itself."""
    started = [start() for _ in range(3)]
    storage_id = register(processes, started[0], name, array)
    ask(started[0], storage_id)
    array.sessions.change_password(OTHER)
    for process in started:
        for attempt in (ask, check, check):
            with pytest.raises(exception.InvalidUsernameOrPassword):
                attempt(process, storage_id)
    assert array.sessions.failed_logins == 2
    assert processes.state(storage_id).state == "credentials_invalid"


@pytest.mark.parametrize("name", ["huawei oceanstor"], indirect=True)
def test_an_array_without_a_free_session_is_left_alone(
    processes: Processes, start: Start, name: str, array: SimulatedArray
) -> None:
    started = [start() for _ in range(3)]
    storage_id = register(processes, started[0], name, array)
    array.sessions.limit = 0
    for process in started:
        for _ in range(3):
            with pytest.raises(exception.StorageMaxUserCountException):
                ask(process, storage_id)
    assert array.sessions.refused_logins == 1
    assert processes.state(storage_id).state == "session_limit"


def test_arrays_behind_one_unisphere_share_a_session_and_nothing_else(
    processes: Processes, start: Start, name: str, array: SimulatedArray
) -> None:
    process = start()
    first = register(processes, process, name, array)
    second = register(processes, process, name, array, storage_name=NEIGHBOUR)
    array.sessions.expire_all()

    def volumes(storage_id: str) -> int:
        return len(process.list_rows(get_admin_context(), storage_id, VOLUMES).rows)

    assert (volumes(first), volumes(second)) == (20, 7)
    assert array.sessions.logins == 1
    process.remove_storage(get_admin_context(storage_id=first), first)
    assert volumes(second) == 7
    assert array.sessions.logins == 1


def test_a_password_that_one_array_of_a_unisphere_refused_is_sent_for_no_other(
    processes: Processes, start: Start, name: str, array: SimulatedArray
) -> None:
    here, there = start(), start()
    first = register(processes, here, name, array)
    second = register(processes, here, name, array, storage_name=NEIGHBOUR)
    ask(here, first)
    ask(there, second)
    array.sessions.change_password(OTHER)
    for process, storage_id in ((here, first), (there, second), (here, first), (there, second)):
        with pytest.raises(exception.InvalidUsernameOrPassword):
            ask(process, storage_id)
    assert array.sessions.failed_logins == 1
    assert {processes.state(one).state for one in (first, second)} == {"credentials_invalid"}
