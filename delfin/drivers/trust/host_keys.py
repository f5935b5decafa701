"""SSH host keys: what a host shows before anybody logs in, and what is kept of it on first use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import paramiko
from oslo_config import cfg

from delfin import exception, utils
from delfin.drivers.trust.handshake import connected
from delfin.drivers.utils import ssh_errors

TIMEOUT = 15.0
SSH = 22

Block = dict[str, Any]


class HostKeys:
    """Whether a host key has to be given, or the first one seen is trusted."""

    def __init__(self, *, required: bool = False) -> None:
        self._required = required

    @classmethod
    def of(cls, conf: cfg.ConfigOpts) -> Self:
        return cls(required=conf.storage_driver.require_host_keys)

    def learnt(self, ssh: Mapping[str, Any] | None) -> Block:
        """What an 'ssh' block lacks before a driver may use it; nothing when it has a key.

        The key that the host shows now, with what tells people about it:
        'pub_key_fingerprint', 'pub_key_origin', 'pub_key_seen_at' (epoch milliseconds). Drivers then refuse every other one.

        Raises:
            exception.InvalidInput: The key must be given here, or what is given is none.
            exception.InvalidIpOrPort: Nothing answers there.
            exception.SSHException: What answers speaks no SSH, or none that we do.
        """
        if not ssh or ssh.get("pub_key"):
            return {}
        if self._required:
            raise exception.InvalidInput(
                "ssh.pub_key is required, since [storage_driver] require_host_keys is set"
            )
        key = shown(ssh["host"], ssh.get("port"))
        return {
            "pub_key": key.get_base64(),
            "pub_key_type": key.get_name(),
            "pub_key_fingerprint": key.fingerprint,
            "pub_key_origin": "first_use",
            "pub_key_seen_at": utils.utcnow_ms(),
        }


def shown(host: str, port: int | None) -> paramiko.PKey:
    """The host's key, in the first form that both sides know; no user name is sent.

    Raises:
        exception.InvalidIpOrPort: Nothing answers there.
        exception.SSHException: What answers speaks no SSH, or none that we do.
    """
    with connected(host, port or SSH) as plain:
        try:
            with paramiko.Transport(plain) as transport:
                transport.banner_timeout = TIMEOUT
                transport.start_client(timeout=TIMEOUT)
                return transport.get_remote_server_key()
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise ssh_errors.translated(error, "create", host) from error
