"""The files of a replay: listings and contents from the tape, over the SFTP of an SSH server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import paramiko
from paramiko.sftp import SFTP_FAILURE, SFTP_NO_SUCH_FILE, SFTP_OK, SFTP_PERMISSION_DENIED

from delfin.testing.recording.files import served
from delfin.testing.replay import faults
from delfin.testing.replay.play import Play
from delfin.testing.simulated.sftp import REGULAR, Opened, attributes


class PlayedFolder(paramiko.SFTPServerInterface):
    """What one client sees of one host; 'hang_up' ends its connection."""

    def __init__(
        self,
        server: paramiko.ServerInterface,
        play: Play,
        host: str,
        hang_up: Callable[[], None],
        *words: Any,
    ) -> None:
        super().__init__(server, *words)
        self._play, self._host, self._hang_up = play, host, hang_up

    def list_folder(self, path: str) -> Any:
        told = self._answer("list", path)
        if self._play.fault == faults.CUT_TEXT:
            self._hang_up()
        if "files" not in told:
            return _status(told)
        return [
            self._attributes(f"{path.rstrip('/')}/{one['name']}", one)
            for one in _half(self._play, told["files"])
        ]

    def stat(self, path: str) -> Any:
        told = self._answer("stat", path)
        if self._play.fault == faults.CUT_TEXT:
            self._hang_up()
        return _status(told) if "status" in told else self._attributes(path, told)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        del attr
        if flags:
            return SFTP_PERMISSION_DENIED
        told = self._answer("read", path)
        if "status" in told:
            return _status(told)
        content, changed = served(told), int(told.get("changed", 0))
        if self._play.fault == faults.CUT_TEXT:
            return _CutOff(content, changed, self._hang_up)
        return Opened(bytes(_half(self._play, content)), changed)

    def _answer(self, what: str, path: str) -> dict[str, Any]:
        told = self._play.answer("sftp", self._asked(what, path))
        if self._play.fault == faults.READ_TIMEOUT:
            self._play.released.wait()
            return {"status": SFTP_FAILURE}
        return {"status": SFTP_NO_SUCH_FILE} if told is None else told

    def _attributes(self, path: str, told: dict[str, Any]) -> paramiko.SFTPAttributes:
        """A scrubbed content has another size than that which was recorded."""
        content = self._play.tape.next("sftp", self._asked("read", path))
        size = told.get("size", 0) if content is None else len(served(content))
        mode = int(told["mode"], 8) if "mode" in told else REGULAR
        return attributes(path.rpartition("/")[2], told.get("changed", 0), size, mode)

    def _asked(self, what: str, path: str) -> dict[str, str]:
        return {what: path, "host": self._host} if self._host else {what: path}


class _CutOff(Opened):
    """A file in the middle of which the connection ends."""

    def __init__(self, content: bytes, changed: int, hang_up: Callable[[], None]) -> None:
        super().__init__(content, changed)
        self._half, self._hang_up = len(content) // 2, hang_up

    def read(self, offset: int, length: int) -> bytes:
        if offset + length > self._half:
            self._hang_up()
        return super().read(offset, min(length, max(self._half - offset, 0)))


def _status(told: dict[str, Any]) -> int:
    return int(told.get("status", SFTP_OK))


def _half(play: Play, whole: Sequence[Any]) -> Sequence[Any]:
    return whole[: len(whole) // 2] if play.fault == faults.HALF_TEXT else whole
