"""An SFTP server on a real socket whose files are made when somebody reads them; read only."""

from __future__ import annotations

import contextlib
import socket
import stat
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)
from paramiko.sftp import SFTP_NO_SUCH_FILE, SFTP_PERMISSION_DENIED

_LEAVING = 10.0


@dataclass(frozen=True)
class File:
    """When it was changed last, in seconds of the epoch, and what makes its content.

    'size' is what a listing tells, which is not to be made for that.
    """

    changed: int
    content: Callable[[], bytes]
    size: int = 0


# The files by their whole paths; asked for anew with each request.
Files = Callable[[], Mapping[str, File]]


class SftpServer:
    """One host; 'start' and 'close' as arrays have them.

    Attributes:
        logins: How many passwords were tried.
        opens: Asked, once somebody is logged in, whether a channel is opened.
        reads: The paths of the files that were opened.
    """

    def __init__(self, host: str, knows: Callable[[str, str], bool], files: Files) -> None:
        """'knows' says whether a user name and a password are those of the account."""
        self.knows, self.files = knows, files
        self.host_key: paramiko.PKey = paramiko.ECDSAKey.generate()
        self.opens: Callable[[], bool] = lambda: True
        self.logins = 0
        self.reads: list[str] = []
        self._listener = socket.create_server((host, 0))
        self.host = host
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._transports: list[paramiko.Transport] = []

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` prints it."""
        return str(self.host_key.fingerprint)

    @property
    def public_key(self) -> str:
        """As in a `.pub` file."""
        return f"{self.host_key.get_name()} {self.host_key.get_base64()}"

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        # An accept() in another thread is woken by a shutdown only.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if self._thread.ident is not None:
            self._thread.join(_LEAVING)
        for transport in self._transports:
            transport.close()
            transport.join(_LEAVING)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.host_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Folder, self)
            self._transports.append(transport)
            # A client that refuses the host key leaves in the middle of the greeting.
            with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=_Login(self))


class _Login(paramiko.ServerInterface):
    def __init__(self, server: SftpServer) -> None:
        self._server = server

    def check_auth_password(self, username: str, password: str) -> int:
        self._server.logins += 1
        return AUTH_SUCCESSFUL if self._server.knows(username, password) else AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        del username
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        del kind, chanid
        if self._server.opens():
            return OPEN_SUCCEEDED
        return OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


class _Folder(paramiko.SFTPServerInterface):
    def __init__(self, server: _Login, host: SftpServer, *words: Any) -> None:
        super().__init__(server, *words)
        self._host = host

    def list_folder(self, path: str) -> Any:
        folder = f"{path.rstrip('/')}/"
        found = {
            name: file
            for name, file in self._host.files().items()
            if name.startswith(folder) and "/" not in name[len(folder) :]
        }
        if not found:
            return SFTP_NO_SUCH_FILE
        return [
            _attributes(name[len(folder) :], file.changed, file.size)
            for name, file in found.items()
        ]

    def stat(self, path: str) -> Any:
        file = self._host.files().get(path)
        return SFTP_NO_SUCH_FILE if file is None else _attributes(path, file.changed, file.size)

    def open(self, path: str, flags: int, attr: Any) -> Any:
        del attr
        file = self._host.files().get(path)
        if file is None:
            return SFTP_NO_SUCH_FILE
        if flags:
            return SFTP_PERMISSION_DENIED
        self._host.reads.append(path)
        return _Open(file)


class _Open(paramiko.SFTPHandle):
    def __init__(self, file: File) -> None:
        super().__init__()
        self._changed, self._content = file.changed, file.content()

    def read(self, offset: int, length: int) -> bytes:
        return self._content[offset : offset + length]

    def stat(self) -> Any:
        return _attributes("", self._changed, len(self._content))


def _attributes(name: str, changed: int, size: int = 0) -> paramiko.SFTPAttributes:
    found = paramiko.SFTPAttributes()
    found.filename = name
    found.st_mode = stat.S_IFREG | 0o440
    found.st_atime = found.st_mtime = changed
    found.st_size = size
    return found
