"""A small SSH server on a real socket that counts logins and answers commands as told."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

USER, PASSWORD = "reader", "known-Passw0rd"
DEADLINE = 20


@dataclass(frozen=True)
class Answer:
    """What a command says; 'then' is done in place of ending it."""

    stdout: bytes = b""
    stderr: bytes = b""
    status: int = 0
    then: Callable[[SshServer, paramiko.Transport], None] | None = None


def hang(server: SshServer, transport: paramiko.Transport) -> None:
    """Say no more, until the server is closed."""
    del transport
    server.closing.wait(DEADLINE)


def drop(server: SshServer, transport: paramiko.Transport) -> None:
    """Cut the connection in the middle of the command."""
    del server
    transport.close()


@dataclass
class SshServer:
    answers: Callable[[str], Answer]
    host_key: paramiko.PKey = field(default_factory=paramiko.ECDSAKey.generate)
    logins: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    closing: threading.Event = field(default_factory=threading.Event)
    transports: list[paramiko.Transport] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)
    # What an interactive shell does, in place of answering line by line.
    shell: Callable[[paramiko.Channel], None] | None = None
    listener: socket.socket = field(
        default_factory=lambda: socket.create_server(("127.0.0.1", 0)), repr=False
    )

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    @property
    def access(self) -> dict[str, object]:
        return {"host": "127.0.0.1", "port": self.port, "username": USER}

    def serve(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.host_key)
            self.transports.append(transport)
            # A client that refuses the host key leaves in the middle of the greeting.
            with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=_Session(self, transport))

    def drop_all(self) -> None:
        for transport in self.transports:
            transport.close()

    def close(self) -> None:
        self.closing.set()
        # An accept() in another thread is woken by a shutdown only.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.drop_all()
        for thread in (*self.threads, *self.transports):
            thread.join(DEADLINE)


class _Session(paramiko.ServerInterface):
    def __init__(self, server: SshServer, transport: paramiko.Transport) -> None:
        self.server, self.transport = server, transport

    def check_auth_password(self, username: str, password: str) -> int:
        self.server.logins.append(username)
        good = (username, password) == (USER, PASSWORD)
        return AUTH_SUCCESSFUL if good else AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        del key
        self.server.logins.append(username)
        return AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        del username
        return "password,publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        del kind, chanid
        return OPEN_SUCCEEDED

    def check_channel_pty_request(self, *words: object) -> bool:
        del words
        return True

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        self._start(self._run, channel, command.decode())
        return True

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        self._start(self._shell, channel)
        return True

    def _start(self, work: Callable[..., None], *words: object) -> None:
        thread = threading.Thread(target=work, args=words)
        self.server.threads.append(thread)
        thread.start()

    def _run(self, channel: paramiko.Channel, command: str) -> None:
        # The client ends its input after it was told that the command runs.
        channel.recv(1)
        self.server.commands.append(command)
        answer = self.server.answers(command)
        with contextlib.suppress(OSError, EOFError):
            channel.sendall_stderr(answer.stderr)
            channel.sendall(answer.stdout)
            if answer.then:
                answer.then(self.server, self.transport)
            channel.send_exit_status(answer.status)
        with contextlib.suppress(OSError, EOFError):
            channel.close()

    def _shell(self, channel: paramiko.Channel) -> None:
        if self.server.shell is not None:
            with contextlib.suppress(OSError, EOFError):
                self.server.shell(channel)
            with contextlib.suppress(OSError, EOFError):
                channel.close()
            return
        with contextlib.suppress(OSError, EOFError), channel.makefile("r") as lines:
            for line in lines:
                command = str(line).strip()
                self.server.commands.append(command)
                if command == "exit":
                    break
                channel.sendall(self.server.answers(command).stdout)
        with contextlib.suppress(OSError, EOFError):
            channel.close()


@contextmanager
def ssh_server(
    answers: Callable[[str], Answer] = lambda command: Answer(command.encode()),
    host_key: paramiko.PKey | None = None,
) -> Iterator[SshServer]:
    server = SshServer(answers, host_key or paramiko.ECDSAKey.generate())
    accepting = threading.Thread(target=server.serve)
    accepting.start()
    try:
        yield server
    finally:
        server.close()
        accepting.join(DEADLINE)
