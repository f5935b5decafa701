"""Named locks between threads and between processes."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from oslo_config import cfg

from delfin import exception
from delfin.coordination.locks import Coordinator

NAME = "register:10.0.0.1:443"
# Another process: takes the lock, says so, and gives it up when its input ends.
HOLDER = """
import sys
from oslo_config import cfg
from delfin.conf import coordination
from delfin.coordination.locks import Coordinator
conf = cfg.ConfigOpts()
conf([])
conf.register_opt(cfg.StrOpt("state_path", default=sys.argv[1]))
coordination.register(conf)
coordinator = Coordinator(conf)
coordinator.start()
with coordinator.lock(sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""
# Another process that adds to a number in a file, under the lock, without any other care.
COUNTER = (
    HOLDER.split("with ", maxsplit=1)[0]
    + """
from pathlib import Path
total = Path(sys.argv[1], "total")
for _ in range(50):
    with coordinator.lock(sys.argv[2]):
        total.write_text(str(int(total.read_text()) + 1))
"""
)


@contextmanager
def another_process(folder: Path, name: str = NAME) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def lock_files(folder: Path) -> list[Path]:
    return list((folder / "locks").iterdir())


def test_threads_hold_a_lock_one_at_a_time(coordinator: Coordinator) -> None:
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with coordinator.lock(NAME):
                inside += 1
                most = max(most, inside)
                time.sleep(0.0002)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (inside, most) == (0, 1)


def test_two_coordinators_of_one_process_exclude_each_other(
    conf: cfg.ConfigOpts, coordinator: Coordinator
) -> None:
    other = Coordinator(conf)
    with (
        coordinator.lock(NAME),
        pytest.raises(exception.LockAcquisitionFailed),
        other.lock(NAME, timeout=0.05),
    ):
        pass
    with other.lock(NAME, timeout=0.05):
        pass


# tooz leaves the closing of a file whose lock it did not get to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_another_process_keeps_us_out_until_it_lets_go(
    coordinator: Coordinator, tmp_path: Path
) -> None:
    with another_process(tmp_path) as process:
        with pytest.raises(exception.LockAcquisitionFailed), coordinator.lock(NAME, timeout=0.05):
            pass
        assert process.stdin is not None
        process.stdin.close()
        with coordinator.lock(NAME, timeout=10):
            pass


def test_the_lock_of_a_killed_process_is_free(coordinator: Coordinator, tmp_path: Path) -> None:
    with another_process(tmp_path) as process:
        process.kill()
        with coordinator.lock(NAME, timeout=10):
            pass


def test_processes_that_add_to_one_number_lose_nothing(tmp_path: Path) -> None:
    (tmp_path / "total").write_text("0")
    command = [sys.executable, "-c", COUNTER, str(tmp_path), NAME]
    processes = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert (tmp_path / "total").read_text() == "150"


def test_waiting_ends_at_the_timeout(coordinator: Coordinator) -> None:
    held = threading.Event()
    free = threading.Event()

    def hold() -> None:
        with coordinator.lock(NAME):
            held.set()
            free.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    begin = time.monotonic()
    with pytest.raises(exception.LockAcquisitionFailed), coordinator.lock(NAME, timeout=0.2):
        pass
    assert 0.2 <= time.monotonic() - begin < 1
    free.set()
    thread.join(10)


def test_names_do_not_get_in_the_way_of_each_other(coordinator: Coordinator) -> None:
    with coordinator.lock("a", timeout=0), coordinator.lock("b", timeout=0):
        pass


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\0c", "Zürich ", "x" * 5000, ""])
def test_a_name_may_be_any_text(coordinator: Coordinator, tmp_path: Path, name: str) -> None:
    with coordinator.lock(name, timeout=1):
        assert lock_files(tmp_path)
    assert {path.parent for path in lock_files(tmp_path)} == {tmp_path / "locks"}


def test_an_error_inside_gives_the_lock_up(coordinator: Coordinator) -> None:
    with pytest.raises(ZeroDivisionError), coordinator.lock(NAME):
        raise ZeroDivisionError
    with coordinator.lock(NAME, timeout=0):
        pass


def test_an_unusable_folder_is_said_at_the_start(conf: cfg.ConfigOpts, tmp_path: Path) -> None:
    (tmp_path / "locks").write_text("a file is in the way")
    with pytest.raises(exception.LockCreationFailed, match="state_path"):
        Coordinator(conf).start()


def test_the_server_of_an_old_configuration_need_not_be_there(conf: cfg.ConfigOpts) -> None:
    conf.set_override("backend_type", "redis", "coordination")
    # Nobody listens at the discard port.
    conf.set_override("backend_server", "127.0.0.1:9", "coordination")
    coordinator = Coordinator(conf)
    coordinator.start()
    with coordinator.lock(NAME):
        pass
    coordinator.stop()


def test_an_unknown_backend_is_refused(conf: cfg.ConfigOpts) -> None:
    with pytest.raises(ValueError, match="zookeeper"):
        conf.set_override("backend_type", "zookeeper", "coordination")
