"""Files that an array keeps, read over SFTP: for arrays whose history lies in files."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import paramiko

from delfin import exception
from delfin.common.deadline import bounded
from delfin.drivers.utils import ssh_errors
from delfin.drivers.utils.ssh_login import Access

# Seconds that the array may be silent.
TIMEOUT = 60.0


@dataclass(frozen=True)
class Entry:
    """A file: its whole path, when it was changed last, in seconds of the epoch, and its bytes."""

    path: str
    changed: int
    size: int

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


class Files:
    """What one login sees; it only reads."""

    def __init__(self, client: paramiko.SFTPClient) -> None:
        self._client = client

    def listed(self, folders: Iterable[str]) -> list[Entry]:
        """The files of the first of these folders that is there and has some; else none.

        Raises StorageBackendException when one of them may not be read.
        """
        for folder in folders:
            try:
                found = self._client.listdir_attr(folder)
            except FileNotFoundError:
                continue
            except PermissionError as error:
                raise exception.StorageBackendException(f"{folder} may not be read") from error
            files = [
                Entry(
                    f"{folder.rstrip('/')}/{one.filename}",
                    int(one.st_mtime or 0),
                    int(one.st_size or 0),
                )
                for one in found
                if stat.S_ISREG(one.st_mode or stat.S_IFREG)
            ]
            if files:
                return files
        return []

    def content(self, path: str, limit: int) -> bytes:
        """All of a file; raises InvalidResults for one with more than 'limit' bytes."""
        with self._client.open(path, "rb") as file:
            size = int(file.stat().st_size or 0)
            if size > limit:
                raise exception.InvalidResults(f"{path} has {size} bytes")
            # So that a long way to the array is paid for once, not once for each 32 KiB.
            file.prefetch(size)
            return file.read(size)


@contextmanager
def opened(**access: Any) -> Iterator[Files]:
    """A login for the length of a 'with', by the 'ssh' block of the access info.

    Raises InvalidInput without such a block, and the connection errors of the SDK.
    """
    with logged_in(**access) as ssh:
        try:
            yield Files(_client(ssh))
        except (paramiko.SSHException, paramiko.SFTPError, OSError, EOFError) as error:
            host = str(access["ssh"]["host"])
            raise ssh_errors.translated(error, "do_exec", host) from error


@contextmanager
def logged_in(**access: Any) -> Iterator[paramiko.SSHClient]:
    """The same login before anything is asked for; raises likewise."""
    login = Access(**access)
    try:
        ssh = login.login()
    except Exception as error:
        raise ssh_errors.translated(error, "create", str(login.ssh_host)) from error
    try:
        yield ssh
    finally:
        ssh.close()


def _client(ssh: paramiko.SSHClient) -> paramiko.SFTPClient:
    """As SSHClient.open_sftp(), which waits an hour for a host that opens no channel."""
    transport = ssh.get_transport()
    if transport is None:
        raise EOFError("the host hung up after the login")
    channel = transport.open_session(timeout=bounded(TIMEOUT))
    channel.settimeout(bounded(TIMEOUT))
    channel.invoke_subsystem("sftp")
    return paramiko.SFTPClient(channel)
