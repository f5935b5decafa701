"""Members that are processes: killed, and frozen for longer than their time."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.coordination.conftest import EXPIRATION
from tests.service.coordination.redis_process import RedisProcess
from tests.waiting import wait_until

pytestmark = pytest.mark.service

COUNT = 100
ROOT = Path(__file__).resolve().parents[3]


class Process:
    def __init__(self, server: str, folder: Path) -> None:
        words = [server, str(folder), str(COUNT), str(EXPIRATION)]
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.service.coordination.member", *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def close(self) -> None:
        self.process.kill()
        with self.process:
            """Closes what connects us."""


Launch = Callable[[], Process]


@pytest.fixture
def launch(server: RedisProcess, tmp_path: Path) -> Iterator[Launch]:
    launched: list[Process] = []

    def start() -> Process:
        launched.append(Process(server.address, tmp_path))
        return launched[-1]

    yield start
    for process in launched:
        process.close()


def is_settled(processes: list[Process]) -> bool:
    """All storages are owned, by each of the processes, and one of these leads."""
    states = [process.ask() for process in processes]
    mine = [number for state in states for number in state["mine"]]
    assert len(mine) == len(set(mine)), "a storage has two owners"
    everybody = all(state["mine"] for state in states)
    return everybody and len(mine) == COUNT and sum(state["leading"] for state in states) == 1


def test_what_a_killed_process_owned_goes_to_the_others(launch: Launch) -> None:
    processes = [launch() for _ in range(3)]
    wait_until(lambda: is_settled(processes), 60)
    leader = next(process for process in processes if process.ask()["leading"])
    leader.send(signal.SIGKILL)
    processes.remove(leader)
    wait_until(lambda: is_settled(processes), 30)


def test_a_frozen_process_owns_and_leads_nothing_when_it_goes_on(launch: Launch) -> None:
    processes = [launch() for _ in range(3)]
    wait_until(lambda: is_settled(processes), 60)
    frozen = next(process for process in processes if process.ask()["leading"])
    others = [process for process in processes if process is not frozen]
    frozen.send(signal.SIGSTOP)
    wait_until(lambda: is_settled(others), 30)
    # The question waits for it: it is answered in the moment in which the process goes on.
    assert frozen.process.stdin is not None
    frozen.process.stdin.write("\n")
    frozen.process.stdin.flush()
    frozen.send(signal.SIGCONT)
    first = frozen.answer()
    assert (first["mine"], first["leading"]) == ([], False)
    wait_until(lambda: is_settled(processes), 30)
