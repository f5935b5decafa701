"""The SSH side of a replay: one account, commands and shells answered from the tape."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from typing import Any

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from delfin.testing.recording.standins import PASSWORD, USER
from delfin.testing.replay import faults
from delfin.testing.replay.play import Play

_DEADLINE = 10.0
_QUIET = logging.getLogger(f"{__name__}.server")
_QUIET.addHandler(logging.NullHandler())
_QUIET.setLevel(logging.CRITICAL)
# What a shell says to a command it does not know; the exit status of it.
_NOT_FOUND = 127


class SshServer:
    """Listens on a free port of the loopback address from 'start' to 'close'."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self._key = paramiko.ECDSAKey.generate()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self._closing = threading.Event()
        self._transports: list[paramiko.Transport] = []
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        self.run(self._accept)

    def close(self) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for transport in self._transports:
            transport.close()
        for thread in (*self._threads, *self._transports):
            thread.join(_DEADLINE)

    def run(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            transport = paramiko.Transport(connection)
            # A client that goes away in the middle is part of the play.
            transport.set_log_channel(_QUIET.name)
            transport.add_server_key(self._key)
            self._transports.append(transport)
            with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=_Session(self, transport))


class _Session(paramiko.ServerInterface):
    def __init__(self, server: SshServer, transport: paramiko.Transport) -> None:
        self._server, self._transport, self._play = server, transport, server.play

    def check_auth_password(self, username: str, password: str) -> int:
        self._play.logins += 1
        if self._play.fault == faults.LOGIN_REFUSED:
            return AUTH_FAILED
        return AUTH_SUCCESSFUL if (username, password) == (USER, PASSWORD) else AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        del username
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        del kind, chanid
        return OPEN_SUCCEEDED

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
