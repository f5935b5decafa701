"""An imaginary array behind a real TLS socket that answers as a story tells it, and its client."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from delfin import cryptor, exception
from delfin.drivers.kit.errors import ErrorTable
from delfin.drivers.kit.exchange import Limits
from delfin.drivers.kit.rest import RestSession
from delfin.drivers.kit.retry import Retry
from tests.unit.web_server import common_name, web_server, write_certificate

USER, PASSWORD = "reader", "Acme-Pa55word"


@dataclass(frozen=True)
class Reply:
    """What is sent; 'announced' is the length it claims to have, 'pause' seconds between bytes."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None
    pause: float = 0.0


@dataclass
class Acme:
    """Tokens count up from 'token-1'; all but the newest are refused. 'answer' may be replaced."""

    answer: Callable[[str, str], Reply] = lambda _method, _path: Reply(body={})
    # In place of the usual answer to a token that is not good.
    refusal: Reply | None = None
    # In place of the token after a good sign-in.
    welcome: Reply | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    logins: int = 0
    logouts: int = 0
    valid: bool = False
    password: str = PASSWORD
    lock: threading.Lock = field(default_factory=threading.Lock)
    port: int = 0
    certificate: str = ""
    over: threading.Event = field(default_factory=threading.Event)

    def reply(self, method: str, path: str, token: str | None, body: bytes) -> Reply:
        with self.lock:
            self.asked.append((method, path))
            self.tokens.append(token)
            self.bodies.append(body)
            if path == "/rest/login":
                return self._log_in(json.loads(body))
            if path == "/rest/logout":
                self.logouts += token == f"token-{self.logins}"
                return Reply(204)
            if token != f"token-{self.logins}" or not self.valid:
                return self.refusal or Reply(
                    401, {"error": {"code": "EXPIRED", "message": "sign in"}}
                )
        return self.answer(method, path.removeprefix("/rest"))

    def _log_in(self, credentials: dict[str, str]) -> Reply:
        self.logins += 1
        if credentials["password"] != self.password:
            said = f"bad password {credentials['password']}"
            return Reply(401, {"error": {"code": "DENIED", "message": said}})
        self.valid = True
        return self.welcome or Reply(body={"token": f"token-{self.logins}"})

    @property
    def access(self) -> dict[str, Any]:
        rest = {"host": "127.0.0.1", "port": self.port, "username": USER}
        return {"rest": {**rest, "password": cryptor.encode(PASSWORD)}, "verify": self.certificate}


class AcmeClient(RestSession):
    root = "/rest"
    errors = ErrorTable(
        {
            "DENIED": exception.InvalidUsernameOrPassword,
            "EXPIRED": exception.NotAuthorized,
            "FULL": exception.StorageMaxUserCountException,
        }
    )
    retry = Retry(first=0.01)
    limits = Limits(wait=5.0, size=100_000)

    def log_in(self, username: str, password: str) -> str:
        body = self.ask("POST", "/login", {"user": username, "password": password})
        return str(body["token"] or "")

    def log_out(self) -> None:
        self.ask("POST", "/logout")


@contextmanager
def acme(folder: Path) -> Iterator[Acme]:
    """The array, until the block ends."""
    array = Acme()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            token = self.headers.get("X-Auth-Token")
            self.send(array.reply(self.command, self.path, token, body))

        def send(self, reply: Reply) -> None:
            raw = reply.body
            if not isinstance(raw, bytes):
                raw = b"" if raw is None else json.dumps(raw).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            length = len(raw) if reply.announced is None else reply.announced
            self.send_header("Content-Length", str(length))
            self.end_headers()
            if reply.pause:
                for byte in raw:
                    self.wfile.write(bytes([byte]))
                    if array.over.wait(reply.pause):
                        break
            else:
                self.wfile.write(raw)
            self.close_connection = length != len(raw)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815 - names of the base class

        def log_message(self, *_args: Any) -> None:
            """Keep quiet."""

    certificate = write_certificate(folder, common_name("acme"))
    with web_server(certificate, Handler) as server:
        array.port, array.certificate = server.port, str(certificate[0])
        try:
            yield array
        finally:
            array.over.set()
