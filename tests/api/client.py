"""A WSGI client that holds every answer against the OpenAPI document and searches it for secrets."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

from jsonschema import Draft202012Validator

from delfin.api.openapi import document

Headers = Mapping[str, str]

DOCUMENT = document()
_REQUEST_ID = re.compile(r"req-[0-9a-f-]{36}")


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def code(self) -> str:
        return str(self.json["error_code"])

    @property
    def message(self) -> str:
        return str(self.json["error_msg"])


class Client:
    """Calls the application as a strict WSGI server would.

    Texts in 'secrets' must be in no answer: neither in clear, nor Base64, nor hexadecimal.
    """

    def __init__(self, app: Callable[..., Any], secrets: tuple[str, ...] = ()) -> None:
        self._app = validator(app)
        self.secrets = list(secrets)

    def get(self, path: str, **options: Any) -> Reply:
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Reply:
        return self.send("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Reply:
        return self.send("PUT", path, body, **options)

    def delete(self, path: str, body: Any = None, **options: Any) -> Reply:
        return self.send("DELETE", path, body, **options)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        headers: Headers | None = None,
        environ: Mapping[str, Any] | None = None,
    ) -> Reply:
        """One request; 'body' goes as JSON, 'raw' as it is."""
        content = b"" if body is None else json.dumps(body).encode()
        sent = dict(headers or {})
        if raw is not None:
            content = raw
        elif body is not None:
            sent.setdefault("Content-Type", "application/json")
        reply = self._call(_environ(method, path, content, sent, environ or {}))
        self._check(method, path.partition("?")[0], reply)
        return reply

    def _call(self, environ: dict[str, Any]) -> Reply:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _info: Any = None) -> Any:
            begun.append((status, headers))
            return lambda _data: None

        chunks = self._app(environ, start_response)
        try:
            raw = b"".join(chunks)
        finally:
            getattr(chunks, "close", lambda: None)()
        status, headers = begun[-1]
        return Reply(int(status.split()[0]), {k.lower(): v for k, v in headers}, raw)

    def _check(self, method: str, path: str, reply: Reply) -> None:
        assert _REQUEST_ID.fullmatch(reply.headers["x-compute-request-id"])
        self.search(reply.raw)
        self.search("\n".join(reply.headers.values()).encode())
        if method == "HEAD":
            assert reply.raw == b""
        elif method != "OPTIONS" or reply.status != 200:
            assert len(reply.raw) == int(reply.headers["content-length"])
            follow_document(method, path, reply)

    def search(self, where: bytes) -> None:
        """Fails when one of the secrets is there in any usual form."""
        for secret in self.secrets:
            raw = secret.encode()
            for form in (raw, base64.b64encode(raw), raw.hex().encode()):
                assert form not in where, f"a secret is shown: {where!r}"


def follow_document(method: str, path: str, reply: Reply) -> None:
    """Fails when the answer is not what the OpenAPI document says of the path."""
    operation = _operation(method, re.sub("/{2,}", "/", path))
    if operation is None:
        assert reply.status in {404, 413, 400}, reply
        _matches({"$ref": "#/components/schemas/Error"}, reply)
        return
    answers = operation["responses"]
    described = answers.get(str(reply.status), answers["default"])
    if str(reply.status) not in answers:
        assert reply.status in {400, 413, 500, 503}, f"{reply.status} of {path} is not described"
    content = described.get("content")
    if content is None:
        assert reply.raw == b""
        return
    media = reply.headers["content-type"].partition(";")[0]
    assert media in content
    if media == "application/json":
        assert reply.headers["content-type"] == media, "no charset, as clients know it"
        _matches(content[media]["schema"], reply)


def _operation(method: str, path: str) -> dict[str, Any] | None:
    path = path if path in DOCUMENT["paths"] else re.sub(r"(?<=[^/])\.(json|xml)$", "", path)
    for template in (path, *DOCUMENT["paths"]):
        item = DOCUMENT["paths"].get(template, {})
        pattern = re.sub(r"{\w+}", "[^/]+", re.sub(r"\.", r"\.", template))
        if method.lower() in item and (template == path or re.fullmatch(pattern, path)):
            return dict(item[method.lower()])
    return None


def _matches(schema: dict[str, Any], reply: Reply) -> None:
    whole = {**schema, "components": DOCUMENT["components"]}
    errors = [e.message for e in Draft202012Validator(whole).iter_errors(reply.json)]
    assert not errors, errors


def _environ(
    method: str, path: str, content: bytes, headers: Headers, more: Mapping[str, Any]
) -> dict[str, Any]:
    where, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": where,
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.input": BytesIO(content),
    }
    if content:
        environ["CONTENT_LENGTH"] = str(len(content))
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
    environ.update(more)
    setup_testing_defaults(environ)
    return {key: value for key, value in environ.items() if value is not None}
