"""Serves the page over HTTP, in the two formats that Prometheus asks for."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterable, Iterator
from typing import Any

from cheroot import wsgi
from oslo_log import log

from delfin.exporter.performance.prometheus.page import Chunks, Page

LOG = log.getLogger(__name__)

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
_PATH = "/metrics"
# Several scrapers, and clients that have connected and say nothing.
_THREADS = 8
_BACKLOG = 64
# Seconds in which a scraper must take a piece.
_TIMEOUT = 10
# Small pieces are sent together, in bytes: each goes through a few calls of the system.
_AT_ONCE = 256 * 1024


class _Server(wsgi.Server):
    """cheroot on our socket, with its messages in our log."""

    def __init__(self, listening: socket.socket, application: Any) -> None:
        super().__init__(
            *(listening.getsockname()[:2], application),
            numthreads=_THREADS,
            max=_THREADS,
            server_name="delfin",
            timeout=_TIMEOUT,
        )
        self._listening = listening

    def bind(self, *_address: Any) -> socket.socket:
        self.socket = self._listening
        return self._listening

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        LOG.log(level, "%s", msg, exc_info=traceback)


class PageServer:
    """Listens as soon as it is made.

    Raises:
        OSError: It cannot listen there.
    """

    def __init__(self, page: Page, host: str, port: int) -> None:
        self._page = page
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        self._server = _Server(listening, self._answer)
        self._server.prepare()
        self._thread = threading.Thread(
            target=self._server.serve, name="prometheus-page", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.bind_addr[1])

    def close(self) -> None:
        self._server.stop()
        self._thread.join()

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if environ.get("PATH_INFO") != _PATH:
            return _refusal(start_response, "404 Not Found")
        if method not in {"GET", "HEAD"}:
            return _refusal(start_response, "405 Method Not Allowed")
        open_metrics = "application/openmetrics-text" in environ.get("HTTP_ACCEPT", "")
        chunks = self._page.read(open_metrics=open_metrics)
        size = sum(map(len, chunks))
        headers = [
            ("Content-Type", OPEN_METRICS if open_metrics else TEXT),
            ("Content-Length", str(size)),
        ]
        start_response("200 OK", headers)
        return _together(chunks) if method == "GET" else []


def _refusal(start_response: Any, status: str) -> Iterable[bytes]:
    body = f"{status}: the page is {_PATH}\n".encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]


def _together(chunks: Chunks) -> Iterator[bytes]:
    waiting: list[bytes] = []
    size = 0
    for chunk in chunks:
        waiting.append(chunk)
        size += len(chunk)
        if size >= _AT_ONCE:
            yield b"".join(waiting)
            waiting.clear()
            size = 0
    yield b"".join(waiting)
