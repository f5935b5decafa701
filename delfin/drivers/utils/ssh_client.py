"""SSH conversation with an array: a pool of connections, and a client for one command."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import paramiko

from delfin import exception, utils
from delfin.common.deadline import bounded
from delfin.drivers.utils import ssh_errors
from delfin.drivers.utils.ssh_login import Access
from delfin.drivers.utils.ssh_output import CommandResult, collect

# What an array may answer to one command; more is a mistake or an attack.
OUTPUT_LIMIT = 64 * 1024 * 1024
COMMAND_TIMEOUT = 60

_REFUSED_BY_EXEC = ("invalid command name", "login failed", "is not a recognized command")
_REFUSED_BY_SHELL = ("is not a recognized command", "Unknown command")

Answer = TypeVar("Answer")


def execute(ssh: paramiko.SSHClient, command: str, timeout: float, limit: int) -> CommandResult:
    """Run one command on a connection; raises as `ssh_output.collect` does.

    It ends with the deadline of the driver's call, if that comes before 'timeout' seconds are over.
    """
    timeout = bounded(timeout)
    stdin, stdout, stderr = ssh.exec_command(command, timeout=timeout)
    try:
        stdin.close()
        return collect(stdout.channel, timeout, limit)
    finally:
        stdout.channel.close()
        stdout.close()
        stderr.close()


class SSHPool(Access):
    """Connections to one host, made when needed and used again; for any number of threads."""

    def __init__(self, min_size: int = 0, max_size: int = 3, **kwargs: Any) -> None:
        """Take the access info as keywords; raises InvalidInput without an `ssh` block."""
        super().__init__(**kwargs)
        self.min_size = min_size
        self.max_size = max_size
        self.current_size = 0
        self.free_items: deque[Any] = deque()
        self._all: set[paramiko.SSHClient] = set()
        self._closings = 0
        self._changed = threading.Condition()

    def create(self) -> paramiko.SSHClient:
        """A new connection, logged in; drivers may override it."""
        try:
            return self.login()
        except Exception as error:
            raise ssh_errors.translated(error, "create", self.ssh_host) from error

    def get(self) -> paramiko.SSHClient:
        """A connection that is alive: a free one, a new one, or one that another thread returns.

        Raises SSHConnectTimeout when none came free within the connect timeout.
        """
        deadline = time.monotonic() + bounded(self.ssh_conn_timeout)
        with self._changed:
            while True:
                while self.free_items:
                    free: paramiko.SSHClient = self.free_items.popleft()
                    transport = free.get_transport()
                    if transport is not None and transport.is_active():
                        return free
                    self._forget(free)
                if self.current_size < self.max_size:
                    self.current_size += 1
                    break
                if not self._changed.wait(deadline - time.monotonic()):
                    raise exception.SSHConnectTimeout
        try:
            made = self.create()
        except BaseException:
            with self._changed:
                self.current_size -= 1
                self._changed.notify()
            raise
        with self._changed:
            self._all.add(made)
        return made

    def put(self, conn: Any) -> None:
        """Give a connection back; a test may hand in any object in its place."""
        with self._changed:
            if self.current_size > self.max_size:
                self._forget(conn)
            else:
                self.free_items.append(conn)
            self._changed.notify()

    def remove(self, ssh: paramiko.SSHClient) -> None:
        """Close a connection that is not fit for further use."""
        with self._changed:
            if ssh in self.free_items:
                self.free_items.remove(ssh)
            self._forget(ssh)
            self._changed.notify()

    def _forget(self, ssh: paramiko.SSHClient) -> None:
        self._all.discard(ssh)
        self.current_size = max(0, self.current_size - 1)
        ssh.close()

    def close(self) -> None:
        """Close every connection, also one in use: its caller gets an error at once."""
        with self._changed:
            self._closings += 1
            connections = tuple(self._all)
        for ssh in connections:
            ssh.close()

    @contextmanager
    def item(self) -> Iterator[paramiko.SSHClient]:
        """A connection for the length of a `with`."""
        ssh = self.get()
        try:
            yield ssh
        finally:
            self.put(ssh)

    def run(
        self, command: str, timeout: float = COMMAND_TIMEOUT, limit: int = OUTPUT_LIMIT
    ) -> CommandResult:
        """Run a command that the caller vouches for; nothing from outside may be part of it.

        Only for commands that may run twice: one that meets a dropped connection runs again on
        a new one, unless `close` dropped it. Raises ConnectTimeout, after which the connection
        is closed, and with it the command; StorageBackendException past 'limit' bytes;
        SSHException for the rest.
        """
        while True:
            with self._changed:
                known, closings = self._all.copy(), self._closings
            used_before = False
            try:
                with self.item() as ssh:
                    used_before = ssh in known
                    return self._run_on(ssh, command, timeout, limit)
            except Exception as error:
                again = used_before and closings == self._closings
                if again and ssh_errors.is_dropped(error):
                    continue
                raise ssh_errors.translated(error, "do_exec", self.ssh_host) from error

    def _run_on(
        self, ssh: paramiko.SSHClient, command: str, timeout: float, limit: int
    ) -> CommandResult:
        try:
            return execute(ssh, command, timeout, limit)
        except BaseException:
            # Its command may still run, and its stream may still hold the rest of the answer.
            ssh.close()
            raise

    def do_exec(self, command_str: str) -> str:
        """What a command says: its output, or its complaint when it has no output.

        Raises SSHInjectionThreat, StorageBackendException when the array refuses the command,
        and the connection errors of the SDK.
        """
        utils.check_ssh_injection(command_str)

        def talk(ssh: paramiko.SSHClient) -> str:
            result = execute(ssh, command_str, COMMAND_TIMEOUT, OUTPUT_LIMIT)
            return result.stdout or result.stderr

        said = self._talk(talk, "do_exec")
        if any(words in said for words in _REFUSED_BY_EXEC):
            raise exception.StorageBackendException(said)
        return said

    def do_exec_shell(self, command_list: list[str], sleep_time: float = 0.5) -> str:
        """What an interactive shell says to some commands, 'sleep_time' seconds after each.

        Raises as `do_exec`, but InvalidIpOrPort when the array refuses a command.
        """
        for command in command_list:
            utils.check_ssh_injection(command)

        def talk(ssh: paramiko.SSHClient) -> str:
            with ssh.invoke_shell() as channel:
                channel.settimeout(self.SOCKET_TIMEOUT)
                said = bytearray()
                for command in (*command_list, "exit"):
                    channel.sendall(f"{command}\n".encode())
                    time.sleep(sleep_time)
                    while channel.recv_ready() and len(said) < OUTPUT_LIMIT:
                        said += channel.recv(65536)
            return said.decode(errors="backslashreplace")

        said = self._talk(talk, "do_exec_shell")
        if any(words in said for words in _REFUSED_BY_SHELL):
            raise exception.InvalidIpOrPort
        return said

    def _talk(
        self, talk: Callable[[paramiko.SSHClient], Answer], stage: ssh_errors.Stage
    ) -> Answer:
        try:
            with self.item() as ssh:
                return talk(ssh)
        except Exception as error:
            raise ssh_errors.translated(error, stage, self.ssh_host) from error


class SSHClient(Access):
    """One connection, for a caller that wants a single command answered."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ssh: paramiko.SSHClient | None = None

    def connect(self) -> None:
        """Log in; raises the connection errors of the SDK."""
        try:
            self.ssh = self.login()
        except Exception as error:
            raise ssh_errors.translated(error, "create", self.ssh_host) from error

    def exec_command(self, command_str: str) -> str:
        """As `SSHPool.do_exec`, on the connection that `connect` made."""
        utils.check_ssh_injection(command_str)
        if self.ssh is None:
            raise exception.SSHException("not connected")
        try:
            result = execute(self.ssh, command_str, COMMAND_TIMEOUT, OUTPUT_LIMIT)
        except Exception as error:
            raise ssh_errors.translated(error, "do_exec", self.ssh_host) from error
        return result.stdout or result.stderr

    def do_exec(self, command_str: str) -> str:
        """Connect, ask, close."""
        try:
            self.connect()
            return self.exec_command(command_str)
        finally:
            self.close()

    def close(self) -> None:
        if self.ssh is not None:
            self.ssh.close()
            self.ssh = None
