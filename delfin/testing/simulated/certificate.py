"""A self-signed certificate made at start, for the HTTPS side of a simulated array."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Certificate:
    """The key pair of one simulated array, in a private folder that 'close' removes.

    'path' is a PEM file that a client can trust to verify the array.
    """

    def __init__(self, host: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="simulated-array-")
        self.path = Path(self._folder.name) / "certificate.pem"
        key_path = Path(self._folder.name) / "key.pem"
        key = ec.generate_private_key(ec.SECP256R1())
        self.path.write_bytes(_self_signed(key, host).public_bytes(serialization.Encoding.PEM))
        key_path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.path, key_path)

    def close(self) -> None:
        self._folder.cleanup()


def _self_signed(key: ec.EllipticCurvePrivateKey, host: str) -> x509.Certificate:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "simulated array")])
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A client's clock may be a little behind ours.
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName(_names(host)), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )


def _names(host: str) -> list[x509.GeneralName]:
    """The listening host, and the usual names of this machine."""
    addresses = {"127.0.0.1", "::1"}
    hosts = {"localhost"}
    try:
        addresses.add(str(ipaddress.ip_address(host)))
    except ValueError:
        hosts.add(host)
    return [
        *(x509.DNSName(name) for name in sorted(hosts)),
        *(x509.IPAddress(ipaddress.ip_address(address)) for address in sorted(addresses)),
    ]
