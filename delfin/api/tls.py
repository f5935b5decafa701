"""TLS for the REST API, handshakes done by the threads that serve."""

from __future__ import annotations

import ssl
from typing import Any

from cheroot.makefile import MakeFile
from cheroot.ssl import Adapter
from oslo_config import cfg
from oslo_log import log

LOG = log.getLogger(__name__)


class _Adapter(Adapter):
    """cheroot's own adapter shakes hands in the thread that accepts: one slow client stops all."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context

    def bind(self, sock: Any) -> Any:
        return sock

    def wrap(self, sock: Any) -> tuple[ssl.SSLSocket, dict[str, str]]:
        wrapped = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return wrapped, self.get_environ()

    def get_environ(self) -> dict[str, str]:
        return {"wsgi.url_scheme": "https", "HTTPS": "on"}

    def makefile(self, sock: Any, mode: str = "r", bufsize: int = -1) -> Any:
        return MakeFile(sock, mode, bufsize)


def adapter(conf: cfg.ConfigOpts) -> Adapter:
    """Certificate and key of `ssl_cert_file` and `ssl_key_file`.

    With `ssl_ca_file`, only clients with a certificate of that authority are served. Raises
    OSError for files that are missing or do not fit together.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(conf.ssl_cert_file, conf.ssl_key_file)
        if conf.ssl_ca_file:
            context.load_verify_locations(conf.ssl_ca_file)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as error:
        raise OSError(
            error.errno,
            f"ssl_cert_file, ssl_key_file and ssl_ca_file do not give a usable certificate: "
            f"{error.strerror}",
        ) from error
    return _Adapter(context)


def ready(connection: Any) -> bool:
    """Shakes hands on a new TLS connection; False when that fails. True for plain ones."""
    if not isinstance(connection, ssl.SSLSocket) or connection.version() is not None:
        return True
    try:
        connection.do_handshake()
    except OSError as error:
        LOG.info("A client did not get through the TLS handshake: %s", error)
        return False
    return True
