"""A simulated array as a process of its own, as 'delfin-manage simulate' starts it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests


@contextmanager
def played(name: str) -> Iterator[subprocess.Popen[str]]:
    code = (
        "from delfin.testing.simulated.playing import play\n"
        f"play({name!r}, '127.0.0.1', 0, 0, username='operator', password='pw')\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as array:
        try:
            yield array
        finally:
            array.kill()


def lines(array: subprocess.Popen[str], count: int) -> list[str]:
    assert array.stdout is not None
    return [array.stdout.readline().strip() for _ in range(count)]


def test_it_runs_as_a_process_until_told_to_stop() -> None:
    with played("fake") as array:
        https, control, certificate = (line.split()[-1] for line in lines(array, 3))
        body = {"user": "operator", "password": "pw"}
        answer = requests.post(f"{https}/api/v1/sessions", json=body, verify=certificate, timeout=5)
        assert answer.status_code == 201
        assert requests.get(f"{control}/counters", timeout=5).json()["open_sessions"] == 1
        array.send_signal(signal.SIGINT)
        array.send_signal(signal.SIGTERM)
        assert array.wait(timeout=10) == 0
        assert not Path(certificate).parent.exists()


@pytest.mark.parametrize(
    ("name", "particular"),
    [
        ("oceanstor", r"performance files on ssh://127.0.0.1:\d+, host key SHA256:\S{43}"),
        ("powermax", r"storage_name \d{12}"),
    ],
)
def test_what_a_registration_must_say_is_printed(name: str, particular: str) -> None:
    with played(name) as array:
        first, *_, last = lines(array, 5)
        assert first.startswith(f"{name} array on https://127.0.0.1:")
        assert re.fullmatch(particular, last)
        array.send_signal(signal.SIGTERM)
        assert array.wait(timeout=10) == 0
