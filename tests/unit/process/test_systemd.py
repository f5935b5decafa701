"""systemd is told what it asks for, and nobody is told anything without it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from delfin.process.systemd import Systemd


@pytest.fixture(params=["file", "abstract"])
def systemd(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    """Listens as systemd does."""
    path = str(tmp_path / "notify")
    address = path if request.param == "file" else f"@{path}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address.replace("@", "\0", 1))
        listening.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        yield listening


def test_it_hears_that_a_process_is_ready_and_alive(
    systemd: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "3000000")
    monkeypatch.setenv("WATCHDOG_PID", "1")
    told = Systemd.taken_from_environment()
    assert told.patience == 3.0
    assert not {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} & set(os.environ)
    told.ready()
    told.alive()
    assert [systemd.recv(100), systemd.recv(100)] == [b"READY=1", b"WATCHDOG=1"]


def test_signs_of_life_are_only_given_where_they_are_asked_for(systemd: socket.socket) -> None:
    told = Systemd.taken_from_environment()
    told.alive()
    told.ready()
    assert systemd.recv(100) == b"READY=1"


def test_without_systemd_or_when_it_is_gone_nothing_happens(tmp_path: Path) -> None:
    for told in (Systemd(), Systemd(str(tmp_path / "nobody"), 1.0)):
        told.ready()
        told.alive()
