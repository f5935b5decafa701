"""Every way in which a driver can hang ends at the deadline, and the next call works."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from delfin import cryptor, exception
from delfin.drivers.fake_storage.driver import FakeStorageDriver
from delfin.drivers.session import deadline
from delfin.drivers.session.connections import Connections
from delfin.drivers.session.deadline import Watcher
from delfin.drivers.utils.ssh_client import SSHPool
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.unit.drivers.utils.ssh_server import PASSWORD as SSH_PASSWORD
from tests.unit.drivers.utils.ssh_server import Answer, hang, ssh_server
from tests.waiting import during, wait_until

SHORT = 0.4
# Far below what each driver's own timeouts would allow.
SOON = 8.0


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
def array() -> Iterator[FakeStorage]:
    with FakeStorage() as started:
        yield started


def driver_of(array: FakeStorage, **attributes: str) -> FakeStorageDriver:
    rest = {"host": array.host, "port": array.port, "username": "admin"}
    rest["password"] = cryptor.encode("Fake-Array-1")
    verify = str(array.certificate_path)
    return FakeStorageDriver(rest=rest, extra_attributes=attributes, verify=verify)


def cut_off(watcher: Watcher, connections: Connections, call: Callable[[], Any]) -> None:
    """The call is ended soon after its deadline."""
    began = time.monotonic()
    with (
        pytest.raises(exception.DriverCallTimeout),
        watcher.bounded("call", SHORT, connections),
    ):
        call()
    assert SHORT <= time.monotonic() - began < SOON


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_rest(watcher: Watcher, array: FakeStorage, fault: str) -> None:
    connections = Connections()
    with watcher.bounded("login", 30, connections):
        driver = driver_of(array, volumes="2000")
    array.faults.order(fault, "volumes", chunk=16, interval=0.05)
    cut_off(watcher, connections, lambda: driver.list_volumes(None))
    array.faults.clear()
    # The array is told that the session ends, over a connection of its own.
    connections.reopen()
    with watcher.bounded("logout", 30, connections):
        driver.close_connection()
    assert array.sessions.open == 0
    again = Connections()
    with watcher.bounded("login", 30, again):
        assert len(driver_of(array, volumes="3").list_volumes(None)) == 3


def test_ssh_command_that_never_returns(watcher: Watcher) -> None:
    answers = {"hang": Answer(then=hang)}
    with ssh_server(lambda command: answers.get(command, Answer(b"fine"))) as server:
        access = {**server.access, "password": cryptor.encode(SSH_PASSWORD)}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            connections = Connections()
            pool = SSHPool(ssh=access)
            cut_off(watcher, connections, lambda: pool.run("hang", timeout=600))
            pool.close()
            again = SSHPool(ssh=access)
            with watcher.bounded("call", 30, Connections()):
                assert again.run("ask").stdout == "fine"
            again.close()
        server.closing.set()


def test_paging_without_end(watcher: Watcher, array: FakeStorage) -> None:
    connections = Connections()
    with watcher.bounded("login", 30, connections):
        driver = driver_of(array, volumes="5")

    def turn_pages() -> None:
        while True:
            driver.get_storage(None)

    cut_off(watcher, connections, turn_pages)


def test_loop_that_asks_nobody(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "GRACE", 0.1)

    def spin() -> None:
        while True:
            with contextlib.suppress(Exception):
                sum(range(100))

    cut_off(watcher, Connections(), spin)


def test_child_process_that_hangs(watcher: Watcher) -> None:
    nested = [sys.executable, "-c", "import subprocess; subprocess.run(['sleep', '600'])"]
    below: list[Path] = []

    def run() -> None:
        child = subprocess.Popen(nested)
        children = Path(f"/proc/{child.pid}/task/{child.pid}/children")
        below.append(Path(f"/proc/{int(wait_until(children.read_text).split()[0])}"))
        child.wait()

    began = time.monotonic()
    with (
        pytest.raises(exception.DriverCallTimeout),
        watcher.bounded("call", 1.5, Connections()),
    ):
        run()
    assert time.monotonic() - began < SOON
    wait_until(lambda: not below[0].exists() or "Z" in (below[0] / "stat").read_text())


def test_child_process_from_before_the_call_is_somebody_elses(watcher: Watcher) -> None:
    with subprocess.Popen(["sleep", "600"]) as bystander:
        with (
            pytest.raises(exception.DriverCallTimeout),
            watcher.bounded("call", 0.3, Connections()),
            subprocess.Popen(["sleep", "600"]) as child,
        ):
            child.wait()
        assert bystander.poll() is None
        bystander.kill()


def test_thread_of_the_drivers_own(watcher: Watcher) -> None:
    """Also a connection that another thread of the driver has made is shut down."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        seen: list[bytes] = []

        def read() -> None:
            with socket.create_connection(silent.getsockname()) as connection:
                seen.append(connection.recv(1))

        def ask() -> None:
            thread = threading.Thread(target=read)
            thread.start()
            thread.join()

        cut_off(watcher, Connections(), ask)
        assert seen == [b""]


