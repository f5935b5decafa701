"""A threaded HTTP or HTTPS server for simulated arrays: connections, bodies, ordered faults."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qsl, urlsplit

import orjson

from delfin.testing.simulated import faults
from delfin.testing.simulated.waiting import hold, trickle

MAX_BODY = 1 << 20


@dataclass(frozen=True)
class Request:
    """What a client asked. 'body' is the parsed JSON, or None when there is none."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True)
class Answer:
    """What the array says: a JSON value, or bytes of another content type."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    def encoded(self) -> bytes:
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else orjson.dumps(self.body)


class Application(Protocol):
    """What stands behind the server."""

    def enter(self, request: Request) -> Any:
        """A context manager that lasts as long as the request is being answered."""

    def answer(self, request: Request) -> Answer: ...

    def fault(self, request: Request) -> faults.Fault | None:
        """The fault ordered for this request, among those done on the connection."""

    def connected(self) -> None:
        """A client opened a connection."""


class HttpServer(ThreadingHTTPServer):
    """Serves one application until 'close', which also ends idle and hanging connections."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(
        self,
        application: Application,
        host: str,
        port: int,
        tls: ssl.SSLContext | None = None,
        connection: type[BaseHTTPRequestHandler] | None = None,
    ) -> None:
        """Serve 'application'; 'connection' is a way of reading requests other than as JSON."""
        self.application = application
        self.stopping = threading.Event()
        self._tls = tls
        self._idle = threading.Condition()
        self._connections: set[socket.socket] = set()
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), connection or Connection)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stops listening, ends all connections and waits up to 5 s for their threads."""
        self.stopping.set()
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join()
        self.server_close()
        with self._idle:
            for connection in self._connections:
                _hang_up(connection)
            self._idle.wait_for(lambda: not self._connections, timeout=5)

    def server_bind(self) -> None:
        # The base class looks up the host's full name, which can wait for a name server.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        if self._tls is not None:
            # The handshake is left to the connection's thread: one slow client must not keep
            # the others from being accepted.
            connection = self._tls.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        with self._idle:
            self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        _hang_up(request)
        self.close_request(request)
        with self._idle:
            self._connections.discard(request)
            self._idle.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that leave, time out or refuse the certificate are part of the play."""
        del request, client_address


class Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: HttpServer
    connection: socket.socket
    web_page: ClassVar[bytes] = b"<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>\n"

    def setup(self) -> None:
        super().setup()
        if isinstance(self.connection, ssl.SSLSocket):
            self.connection.do_handshake()
        self.server.application.connected()

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        request = self._read()
        if request is None:
            self._send(Answer(400, {"error": {"code": "MALFORMED", "message": "bad body"}}))
            self.close_connection = True
            return
        with self.server.application.enter(request):
            self._serve(request)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """A simulated array keeps counters, not a log."""

    def _read(self) -> Request | None:
        """The request, or None when its body is too long or not JSON."""
        url = urlsplit(self.path)
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal():
            return None
        if int(length) > MAX_BODY:
            self._drop(int(length))
            return None
        raw = self.rfile.read(int(length))
        try:
            body = orjson.loads(raw) if raw else None
        except orjson.JSONDecodeError:
            return None
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        return Request(self.command, url.path, query, headers, body)

    def _drop(self, length: int) -> None:
        """Takes in a body that is too long: a client listens only when it has said all."""
        while length > 0 and self.rfile.read(min(length, MAX_BODY)):
            length -= MAX_BODY

    def _serve(self, request: Request) -> None:
        fault = self.server.application.fault(request)
        name = fault.name if fault else None
        if fault is not None and name == faults.HANG:
            hold(self.connection, fault.cancelled, self.server.stopping)
            self.close_connection = True
        elif name == faults.SERVER_ERROR:
            self._send(Answer(500, b"internal error\n", content_type="text/plain"))
        elif name == faults.HTML:
            self._send(Answer(200, self.web_page, content_type="text/html"))
        else:
            self._send(self.server.application.answer(request), fault)

    def _send(self, answer: Answer, fault: faults.Fault | None = None) -> None:
        body = answer.encoded()
        self.send_response_only(answer.status)
        self.send_header("Date", self.date_time_string(time.time()))
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if fault is not None and fault.name == faults.CUT_BODY:
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif fault is not None and fault.name == faults.DRIP:
            trickle(self.wfile, body, fault, self.server.stopping)
        else:
            self.wfile.write(body)
        self.wfile.flush()


def _hang_up(connection: socket.socket) -> None:
    try:
        # On the plain socket: TLS would first want to say goodbye, and could wait.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        return
