"""TLS handshakes with arrays in which nothing is sent, and what a certificate says of itself."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from delfin import exception
from delfin.common.trust import Trust, fingerprint_of

# Seconds for the connection, and again for the handshake.
TIMEOUT = 10.0
HTTPS = 443
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Shown:
    """The certificate that a server shows, whether or not anyone trusts it."""

    certificate: x509.Certificate
    fingerprint: str

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def __str__(self) -> str:
        return (
            f"It is for '{_words(self.certificate.subject)}', was issued by "
            f"'{_words(self.certificate.issuer)}', is valid until "
            f"{self.certificate.not_valid_after_utc:%Y-%m-%d} and has the SHA-256 fingerprint "
            f"{self.fingerprint}."
        )


def shown(host: str, port: int | None) -> Shown:
    """Look at the certificate without trusting it.

    Raises:
        exception.InvalidIpOrPort: Nothing answers there.
        exception.SSLHandshakeFailed: What answers speaks no TLS, or none that we do.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with connected(host, port or HTTPS) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=host) as secured:
                der = secured.getpeercert(binary_form=True) or b""
            return Shown(x509.load_der_x509_certificate(der), fingerprint_of(der))
        except (OSError, ValueError) as error:
            raise _no_handshake(host, port, error) from error


def check(host: str, port: int | None, trust: Trust) -> None:
    """Shake hands as a client that trusts so; drivers do it again, and then send the password.

    Raises:
        exception.SSLCertificateFailed: The certificate is not trusted; its fingerprint is the
            argument, and the text says what to do.
        exception.SSLHandshakeFailed: What answers speaks no TLS, or none that we do.
        exception.InvalidIpOrPort: Nothing answers there.
        exception.InvalidCAPath: The file holds no certificate.
    """
    context = _context(trust)
    with connected(host, port or HTTPS) as plain:
        try:
            context.wrap_socket(plain, server_hostname=host).close()
        except ssl.SSLCertVerificationError as error:
            raise refused(host, port, error.verify_message, shown(host, port)) from error
        except (OSError, ValueError) as error:
            raise _no_handshake(host, port, error) from error


def refused(
    host: str, port: int | None, reason: str, seen: Shown
) -> exception.SSLCertificateFailed:
    """The error for a certificate that is not trusted."""
    return exception.SSLCertificateFailed(
        message=f"The certificate of {host}:{port or HTTPS} is refused: {reason.rstrip('.')}. "
        f"{seen} If that is the array's own, send its fingerprint as 'tls.fingerprint'; or trust "
        "its issuer with 'tls.ca_cert' or [storage_driver] ca_path.",
        error_args=(seen.fingerprint,),
    )


def _words(name: x509.Name) -> str:
    """A name out of a certificate that nobody vouches for, fit to be printed."""
    text = name.rfc4514_string()[:_LONGEST_NAME]
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _context(trust: Trust) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = trust.check_hostname
    # What an operator trusts is trusted, also where it is no root.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    path = str(trust)
    try:
        if Path(path).is_dir():
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(cafile=path)
    except OSError as error:
        raise exception.InvalidCAPath(path) from error
    return context


@contextlib.contextmanager
def connected(host: str, port: int) -> Iterator[socket.socket]:
    """A connection for the block; raises InvalidIpOrPort."""
    try:
        plain = socket.create_connection((host, port), TIMEOUT)
    except (OSError, UnicodeError, OverflowError) as error:
        raise exception.InvalidIpOrPort from error
    with plain:
        yield plain


def _no_handshake(host: str, port: int | None, error: Exception) -> exception.SSLHandshakeFailed:
    reason = (error.reason if isinstance(error, ssl.SSLError) else None) or str(error)
    return exception.SSLHandshakeFailed(
        message=f"The TLS handshake with {host}:{port or HTTPS} failed: {reason or 'hung up'}. "
        "Check that its HTTPS interface listens on this port, and which TLS versions it offers."
    )
