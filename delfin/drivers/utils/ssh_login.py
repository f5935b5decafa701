"""How a connection is made: the `ssh` block of the access info, the host key, one login."""

from __future__ import annotations

import socket
from typing import Any, ClassVar

import paramiko

from delfin import cryptor, exception
from delfin.common.deadline import bounded
from delfin.drivers.utils import host_key


class Access:
    """The `ssh` block of the access info, and how to log in with it."""

    CONN_TIMEOUT: ClassVar[int] = 60
    SOCKET_TIMEOUT: ClassVar[int] = 10

    def __init__(self, **kwargs: Any) -> None:
        ssh = kwargs.get("ssh")
        if ssh is None:
            raise exception.InvalidInput("ssh access info is missing")
        self.ssh_host = ssh.get("host")
        self.ssh_port = ssh.get("port")
        self.ssh_username = ssh.get("username")
        self.ssh_password = ssh.get("password")
        self.ssh_pub_key_type = ssh.get("pub_key_type")
        self.ssh_pub_key = ssh.get("pub_key")
        self.ssh_conn_timeout = ssh.get("conn_timeout") or self.CONN_TIMEOUT
        # A host that has the password counts it, whoever hangs up.
        self.ssh_auth_timeout = ssh.get("auth_timeout") or self.ssh_conn_timeout
        # Drivers with a login of their own read it under this name.
        self.conn_timeout = self.ssh_conn_timeout

    def set_host_key(self, host_key_line: str, ssh: paramiko.SSHClient) -> None:
        """Make the key of a known_hosts line known to 'ssh'; raises InvalidInput.

        An empty line and a comment are ignored.
        """
        line = host_key_line.strip()
        if not line or line.startswith("#"):
            return
        try:
            entry: Any = paramiko.hostkeys.HostKeyEntry.from_line(line)
        except (paramiko.hostkeys.InvalidHostKey, paramiko.SSHException, ValueError) as error:
            raise exception.InvalidInput("ssh.pub_key is not an OpenSSH public key") from error
        if entry is None:
            raise exception.InvalidInput("ssh.pub_key is not a key of a supported type")
        for name in entry.hostnames:
            # paramiko looks a host on another port than 22 up under the second form.
            for form in (name, f"[{name}]:{self.ssh_port}"):
                ssh.get_host_keys().add(form, entry.key.get_name(), entry.key)

    def login(self) -> paramiko.SSHClient:
        """Connect, check the host key, then try the password exactly once."""
        expected = host_key.expected_key(self.ssh_pub_key, self.ssh_pub_key_type)
        if expected is None or expected.key_type:
            kept = (expected.key_type,) if expected and expected.key_type else ()
            return self._login(expected, kept)
        # Which of the host's keys the fingerprint belongs to is not known: ask for each in turn.
        # Nothing secret is sent before one fits.
        refusals: list[str] = []
        for family in host_key.FAMILIES:
            try:
                return self._login(expected, family)
            except host_key.HostKeyRefused as error:
                refusals.append(str(error))
        shown = [text for text in refusals if "SHA256:" in text] or refusals
        raise host_key.HostKeyRefused("; ".join(shown))

    def _login(
        self, expected: host_key.ExpectedKey | None, kept: tuple[str, ...]
    ) -> paramiko.SSHClient:
        ssh = paramiko.SSHClient()
        timeout = bounded(self.ssh_conn_timeout)
        try:
            if expected is None:
                # The contract: without a registered key every key is accepted.
                ssh.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507 - see above
            elif expected.fingerprint:
                ssh.set_missing_host_key_policy(host_key.FingerprintPolicy(expected.fingerprint))
            else:
                ssh.set_missing_host_key_policy(host_key.RefusePolicy())
                self.set_host_key(expected.known_hosts_line(self.ssh_host), ssh)
            ssh.connect(
                hostname=self.ssh_host,
                port=self.ssh_port or 22,
                username=self.ssh_username,
                password=cryptor.decode(self.ssh_password) if self.ssh_password else "",
                timeout=timeout,
                banner_timeout=timeout,
                auth_timeout=bounded(self.ssh_auth_timeout),
                allow_agent=False,
                look_for_keys=False,
                disabled_algorithms=host_key.disabled_algorithms(kept),
            )
            transport = ssh.get_transport()
            if transport is not None:
                transport.set_keepalive(self.SOCKET_TIMEOUT)
                # A command is several small packets: held back, each of them costs 40 ms.
                if isinstance(transport.sock, socket.socket):
                    transport.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except paramiko.ssh_exception.IncompatiblePeer as error:
            ssh.close()
            if kept and "host key" in str(error):
                raise host_key.HostKeyRefused(
                    f"{self.ssh_host} showed a host key of another type"
                ) from error
            raise
        except BaseException:
            ssh.close()
            raise
        return ssh
