"""A real HTTP(S) server and real certificates, for stories about connections."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def write_certificate(
    folder: Path,
    name: x509.Name,
    *,
    issuer: tuple[Path, Path] | None = None,
    names: Sequence[str] = (),
    until: datetime | None = None,
) -> tuple[Path, Path]:
    """A certificate as `certificate.pem`, and its key as `certificate.key`.

    It is self-signed without `issuer`, a certificate and its key; it carries the host `names` and
    is good for a day unless it is said until when.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    signer: Any = key
    signer_name = name
    if issuer:
        signer_name = x509.load_pem_x509_certificate(issuer[0].read_bytes()).subject
        signer = serialization.load_pem_private_key(issuer[1].read_bytes(), None)
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(signer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(until or now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if names:
        told = x509.SubjectAlternativeName([x509.DNSName(each) for each in names])
        builder = builder.add_extension(told, critical=False)
    certificate = builder.sign(signer, hashes.SHA256())
    folder.mkdir(parents=True, exist_ok=True)
    certificate_path, key_path = folder / "certificate.pem", folder / "certificate.key"
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_path, key_path


class WebServer(ThreadingHTTPServer):
    """Answers with what it was asked; `/status/<n>` sets the status, `/hang`, `/drop` and `/endless` do so."""

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), handler or _Echo)
        self.over = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are part of the stories."""


class _Echo(BaseHTTPRequestHandler):
    server: WebServer
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/hang":
            self.server.over.wait()
        if self.path in {"/hang", "/drop"}:
            self.close_connection = True
            return
        if self.path == "/endless":
            self.speak_on()
            return
        status = int(self.path.rpartition("/")[2]) if self.path.startswith("/status/") else 200
        echo = {
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": body.decode(),
        }
        text = json.dumps(echo).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def speak_on(self) -> None:
        """Announce five gigabytes, and send them until the client has had enough."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Length", str(5 * 1024**3))
        self.end_headers()
        for _ in range(5 * 1024):
            self.wfile.write(b"x" * 1024**2)

    do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - names of the base class

    def log_message(self, *_args: Any) -> None:
        """Keep quiet."""


@contextmanager
def web_server(
    certificate: tuple[Path, Path] | None = None,
    handler: type[BaseHTTPRequestHandler] | None = None,
) -> Iterator[WebServer]:
    """Serve until the block ends; TLS when a certificate and its key are given."""
    with WebServer(handler) as server:
        if certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(*certificate)
            # The handshake belongs to the thread of its connection, not to the accepting one.
            server.socket = tls.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
