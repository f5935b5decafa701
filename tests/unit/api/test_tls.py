"""The API over TLS, with certificates made here."""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import pytest
from oslo_config import cfg

from delfin.api.server import ApiService
from delfin.testing.simulated.certificate import Certificate


def scheme(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", "5")])
    return [environ["wsgi.url_scheme"].encode()]


@pytest.fixture
def certificate(conf: cfg.ConfigOpts) -> Iterator[Certificate]:
    certificate = Certificate("127.0.0.1")
    conf.set_override("delfin_use_ssl", True)
    conf.set_override("ssl_cert_file", str(certificate.path))
    conf.set_override("ssl_key_file", str(certificate.path.parent / "key.pem"))
    yield certificate
    certificate.close()


@contextmanager
def serving(conf: cfg.ConfigOpts) -> Iterator[ApiService]:
    service = ApiService(conf, scheme)
    service.start()
    try:
        yield service
    finally:
        service.stop()
        service.wait()


def get(service: ApiService, context: ssl.SSLContext) -> bytes:
    client = http.client.HTTPSConnection("127.0.0.1", service.port, context=context, timeout=10)
    with closing(client):
        client.request("GET", "/")
        return client.getresponse().read()


def trusting(certificate: Certificate) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate.path)


def test_a_client_that_trusts_the_certificate_is_served(
    conf: cfg.ConfigOpts, certificate: Certificate
) -> None:
    with serving(conf) as service:
        assert service.url == f"https://127.0.0.1:{service.port}"
        assert get(service, trusting(certificate)) == b"https"


def test_clients_that_never_shake_hands_hold_nobody_up(
    conf: cfg.ConfigOpts, certificate: Certificate
) -> None:
    with serving(conf) as service:
        silent = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(5)]
        half = socket.create_connection(("127.0.0.1", service.port))
        half.sendall(b"\x16\x03\x01")
        begin = time.monotonic()
        assert get(service, trusting(certificate)) == b"https"
        assert time.monotonic() - begin < 5
        for connection in [*silent, half]:
            connection.close()


def test_plain_http_is_closed_and_the_server_goes_on(
    conf: cfg.ConfigOpts, certificate: Certificate, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with serving(conf) as service:
        with socket.create_connection(("127.0.0.1", service.port), timeout=10) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            with suppress(ConnectionResetError):
                assert plain.recv(1000) == b""
        assert get(service, trusting(certificate)) == b"https"
    assert "TLS handshake" in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_with_an_authority_only_clients_with_its_certificate_are_served(
    conf: cfg.ConfigOpts, certificate: Certificate
) -> None:
    conf.set_override("ssl_ca_file", str(certificate.path))
    with serving(conf) as service:
        with pytest.raises(OSError, match=r"(?i)certificate required|reset|EOF"):
            get(service, trusting(certificate))
        known = trusting(certificate)
        known.load_cert_chain(certificate.path, conf.ssl_key_file)
        assert get(service, known) == b"https"


def test_files_that_cannot_be_read_are_said_at_the_start(conf: cfg.ConfigOpts) -> None:
    conf.set_override("delfin_use_ssl", True)
    conf.set_override("ssl_cert_file", "/no/such/certificate.pem")
    conf.set_override("ssl_key_file", "/no/such/key.pem")
    with pytest.raises(OSError, match="ssl_cert_file"):
        ApiService(conf, scheme)
