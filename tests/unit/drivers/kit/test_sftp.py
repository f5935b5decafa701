"""Files of an array over SFTP, on a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from delfin import cryptor, exception
from delfin.drivers.kit import sftp
from delfin.testing.simulated.sftp import File, SftpServer

USER, PASSWORD = "reader", "known-Passw0rd"
LONG = bytes(range(256)) * 1000


@pytest.fixture
def server() -> Iterator[SftpServer]:
    files = {
        "/perf/a.tgz": File(60, lambda: LONG, len(LONG)),
        "/perf/old/b.tgz": File(50, lambda: b"b"),
    }
    made = SftpServer("127.0.0.1", lambda *account: account == (USER, PASSWORD), lambda: files)
    made.start()
    yield made
    made.close()


def access(server: SftpServer, password: str = PASSWORD, **more: Any) -> dict[str, Any]:
    account = {"username": USER, "password": cryptor.encode(password)}
    place = {"host": server.host, "port": server.port, "pub_key": server.public_key}
    return {"ssh": {**place, **account, **more}}


def test_the_first_folder_with_files_is_listed(server: SftpServer) -> None:
    with sftp.opened(**access(server)) as files:
        assert files.listed(["/none", "/perf", "/perf/old"]) == [
            sftp.Entry("/perf/a.tgz", 60, len(LONG))
        ]
        assert files.listed(["/none"]) == []


def test_a_file_is_read_whole(server: SftpServer) -> None:
    with sftp.opened(**access(server)) as files:
        assert files.content("/perf/a.tgz", len(LONG)) == LONG
    assert server.reads == ["/perf/a.tgz"]


def test_a_file_that_is_too_long_is_refused(server: SftpServer) -> None:
    with (
        pytest.raises(exception.InvalidResults, match="256000 bytes"),
        sftp.opened(**access(server)) as files,
    ):
        files.content("/perf/a.tgz", len(LONG) - 1)


def test_a_file_that_is_gone_is_an_error_of_the_conversation(server: SftpServer) -> None:
    with pytest.raises(exception.SSHException), sftp.opened(**access(server)) as files:
        files.content("/perf/gone.tgz", 1)


def test_a_refused_password_is_tried_once(server: SftpServer) -> None:
    with (
        pytest.raises(exception.InvalidUsernameOrPassword),
        sftp.opened(**access(server, "wrong-Passw0rd")),
    ):
        pass
    assert server.logins == 1


def test_another_host_key_gets_no_password(server: SftpServer) -> None:
    other = "SHA256:" + "A" * 43
    with (
        pytest.raises(exception.SSHNotFoundKnownHosts),
        sftp.opened(**access(server, pub_key=other)),
    ):
        pass
    assert server.logins == 0


def test_a_host_that_opens_no_channel_is_left(
    server: SftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sftp, "TIMEOUT", 0.1)
    left = threading.Event()
    server.opens = lambda: left.wait(10)
    try:
        with (
            pytest.raises(exception.SSHException, match="channel"),
            sftp.opened(**access(server)),
        ):
            pass
        assert not left.is_set()
    finally:
        left.set()


def test_without_ssh_access_there_is_no_way() -> None:
    with pytest.raises(exception.InvalidInput), sftp.opened(rest={}):
        pass
