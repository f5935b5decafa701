"""The SSH side of a replay: one account; commands, shells and files answered from the tape."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import paramiko

from delfin.testing.recording.standins import PASSWORD, USER
from delfin.testing.replay import faults
from delfin.testing.replay.play import Play
from delfin.testing.replay.sftp import PlayedFolder
from delfin.testing.simulated.ssh import Login, SshHost

# What a shell says to a command it does not know; the exit status of it.
_NOT_FOUND = 127


class SshServer(SshHost):
    """Listens on a free port of the loopback address from 'start' to 'close'.

    'name' is the stand-in of a host beside the array's first. An array that answered nothing over
    SFTP has none.
    """

    def __init__(self, play: Play, name: str = "") -> None:
        super().__init__("127.0.0.1", self._knows)
        self.play, self.name = play, name

    def session(self, transport: paramiko.Transport) -> Login:
        if self.play.tape.has("sftp"):
            folder = (PlayedFolder, self.play, self.name, transport.close)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, *folder)
        return _Session(self, transport)

    def _knows(self, username: str, password: str) -> bool:
        self.play.logins += 1
        refused = self.play.fault == faults.LOGIN_REFUSED
        return not refused and (username, password) == (USER, PASSWORD)


class _Session(Login):
    def __init__(self, server: SshServer, transport: paramiko.Transport) -> None:
        super().__init__(server)
        self._server, self._transport, self._play = server, transport, server.play

    def check_channel_pty_request(self, *words: object) -> bool:
        del words
        return True

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        self._server.run(self._guarded, self._exec, channel, command.decode(errors="replace"))
        return True

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        self._server.run(self._guarded, self._shell, channel)
        return True

    def _guarded(self, work: Callable[..., None], channel: paramiko.Channel, *words: Any) -> None:
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            work(channel, *words)
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            channel.close()

    def _exec(self, channel: paramiko.Channel, command: str) -> None:
        # The client is told first that its command runs, and may then end its input.
        channel.settimeout(0.05)
        with contextlib.suppress(TimeoutError):
            channel.recv(1)
        channel.settimeout(None)
        recorded = self._play.answer("exec", command)
        if recorded is None:
            recorded = {"stderr": f"nothing recorded for {command!r}", "status": _NOT_FOUND}
        if self._failed(channel, str(recorded.get("stdout", ""))):
            return
        channel.sendall_stderr(str(recorded.get("stderr", "")).encode())
        channel.sendall(self._said(str(recorded.get("stdout", ""))))
        channel.send_exit_status(int(recorded.get("status", 0)))

    def _shell(self, channel: paramiko.Channel) -> None:
        self._type(channel, "")
        with channel.makefile("r") as lines:
            for line in lines:
                typed = str(line).strip("\r\n")
                if self._type(channel, typed) or typed in {"exit", "quit", "logout"}:
                    return

    def _type(self, channel: paramiko.Channel, line: str) -> bool:
        """Answers a line; True when the connection was ended by that."""
        recorded = self._play.answer("shell", line)
        text = str((recorded or {}).get("text", ""))
        if line and self._failed(channel, text):
            return True
        channel.sendall(self._said(text) if line else text.encode())
        return False

    def _failed(self, channel: paramiko.Channel, text: str) -> bool:
        if self._play.fault == faults.READ_TIMEOUT:
            self._play.released.wait()
            return True
        if self._play.fault == faults.CUT_TEXT:
            channel.sendall(text[: len(text) // 2].encode())
            self._transport.close()
            return True
        return False

    def _said(self, text: str) -> bytes:
        half = self._play.fault == faults.HALF_TEXT
        return (text[: len(text) // 2] if half else text).encode()