def test_address_that_does_not_answer(watcher: Watcher) -> None:
    """A full queue of connections: the next one is never accepted."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
        late = stack.enter_context(socket.socket())
        cut_off(watcher, Connections(), lambda: late.connect(server.getsockname()))


def test_a_call_that_was_cut_off_cannot_connect_again(watcher: Watcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        refused: list[OSError] = []

        def stubborn() -> None:
            while not refused:
                try:
                    with socket.create_connection(silent.getsockname()) as connection:
                        connection.recv(1)
                except OSError as error:
                    refused.append(error)

        cut_off(watcher, Connections(), stubborn)
        assert isinstance(refused[0], TimeoutError)


def test_an_answer_that_a_cut_off_driver_makes_up_is_not_believed(watcher: Watcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:

        def swallow() -> list[Any]:
            with socket.create_connection(silent.getsockname()) as connection:
                connection.recv(1)
            return []

        cut_off(watcher, Connections(), swallow)


def test_the_sockets_of_others_are_left_alone(watcher: Watcher) -> None:
    """Also when a number of the driver's was given to somebody else's socket since."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        connections = Connections()
        with watcher.bounded("call", 30, connections):
            first = socket.create_connection(server.getsockname())
        number = first.fileno()
        first.close()
        with socket.create_connection(server.getsockname()) as other:
            assert other.fileno() == number, "else this story shows nothing"
            connections.cut()
            gone, _ = server.accept()
            gone.close()
            accepted, _ = server.accept()
            with accepted:
                accepted.sendall(b"x")
                assert other.recv(1) == b"x"


def test_who_sleeps_in_c_is_given_up(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "GRACE", 0.05)
    lost, leave, ended = threading.Event(), threading.Event(), threading.Event()

    def sleep() -> None:
        with (
            contextlib.suppress(exception.DriverCallTimeout),
            watcher.bounded("call", SHORT, Connections(), lost.set),
        ):
            # Waiting for a lock cannot be interrupted.
            leave.wait(60)
        ended.set()

    threading.Thread(target=sleep).start()
    assert lost.wait(SOON)
    leave.set()
    assert ended.wait(SOON)


def test_nothing_is_raised_in_a_thread_whose_call_is_over(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls that end in the very moment of their deadline, again and again."""
    monkeypatch.setattr(deadline, "GRACE", 0.001)
    strays: list[BaseException] = []

    def many() -> None:
        try:
            for number in range(50):
                end = time.monotonic() + 0.003 + number % 10 / 2000
                with (
                    contextlib.suppress(exception.DriverCallTimeout),
                    watcher.bounded("call", 0.003, Connections()),
                ):
                    while time.monotonic() < end:
                        pass
                for _ in range(500):
                    pass
            for _ in during(0.05):
                pass
        except BaseException as error:  # noqa: BLE001 - what must not get out
            strays.append(error)

    threads = [threading.Thread(target=many) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert strays == []


def test_one_thread_watches_any_number_of_calls(watcher: Watcher) -> None:
    before = threading.active_count()
    with contextlib.ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(watcher.bounded("call", 30, Connections()))
        assert threading.active_count() == before + 1
