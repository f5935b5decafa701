"""An SFTP server on a real socket whose files are made when somebody reads them; read only."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import paramiko
from paramiko.sftp import SFTP_NO_SUCH_FILE, SFTP_PERMISSION_DENIED

from delfin.testing.simulated.ssh import Login, SshHost

REGULAR = stat.S_IFREG | 0o440


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


class SftpServer(SshHost):
    """One host; 'start' and 'close' as arrays have them.

    Attributes:
        files: What is there.
        reads: The paths of the files that were opened.
    """

    def __init__(self, host: str, knows: Callable[[str, str], bool], files: Files) -> None:
        super().__init__(host, knows)
        self.files = files
        self.reads: list[str] = []

    def session(self, transport: paramiko.Transport) -> Login:
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Folder, self)
        return Login(self)


class _Folder(paramiko.SFTPServerInterface):
    def __init__(self, server: Login, host: SftpServer, *words: Any) -> None:
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
            attributes(name[len(folder) :], file.changed, file.size) for name, file in found.items()
        ]

    def stat(self, path: str) -> Any:
        file = self._host.files().get(path)
        return SFTP_NO_SUCH_FILE if file is None else attributes(path, file.changed, file.size)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        del attr
        file = self._host.files().get(path)
        if file is None:
            return SFTP_NO_SUCH_FILE
        if flags:
            return SFTP_PERMISSION_DENIED
        self._host.reads.append(path)
        return Opened(file.content(), file.changed)


class Opened(paramiko.SFTPHandle):
    """A file that somebody reads."""

    def __init__(self, content: bytes, changed: int) -> None:
        super().__init__()
        self._content, self._changed = content, changed

    def read(self, offset: int, length: int) -> bytes:
        return self._content[offset : offset + length]

    def stat(self) -> Any:
        return attributes("", self._changed, len(self._content))


def attributes(
    name: str, changed: int, size: int = 0, mode: int = REGULAR
) -> paramiko.SFTPAttributes:
    """As a listing tells of a file; 'changed' are seconds of the epoch."""
    found = paramiko.SFTPAttributes()
    found.filename = name
    found.st_mode = mode
    found.st_atime = found.st_mtime = changed
    found.st_size = size
    return found
