"""The API server on real sockets: who is served, what is refused, how it stops."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any

import pytest
from oslo_config import cfg

from delfin.api.server import ApiService, open_socket

LIMIT = 1000


class Application:
    """Echoes small bodies, refuses large ones unread, and can be slow or fail."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.go = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/slow":
            self.entered.set()
            assert self.go.wait(10)
        if path == "/fail":
            raise RuntimeError("fault in the application")
        status, body = "200 OK", environ["wsgi.url_scheme"].encode()
        if path == "/echo":
            body = environ["wsgi.input"].read(LIMIT + 1)
            if len(body) > LIMIT:
                status, body = "413 Content Too Large", b"too large"
        if path == "/ignore":
            status, body = "400 Bad Request", b"did not look"
        start_response(status, [("Content-Length", str(len(body)))])
        return [body]


Serve = Callable[..., AbstractContextManager[ApiService]]


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def serve(conf: cfg.ConfigOpts, application: Application) -> Serve:
    @contextmanager
    def serving(listening: socket.socket | None = None) -> Iterator[ApiService]:
        service = ApiService(conf, application, listening)
        service.start()
        try:
            yield service
        finally:
            application.go.set()
            service.stop()
            service.wait()

    return serving


def get(service: ApiService, path: str = "/") -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)) as client:
        client.request("GET", path)
        answer = client.getresponse()
        return answer.status, answer.read()


