"""The HTTPS side of a replay: answers as recorded, or fails as ordered."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from delfin.testing.recording.exchange import question, raw_body
from delfin.testing.recording.standins import HOST
from delfin.testing.replay import faults
from delfin.testing.replay.play import Play
from delfin.testing.simulated.faults import Fault
from delfin.testing.simulated.server import Answer, Connection, HttpServer, Request

_PAGE = b"<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>\n"
_LEFT_OUT = {"content-length", "transfer-encoding", "content-encoding", "connection", "date"}
_STATUS = {faults.UNAUTHORIZED: 401, faults.FORBIDDEN: 403, faults.SERVER_ERROR: 500}


class HttpPlay:
    """Stands behind the server; 'connected' and 'fault' are not needed here."""

    def __init__(self, play: Play) -> None:
        self.play = play

    def enter(self, request: Request) -> AbstractContextManager[None]:
        del request
        return nullcontext()

    def answer(self, request: Request) -> Answer:
        raise NotImplementedError(f"{request.path}: answered by the connection")

    def fault(self, request: Request) -> Fault | None:
        del request
        return None

    def connected(self) -> None:
        """Connections are not counted."""


class PlayedConnection(Connection):
    """Reads a request of any content type and answers from the tape."""

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        length = self.headers.get("Content-Length", "0")
        body = self.rfile.read(int(length)) if length.isdecimal() else b""
        application = self.server.application
        assert isinstance(application, HttpPlay)
        play = application.play
        recorded = play.answer("rest", question(self.command, self.path, body))
        if play.fault == faults.READ_TIMEOUT:
            play.released.wait()
            self.close_connection = True
        elif play.fault in _STATUS:
            self._say(_STATUS[play.fault], {"Content-Type": "application/json"}, b"{}")
        elif play.fault == faults.HTML:
            self._say(200, {"Content-Type": "text/html"}, _PAGE)
        elif play.fault == faults.NO_BODY:
            self._say(200, {"Content-Type": "application/json"}, b"")
        elif recorded is None:
            text = f"nothing recorded for {self.command} {self.path}".encode()
            self._say(404, {"Content-Type": "text/plain"}, text)
        else:
            self._say_recorded(recorded, cut=play.fault == faults.CUT_BODY)

    def _say_recorded(self, recorded: dict[str, Any], *, cut: bool) -> None:
        headers = {
            name: self._here(str(value))
            for name, value in recorded.get("headers", {}).items()
            if name.lower() not in _LEFT_OUT
        }
        body = raw_body(recorded)
        if "base64" not in recorded:
            body = self._here(body.decode()).encode()
        self._say(int(recorded.get("status", 200)), headers, body, cut=cut)

    def _here(self, text: str) -> str:
        """Links of the recorded array lead to this server."""
        port = self.server.server_port
        for written in (f"{HOST}:{port}", HOST):
            text = text.replace(f"//{written}", f"//127.0.0.1:{port}")
        return text

    def _say(self, status: int, headers: dict[str, str], body: bytes, *, cut: bool = False) -> None:
        self.send_response_only(status)
        # An answer that has nothing to cut is announced longer than it is.
        announced = len(body) + (1 if cut else 0)
        if status not in {204, 304}:
            self.send_header("Content-Length", str(announced))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if cut else body)
        self.wfile.flush()
        if cut:
            self.close_connection = True


def http_server(play: Play, tls: Any) -> HttpServer:
    """Not started yet; on any free port of the loopback address."""
    return HttpServer(HttpPlay(play), "127.0.0.1", 0, tls, PlayedConnection)
