"""The 'tls' block of a request body: checked for sense, and brought into the form that is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptography import x509

from delfin import exception
from delfin.common.trust import written_fingerprint

Block = dict[str, Any]

# Each says whom to trust by itself.
_WAYS = ("fingerprint", "ca_cert")


def tls_offered(tls: Mapping[str, Any]) -> Block:
    """The block as it is stored.

    Raises:
        exception.InvalidInput: A field has no meaning, or two of them contradict one another.
    """
    ways = [name for name in _WAYS if name in tls]
    if len(ways) > 1:
        raise exception.InvalidInput("tls.fingerprint and tls.ca_cert exclude one another")
    if ways and tls.get("verify") is False:
        raise exception.InvalidInput(f"tls.verify is false, so tls.{ways[0]} means nothing")
    if "check_hostname" in tls and ("fingerprint" in tls or tls.get("verify") is False):
        raise exception.InvalidInput("tls.check_hostname means nothing here: no name is looked at")
    stored = dict(tls)
    if "fingerprint" in tls:
        stored["fingerprint"] = written_fingerprint(tls["fingerprint"])
        if stored["fingerprint"] is None:
            raise exception.InvalidInput(
                "tls.fingerprint must be a SHA-256 fingerprint, 64 hexadecimal digits"
            )
    if "ca_cert" in tls and not _is_pem(tls["ca_cert"]):
        raise exception.InvalidInput("tls.ca_cert must hold certificates in PEM")
    return stored


def _is_pem(text: str) -> bool:
    try:
        return bool(x509.load_pem_x509_certificates(text.encode()))
    except ValueError:
        return False
