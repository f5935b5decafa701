"""An SSH server on a real socket with one account; what it serves is its subclass's."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)

_LEAVING = 10.0
# A client that goes away in the middle is part of the play.
_QUIET = logging.getLogger(f"{__name__}.transport")
_QUIET.addHandler(logging.NullHandler())
_QUIET.setLevel(logging.CRITICAL)


class SshHost:
    """Listens on a free port from 'start' to 'close'.

    Attributes:
        knows: Says whether a user name and a password are those of the account.
        opens: Asked, once somebody is logged in, whether a channel is opened.
        logins: How many passwords were tried.
    """

    def __init__(self, host: str, knows: Callable[[str, str], bool]) -> None:
        self.knows = knows
        self.host_key: paramiko.PKey = paramiko.ECDSAKey.generate()
        self.opens: Callable[[], bool] = lambda: True
        self.logins = 0
        self._listener = socket.create_server((host, 0), backlog=64)
        self.host = host
        self.port = int(self._listener.getsockname()[1])
        self._transports: list[paramiko.Transport] = []
        self._threads: list[threading.Thread] = []

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` prints it."""
        return str(self.host_key.fingerprint)

    @property
    def public_key(self) -> str:
        """As in a `.pub` file."""
        return f"{self.host_key.get_name()} {self.host_key.get_base64()}"

    def session(self, transport: paramiko.Transport) -> Login:
        """What answers one client; may prepare its transport."""
        del transport
        return Login(self)

    def start(self) -> None:
        self.run(self._accept)

    def close(self) -> None:
        # An accept() in another thread is woken by a shutdown only.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        for thread in (*self._threads, *self._transports):
            thread.join(_LEAVING)

    def hang_up(self) -> None:
        """Ends the connection of each client."""
        for transport in tuple(self._transports):
            transport.close()

    def run(self, work: Callable[..., None], *arguments: object) -> None:
        """In a thread of its own, which 'close' waits for."""
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            transport = paramiko.Transport(connection)
            transport.set_log_channel(_QUIET.name)
            transport.add_server_key(self.host_key)
            self._transports.append(transport)
            # A client that refuses the host key leaves in the middle of the greeting.
            with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=self.session(transport))


class Login(paramiko.ServerInterface):
    """Lets one client in, by password only."""

    def __init__(self, host: SshHost) -> None:
        self._host = host

    def check_auth_password(self, username: str, password: str) -> int:
        self._host.logins += 1
        return AUTH_SUCCESSFUL if self._host.knows(username, password) else AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        del username
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        del kind, chanid
        return OPEN_SUCCEEDED if self._host.opens() else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
