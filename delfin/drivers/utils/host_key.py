"""The SSH host key that an operator registered, and the check against it: for ssh_client.py."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from dataclasses import dataclass

import paramiko

from delfin import exception

# The six OpenSSH names, and the short form that SODA Delfin documents for the first of them.
KEY_TYPES = {
    "ssh-ed25519": "ssh-ed25519",
    "ed25519": "ssh-ed25519",
    "ecdsa-sha2-nistp256": "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384": "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521": "ecdsa-sha2-nistp521",
    "ssh-rsa": "ssh-rsa",
    "ssh-dss": "ssh-dss",
}

# A host has a key of each of these at most, and shows the first that both sides know.
FAMILIES = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    ("ssh-rsa",),
)

# An RSA key signs under names of its own (RFC 8332); every other key under the name of its type.
_ALGORITHMS = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}

_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")


class HostKeyRefused(paramiko.SSHException):
    """The host showed another key than the registered one; nothing secret was sent yet."""


@dataclass(frozen=True)
class ExpectedKey:
    """A whole public key, or the fingerprint of one; the type may be open for a fingerprint."""

    key_type: str | None
    key: str | None = None
    fingerprint: str | None = None

    def known_hosts_line(self, host: str) -> str:
        return f"{host} {self.key_type} {self.key}"


def expected_key(pub_key: str | None, pub_key_type: str | None) -> ExpectedKey | None:
    """Read `pub_key` with `pub_key_type`; None when no key was registered.

    `pub_key` is the Base64 text of the key, a whole line of a `.pub` file (type, key, comment),
    or `SHA256:` with the fingerprint as `ssh-keygen -l` prints it. Raises InvalidInput naming
    the field.
    """
    if not pub_key or not pub_key.strip():
        return None
    if pub_key_type and pub_key_type not in KEY_TYPES:
        raise exception.InvalidInput(
            f"ssh.pub_key_type is {pub_key_type!r}, want one of {', '.join(KEY_TYPES)}"
        )
    wanted = KEY_TYPES[pub_key_type] if pub_key_type else None
    if wanted == "ssh-dss":
        raise exception.InvalidInput("ssh.pub_key_type: ssh-dss keys are too weak to be accepted")
    words = pub_key.split()
    if _FINGERPRINT.fullmatch(words[0]):
        return ExpectedKey(wanted, fingerprint=words[0].rstrip("="))
    text = words[1] if words[0] in KEY_TYPES and len(words) > 1 else words[0]
    said = _type_inside(text)
    if wanted and said != wanted:
        raise exception.InvalidInput(f"ssh.pub_key is a key of type {said}, not {wanted}")
    return ExpectedKey(said, key=text)


def _type_inside(text: str) -> str:
    """The type that a key in Base64 states about itself (RFC 4253, 6.6); raises InvalidInput."""
    problem = exception.InvalidInput(
        "ssh.pub_key is neither an OpenSSH public key nor a SHA256 fingerprint"
    )
    try:
        blob = base64.b64decode(text, validate=True)
        key_type = blob[4 : 4 + int.from_bytes(blob[:4], "big")].decode("ascii")
        if key_type not in KEY_TYPES.values():
            raise problem
        # paramiko reads a key that was cut short without complaint.
        if paramiko.PKey.from_type_string(key_type, blob).asbytes() != blob:
            raise problem
    except exception.InvalidInput:
        raise
    except (binascii.Error, ValueError, paramiko.SSHException, paramiko.pkey.UnknownKeyType) as e:
        raise problem from e
    return key_type


def disabled_algorithms(kept: Collection[str]) -> dict[str, list[str]] | None:
    """What paramiko must not offer, so that the host shows a key of these types; () is any."""
    if not kept:
        return None
    others = sorted(set(KEY_TYPES.values()) - set(kept) - {"ssh-dss"})
    return {"keys": [name for kind in others for name in _ALGORITHMS.get(kind, (kind,))]}


class FingerprintPolicy(paramiko.MissingHostKeyPolicy):
    """Accept the host whose key has the registered fingerprint."""

    def __init__(self, fingerprint: str) -> None:
        self.fingerprint = fingerprint

    def missing_host_key(
        self,
        client: paramiko.SSHClient,  # noqa: ARG002 - paramiko's interface
        hostname: str,
        key: paramiko.PKey,
    ) -> None:
        if key.fingerprint != self.fingerprint:
            raise HostKeyRefused(
                f"{hostname} showed the host key {key.fingerprint} ({key.get_name()})"
            )


class RefusePolicy(paramiko.MissingHostKeyPolicy):
    """Refuse a host that has no key among the client's known ones."""

    def missing_host_key(
        self,
        client: paramiko.SSHClient,  # noqa: ARG002 - paramiko's interface
        hostname: str,
        key: paramiko.PKey,
    ) -> None:
        raise HostKeyRefused(f"{hostname} showed the host key {key.fingerprint} ({key.get_name()})")
