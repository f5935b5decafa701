"""The REST API as a service: a WSGI application on cheroot, on a socket opened beforehand."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from typing import Any

from cheroot import server as cheroot_server
from cheroot import wsgi
from oslo_config import cfg
from oslo_log import log
from oslo_service.backend.base import ServiceBase

from delfin.api import tls

LOG = log.getLogger(__name__)

_BACKLOG = 1024
# Connections that wait for a thread; the next one is answered with 503.
_WAITING_LIMIT = 1000
# The rest of a body that is cheaper to read than a new connection is to make, in bytes.
_REST_LIMIT = 64 * 1024
# Seconds for a refused client to stop sending and read why.
_DRAIN_TIME = 2.0
# Seconds that a stopping server gives a client which has connected to say what it wants.
_SPEAK_TIME = 1.0
_LOOK_EVERY = 0.02


def open_socket(host: str, port: int) -> socket.socket:
    """Listening TCP socket, to be opened before workers are forked so that they share it.

    `::` takes IPv4 as well; port 0 lets the system choose. Raises OSError naming the address.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror}: cannot listen on {host}") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted connections inherit it. Without, a small answer waits 40 ms for the client's
        # acknowledgement of what was sent before.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, host != "::")
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise OSError(
            error.errno, f"{error.strerror}: cannot listen on {host} port {port}"
        ) from error
    return listening


class _Request(cheroot_server.HTTPRequest):
    """Closes the connection after an answer that came before the end of the request."""

    def send_headers(self) -> None:
        # cheroot would first read the rest of the body, into memory and of any size, or take the
        # rest of a chunked body for the next request.
        if self.chunked_read:
            unread = not self.rfile.closed
        else:
            unread = getattr(self.rfile, "remaining", 0) > _REST_LIMIT
        if unread:
            self.close_connection = True
            self.conn.unread = True
        super().send_headers()

    def simple_response(self, status: str, msg: str = "") -> None:
        self.conn.unread = True
        super().simple_response(status, msg)


class _Connection(cheroot_server.HTTPConnection):
    """A connection gets a thread when it has something to say, not when it is made."""

    RequestHandlerClass = _Request
    waited = False
    spoke = False
    unread = False

    def communicate(self) -> bool:
        """Answers one request; True when another may follow on this connection."""
        if not tls.ready(self.socket):
            return False
        self.spoke = True
        follows = bool(super().communicate())  # type: ignore[no-untyped-call] # likewise
        if not follows and self.unread:
            self._drain()
        return follows

    def _drain(self) -> None:
        """Lets the client read the answer: closing on unread input would reset the connection."""
        deadline = time.monotonic() + _DRAIN_TIME
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
            self.socket.settimeout(_DRAIN_TIME)
            while time.monotonic() < deadline and self.socket.recv(_REST_LIMIT):
                pass


class _Server(wsgi.Server):
    """cheroot on our socket, with its messages in our log."""

    ConnectionClass = _Connection

    def __init__(self, listening: socket.socket, application: Any, threads: int) -> None:
        super().__init__(
            listening.getsockname()[:2],
            application,
            numthreads=threads,
            max=threads,
            server_name="delfin",
            request_queue_size=_BACKLOG,
            accepted_queue_size=_WAITING_LIMIT,
            accepted_queue_timeout=0,
        )
        self._listening = listening
        self._leaving = False

    def prepare(self) -> None:
        super().prepare()
        # Processes share the socket, and all of them wake for each connection: whoever comes too
        # late to take it must not wait for the next one.
        self.socket.setblocking(False)

    @property
    def can_add_keepalive_connection(self) -> bool:
        return not self._leaving and bool(super().can_add_keepalive_connection)

    def leave(self) -> None:
        """Takes no more connections, and returns when those that it has got have been answered.

        Other processes may go on with the same socket. A client that has connected and says
        nothing is not waited for longer than _SPEAK_TIME.
        """
        if self._leaving:
            return
        self._leaving = True
        known = self._connections._selector  # type: ignore[attr-defined] # noqa: SLF001 - cheroot has no other way
        known.unregister(self._listening.fileno())
        deadline = time.monotonic() + _SPEAK_TIME
        while time.monotonic() < deadline and any(not c.spoke for _, c in list(known.connections)):
            time.sleep(_LOOK_EVERY)

    def bind(self, *_address: Any) -> socket.socket:
        self.socket = self._listening
        return self._listening

    def process_conn(self, conn: Any) -> None:
        # Browsers open connections ahead of use; each would hold a thread until its timeout.
        if conn.waited:
            super().process_conn(conn)
        else:
            conn.waited = True
            self.put_conn(conn)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        LOG.log(level, "%s", msg, exc_info=traceback)


class ApiService(ServiceBase):  # type: ignore[misc] # publishes no types
    """Serves a WSGI application until it is stopped; requests in flight are finished.

    `port` is the TCP port it listens on. The application limits request bodies; what it does not
    read is not read for it.
    """

    def __init__(
        self, conf: cfg.ConfigOpts, application: Any, listening: socket.socket | None = None
    ) -> None:
        """`listening` comes from `open_socket`; without it one is opened as configured.

        Raises OSError, also for certificate files that cannot be read.
        """
        self._conf = conf
        self._application = application
        self._tls = tls.adapter(conf) if conf.delfin_use_ssl else None
        self._listening = listening or open_socket(conf.delfin_listen, conf.delfin_listen_port)
        self._host, self.port = self._listening.getsockname()[:2]
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Address to give to a user; for a listener on all addresses, the loopback one."""
        host = {"::": "127.0.0.1", "0.0.0.0": "127.0.0.1"}.get(self._host, self._host)  # noqa: S104
        host = f"[{host}]" if ":" in host else host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}"

    def start(self) -> None:
        server = _Server(self._listening, self._application, self._conf.api_threads)
        server.timeout = self._conf.api_connection_timeout
        server.max_request_header_size = self._conf.api_max_header_size
        server.keep_alive_conn_limit = None  # type: ignore[assignment] # None is without limit
        server.ssl_adapter = self._tls
        # Who runs the service decides how long stopping may take.
        server.shutdown_timeout = None
        server.prepare()
        self._server = server
        self._thread = threading.Thread(target=server.serve, name="api-accept", daemon=True)
        self._thread.start()
        LOG.info("Listening on %s", self.url)

    def stop(self) -> None:
        """Takes no more requests and returns when those in flight are answered."""
        if self._server is not None:
            self._server.leave()
            self._server.stop()
        self._listening.close()

    def wait(self) -> None:
        if self._thread is not None:
            self._thread.join()

    def reset(self) -> None:
        """Nothing is kept that a new configuration would change."""