def raw(service: ApiService, request: bytes) -> bytes:
    """Everything that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as client:
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while part := client.recv(65536):
            answer += part
        return answer


def test_a_port_that_the_system_chose_is_told(serve: Serve) -> None:
    with serve() as service:
        assert service.port > 0
        assert service.url == f"http://127.0.0.1:{service.port}"
        assert get(service) == (200, b"http")


def test_a_socket_opened_beforehand_takes_connections_before_the_start(
    conf: cfg.ConfigOpts, application: Application
) -> None:
    listening = open_socket("127.0.0.1", 0)
    service = ApiService(conf, application, listening)
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)) as client:
        client.request("GET", "/")
        service.start()
        assert client.getresponse().status == 200
    service.stop()
    service.wait()


@pytest.mark.parametrize("host", ["::1", "127.0.0.1", "localhost"])
def test_addresses_of_both_families_are_served(serve: Serve, host: str) -> None:
    with serve(open_socket(host, 0)) as service:
        address = "127.0.0.1" if host == "localhost" else host
        try:
            client = socket.create_connection((address, service.port), timeout=10)
        except ConnectionRefusedError:
            client = socket.create_connection(("::1", service.port), timeout=10)
        with client:
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert client.recv(12) == b"HTTP/1.1 200"


def test_the_listener_on_all_addresses_takes_ipv4_and_ipv6(serve: Serve) -> None:
    with serve(open_socket("::", 0)) as service:
        assert service.url.startswith("http://127.0.0.1:")
        for host in ("127.0.0.1", "::1"):
            with closing(http.client.HTTPConnection(host, service.port, timeout=10)) as client:
                client.request("GET", "/")
                assert client.getresponse().status == 200


def test_an_address_in_use_is_named() -> None:
    with open_socket("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1 port {port}"):
            open_socket("127.0.0.1", port)


def test_an_address_that_is_none_is_named() -> None:
    with pytest.raises(OSError, match=r"cannot listen on no\.such\.host\.invalid"):
        open_socket("no.such.host.invalid", 0)


def test_one_connection_serves_many_requests(serve: Serve) -> None:
    with (
        serve() as service,
        closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)) as client,
    ):
        for number in range(5):
            client.request("POST", "/echo", body=str(number))
            assert client.getresponse().read() == str(number).encode()


def test_silent_connections_hold_no_thread(serve: Serve, conf: cfg.ConfigOpts) -> None:
    with serve() as service:
        silent = [
            socket.create_connection(("127.0.0.1", service.port), timeout=10)
            for _ in range(conf.api_threads * 5)
        ]
        begin = time.monotonic()
        assert get(service) == (200, b"http")
        assert time.monotonic() - begin < 5
        for connection in silent:
            connection.close()


def test_idle_connections_are_closed_after_the_timeout(serve: Serve, conf: cfg.ConfigOpts) -> None:
    conf.set_override("api_connection_timeout", 0.2)
    with (
        serve() as service,
        socket.create_connection(("127.0.0.1", service.port), timeout=10) as idle,
    ):
        assert idle.recv(1) == b""


def test_a_client_that_stops_in_the_middle_is_let_go(serve: Serve, conf: cfg.ConfigOpts) -> None:
    conf.set_override("api_connection_timeout", 0.2)
    with (
        serve() as service,
        socket.create_connection(("127.0.0.1", service.port), timeout=10) as stuck,
    ):
        stuck.sendall(b"GET / HT")
        assert stuck.recv(12) == b"HTTP/1.1 408"


def test_a_fault_of_the_application_is_logged_and_the_server_goes_on(
    serve: Serve, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with serve() as service:
        assert get(service, "/fail")[0] == 500
        assert get(service) == (200, b"http")
    assert "fault in the application" in caplog.text
    assert "RuntimeError" in caplog.text
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 9000 + b"\r\n\r\n", b"413"),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 3000 + b"\r\n", b"413"),
        (b"what is this\r\n\r\n", b"400"),
        (b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n", b"400"),
    ],
)
def test_a_bad_head_is_refused(
    serve: Serve, conf: cfg.ConfigOpts, request_head: bytes, status: bytes
) -> None:
    conf.set_override("api_max_header_size", 8192)
    with serve() as service:
        assert raw(service, request_head)[9:12] == status
        assert get(service) == (200, b"http")


def test_the_client_can_read_why_a_large_body_was_refused(serve: Serve) -> None:
    body = b"x" * 20_000_000
    with (
        serve() as service,
        closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)) as client,
    ):
        client.request("POST", "/echo", body=body)
        answer = client.getresponse()
        assert (answer.status, answer.read()) == (413, b"too large")
        assert answer.getheader("Connection") == "close"


def test_a_body_nobody_looked_at_is_not_read_into_memory(serve: Serve) -> None:
    head = b"POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n"
    with (
        serve() as service,
        socket.create_connection(("127.0.0.1", service.port), timeout=10) as client,
    ):
        client.sendall(head + b"x" * 1000)
        answer = client.recv(65536)
        assert answer[9:12] == b"400"
        assert b"Connection: close" in answer


def test_the_rest_of_a_chunked_body_is_not_taken_for_a_request(serve: Serve) -> None:
    inner = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
    request = (
        b"POST /ignore HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        + f"{len(inner):x}\r\n".encode()
        + inner
        + b"\r\n0\r\n\r\n"
    )
    with serve() as service:
        assert raw(service, request).count(b"HTTP/1.1 ") == 1


def test_stopping_finishes_the_request_in_flight(serve: Serve, application: Application) -> None:
    answers: list[tuple[int, bytes]] = []
    with serve() as service:
        client = threading.Thread(target=lambda: answers.append(get(service, "/slow")))
        client.start()
        assert application.entered.wait(10)
        stopping = threading.Thread(target=service.stop)
        stopping.start()
        stopping.join(0.2)
        assert stopping.is_alive()
        application.go.set()
        stopping.join(10)
        client.join(10)
        assert answers == [(200, b"http")]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", service.port), timeout=10)


def test_stopping_closes_idle_connections_and_may_be_asked_twice(serve: Serve) -> None:
    with serve() as service:
        idle = http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)
        idle.request("GET", "/")
        idle.getresponse().read()
        service.stop()
        assert idle.sock is not None
        assert idle.sock.recv(1) == b""
        idle.close()
        service.stop()


def test_a_service_that_was_never_started_can_be_stopped(
    conf: cfg.ConfigOpts, application: Application
) -> None:
    service = ApiService(conf, application)
    service.stop()
    service.wait()


def test_small_answers_do_not_wait_for_an_acknowledgement() -> None:
    with (
        open_socket("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()),
    ):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
