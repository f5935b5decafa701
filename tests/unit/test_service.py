"""Several services in one process: stories of a real process and its signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from delfin import service

# A process with services that say what happens to them. Arguments: the graceful timeout, and
# one behaviour for each service.
STORY = """
import sys, threading
from delfin import service
service.select_backend()
from oslo_config import cfg
from oslo_service.service import ServiceBase

class Told(ServiceBase):
    def __init__(self, name, behaviour):
        self.name, self.behaviour = name, behaviour
        self.ended = threading.Event()

    def say(self, what):
        print(f"{self.name} {what}", flush=True)

    def start(self):
        if self.behaviour == "cannot-start":
            raise RuntimeError("address in use")
        if self.behaviour == "busy-thread":
            threading.Thread(target=threading.Event().wait).start()
        self.say("started")

    def stop(self):
        if self.behaviour == "fails-to-stop":
            raise RuntimeError("no way")
        if self.behaviour == "hangs":
            threading.Event().wait()
        self.say("stopped")
        self.ended.set()

    def wait(self):
        self.ended.wait()
        self.say("ended")

    def reset(self):
        pass

conf = cfg.ConfigOpts()
conf([])
service.register_options(conf)
conf.set_override("graceful_shutdown_timeout", int(sys.argv[1]))
services = [Told(f"s{n}", behaviour) for n, behaviour in enumerate(sys.argv[2:])]
status = service.run(conf, services)
print("cleaned up", flush=True)
sys.exit(status)
"""


@contextmanager
def process(
    *behaviours: str, timeout: int = 5, backend: str = "threading"
) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", STORY, str(timeout), *behaviours],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, service.BACKEND_VARIABLE: backend},
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def started(running: subprocess.Popen[str], count: int) -> None:
    assert running.stdout is not None
    assert [running.stdout.readline() for _ in range(count)] == [
        f"s{number} started\n" for number in range(count)
    ]


def ended(running: subprocess.Popen[str]) -> tuple[int, list[str], str]:
    """Exit status, what was said since, and the error output."""
    # Not `communicate`: it would miss what `readline` has read ahead.
    assert running.stdout is not None
    assert running.stderr is not None
    out, err = running.stdout.read(), running.stderr.read()
    return running.wait(20), out.splitlines(), err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_all_services_the_last_one_first(number: signal.Signals) -> None:
    with process("good", "good") as running:
        started(running, 2)
        running.send_signal(number)
        status, said, _ = ended(running)
    assert status == 0
    assert said == ["s1 stopped", "s1 ended", "s0 stopped", "s0 ended", "cleaned up"]


def test_a_service_that_fails_to_stop_does_not_keep_the_others() -> None:
    with process("good", "fails-to-stop") as running:
        started(running, 2)
        running.terminate()
        status, said, err = ended(running)
    assert status == 0
    assert said == ["s0 stopped", "s0 ended", "cleaned up"]
    assert "no way" in err


@pytest.mark.parametrize("busy", ["hangs", "busy-thread"])
def test_what_is_busy_is_cut_off_when_the_time_is_over(busy: str) -> None:
    with process("good", busy, timeout=2) as running:
        started(running, 2)
        begin = time.monotonic()
        running.terminate()
        status, said, err = ended(running)
    assert status == 0
    assert {"s0 stopped", "s0 ended"} <= set(said)
    assert 1.9 <= time.monotonic() - begin < 6
    assert "cut off" in err


def test_a_second_signal_ends_the_process_at_once() -> None:
    with process("good", "hangs", timeout=60) as running:
        started(running, 2)
        begin = time.monotonic()
        running.terminate()
        # The service below is asked only after its share of the time; so ask until it is heard.
        while running.poll() is None and time.monotonic() - begin < 10:
            running.terminate()
            time.sleep(0.02)
        status, _, _ = ended(running)
    assert status == 128 + signal.SIGTERM


def test_a_service_that_cannot_start_stops_the_others_and_says_why() -> None:
    with process("good", "cannot-start", "good") as running:
        started(running, 1)
        status, said, err = ended(running)
    assert status == 1
    assert said == ["s0 stopped", "s0 ended", "cleaned up"]
    assert "delfin: Told could not start: address in use" in err


@pytest.mark.parametrize("name", ["threading", "eventlet"])
def test_the_back_end_is_chosen_from_the_environment(name: str) -> None:
    story = (
        "from delfin import service; service.select_backend(); service.select_backend()\n"
        "from oslo_service import backend; print(backend.get_backend_type().value)"
    )
    done = subprocess.run(
        [sys.executable, "-c", story],
        env={**os.environ, service.BACKEND_VARIABLE: name},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{name}\n"
    assert done.stderr == ""


def test_services_stop_under_eventlet_too() -> None:
    with process("good", "good", backend="eventlet") as running:
        started(running, 2)
        running.terminate()
        status, said, _ = ended(running)
    assert status == 0
    assert said == ["s1 stopped", "s1 ended", "s0 stopped", "s0 ended", "cleaned up"]


def test_an_unknown_back_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(service.BACKEND_VARIABLE, "asyncio")
    with pytest.raises(ValueError, match="DELFIN_SERVICE_BACKEND is 'threading' or 'eventlet'"):
        service.select_backend()


class Other:
    """A service that has ended only when another one was told to."""

    def __init__(self, told: threading.Event, awaited: threading.Event) -> None:
        self._told = told
        self._awaited = awaited

    def start(self) -> None:
        self._told.clear()

    def stop(self) -> None:
        self._told.set()

    def wait(self) -> None:
        assert self._awaited.wait(10)


def test_services_that_stop_together_are_all_told_before_one_is_waited_for() -> None:
    first, second = threading.Event(), threading.Event()
    both = service.Together([Other(first, second), Other(second, first)])
    both.start()
    both.stop()
    both.wait()
