"""Hears what this process lists and reads over SFTP through 'paramiko'."""

from __future__ import annotations

import errno
import posixpath
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from weakref import WeakKeyDictionary

import paramiko
from paramiko.sftp import SFTP_FAILURE, SFTP_NO_SUCH_FILE, SFTP_PERMISSION_DENIED

from delfin.testing.recording.exchange import Exchange
from delfin.testing.recording.files import LARGEST, LEFT_OUT
from delfin.testing.recording.rest_tap import Address, Heard

_STATUS = {errno.ENOENT: SFTP_NO_SUCH_FILE, errno.EACCES: SFTP_PERMISSION_DENIED}


@dataclass
class _Open:
    """A file that is being read; 'size' as far as anybody asked for it."""

    address: Address
    path: str
    content: bytearray = field(default_factory=bytearray)
    size: int | None = None
    changed: int | None = None
    has_gaps: bool = False
    is_ended: bool = False

    @property
    def is_whole(self) -> bool:
        return not self.has_gaps and (self.is_ended or len(self.content) == self.size)

    def answer(self) -> dict[str, Any]:
        """A file that was read in part cannot be played to somebody who reads on."""
        known = {} if self.changed is None else {"changed": self.changed}
        if not self.is_whole:
            return {**known, LEFT_OUT: "it was read in part"}
        return {**known, "content": bytes(self.content)}


class _Tap:
    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._files: WeakKeyDictionary[paramiko.SFTPFile, _Open] = WeakKeyDictionary()
        self._lock = threading.Lock()

    @contextmanager
    def asking(
        self, client: paramiko.SFTPClient, what: str, path: str
    ) -> Iterator[Callable[..., None]]:
        """What tells the answer; that the array refuses is told here."""
        address = _address(client)
        asked = {what: posixpath.join(client.getcwd() or "", path)}
        try:
            yield lambda answer: self._heard(address, Exchange("sftp", asked, answer))
        except OSError as error:
            status = _STATUS.get(error.errno or 0)
            if status is None and type(error) is OSError and not _is_closed(client):
                status = SFTP_FAILURE
            if status is not None:
                self._heard(address, Exchange("sftp", asked, {"status": status}))
            raise

    def opened(self, client: paramiko.SFTPClient, path: str, file: paramiko.SFTPFile) -> None:
        with self._lock:
            self._files[file] = _Open(_address(client), posixpath.join(client.getcwd() or "", path))

    def described(self, file: paramiko.SFTPFile, told: paramiko.SFTPAttributes) -> None:
        with self._lock:
            one = self._files.get(file)
            if one is not None:
                one.size, one.changed = told.st_size, told.st_mtime

    def received(self, file: paramiko.SFTPFile, offset: int, data: bytes) -> None:
        with self._lock:
            one = self._files.get(file)
            if one is None:
                return
            one.has_gaps |= not offset <= len(one.content) <= LARGEST
            if not one.has_gaps:
                one.content[offset : offset + len(data)] = data
        if one.is_whole:
            # Not every file is closed by who has read it.
            self.left(file)

    def ended(self, file: paramiko.SFTPFile, offset: int) -> None:
        with self._lock:
            one = self._files.get(file)
            if one is None:
                return
            one.is_ended = offset == len(one.content)
        if one.is_whole:
            self.left(file)

    def failed(self, file: paramiko.SFTPFile) -> None:
        """What is cut off is no answer."""
        with self._lock:
            self._files.pop(file, None)

    def left(self, file: paramiko.SFTPFile) -> None:
        with self._lock:
            one = self._files.pop(file, None)
        if one is not None:
            self._heard(one.address, Exchange("sftp", {"read": one.path}, one.answer()))


@contextmanager
def tapped(heard: Heard) -> Iterator[None]:
    """Every listing, and every file that is read or closed, is heard during the block."""
    tap = _Tap(heard)
    with ExitStack() as patches:
        for owner, wrapped in (
            (paramiko.SFTPClient, _of_clients(tap)),
            (paramiko.SFTPFile, _of_files(tap)),
        ):
            for name, by in wrapped.items():
                patches.enter_context(mock.patch.object(owner, name, by))
        yield


def _of_clients(tap: _Tap) -> dict[str, Callable[..., Any]]:
    client_class = paramiko.SFTPClient
    listdir_attr, listdir_iter = client_class.listdir_attr, client_class.listdir_iter
    describing, lstat = client_class.stat, client_class.lstat
    opening = client_class.open

    def heard_list(client: paramiko.SFTPClient, path: str = ".") -> Any:
        with tap.asking(client, "list", path) as tell:
            found = listdir_attr(client, path)
        tell({"files": [{"name": one.filename, **_told(one)} for one in found]})
        return found

    def heard_iter(client: paramiko.SFTPClient, path: str = ".", read_aheads: int = 50) -> Any:
        found = []
        with tap.asking(client, "list", path) as tell:
            for one in listdir_iter(client, path, read_aheads):
                found.append({"name": one.filename, **_told(one)})
                yield one
        tell({"files": found})

    def heard_stat(asked: Callable[..., Any]) -> Callable[..., Any]:
        def heard(client: paramiko.SFTPClient, path: str) -> Any:
            with tap.asking(client, "stat", path) as tell:
                told = asked(client, path)
            tell(_told(told))
            return told

        return heard

    def heard_open(
        client: paramiko.SFTPClient, filename: str, mode: str = "r", bufsize: int = -1
    ) -> Any:
        if not set(mode) <= set("rbU"):
            return opening(client, filename, mode, bufsize)
        with tap.asking(client, "read", filename):
            file = opening(client, filename, mode, bufsize)
        tap.opened(client, filename, file)
        return file

    return {
        "listdir_attr": heard_list,
        "listdir_iter": heard_iter,
        "stat": heard_stat(describing),
        "lstat": heard_stat(lstat),
        "open": heard_open,
        "file": heard_open,
    }


def _of_files(tap: _Tap) -> dict[str, Callable[..., Any]]:
    # Whatever reads, by lines or asking ahead, ends here; what is public reads on by itself.
    reading: Callable[[paramiko.SFTPFile, int], bytes] = vars(paramiko.SFTPFile)["_read"]
    describing, close = paramiko.SFTPFile.stat, paramiko.SFTPFile.close

    def heard_read(file: paramiko.SFTPFile, size: int) -> bytes:
        offset = vars(file)["_realpos"]
        try:
            data = reading(file, size)
        except EOFError:
            tap.ended(file, offset)
            raise
        except BaseException:
            tap.failed(file)
            raise
        tap.received(file, offset, data)
        return data

    def heard_stat(file: paramiko.SFTPFile) -> Any:
        try:
            told = describing(file)
        except BaseException:
            tap.failed(file)
            raise
        tap.described(file, told)
        return told

    def heard_close(file: paramiko.SFTPFile) -> None:
        tap.left(file)
        close(file)

    return {"_read": heard_read, "stat": heard_stat, "close": heard_close}


def _address(client: paramiko.SFTPClient) -> Address:
    channel = client.get_channel()
    assert channel is not None
    host, port, *_ = channel.get_transport().getpeername()
    return str(host), int(port)


def _is_closed(client: paramiko.SFTPClient) -> bool:
    channel = client.get_channel()
    return channel is None or channel.closed


def _told(one: paramiko.SFTPAttributes) -> dict[str, Any]:
    known = {"size": one.st_size, "changed": one.st_mtime}
    told = {name: value for name, value in known.items() if value is not None}
    is_plain = one.st_mode is None or stat.S_ISREG(one.st_mode)
    return told if is_plain else {**told, "mode": f"{one.st_mode:o}"}
