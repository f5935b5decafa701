"""Falcon's view of a route: reads the request, calls the operation, writes the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

import falcon
import orjson

from delfin import exception
from delfin.api import wire
from delfin.api.exchange import Operation, Request, Route
from delfin.api.parts import ApiParts
from delfin.api.schemas import validation

Responder = Callable[..., None]


class Endpoint:
    """The methods 'on_get' and so on that Falcon looks for, one for each operation.

    Methods that the route has not come from the 'inherited' routes, with their ids.
    """

    def __init__(
        self, parts: ApiParts, route: Route, inherited: Sequence[tuple[Route, dict[str, str]]] = ()
    ) -> None:
        self._parts = parts
        for source, fixed in (*reversed(inherited), (route, {})):
            for operation in source.operations:
                responder = self._responder(operation, fixed)
                setattr(self, f"on_{operation.method.lower()}", responder)
                if operation.method == "GET":
                    # Falcon leaves the body out of the answer.
                    self.on_head = responder

    def _responder(self, operation: Operation, fixed: dict[str, str]) -> Responder:
        largest = self._parts.conf.api_max_body_size

        def respond(req: falcon.Request, resp: falcon.Response, **ids: str) -> None:
            request = Request(
                path=req.root_path + req.path,
                query=dict(parse_qsl(req.query_string, keep_blank_values=True)),
                ids={**fixed, **ids},
                body=read_body(req, operation, largest),
            )
            answer = operation.call(self._parts, request)
            resp.status = answer.status or operation.status
            resp.content_type = operation.media
            for name, value in answer.headers.items():
                resp.set_header(name, value)
            if answer.text is not None:
                resp.text = answer.text
            else:
                resp.data = b"" if answer.document is None else wire.dumps(answer.document)

        return respond


def read_body(req: falcon.Request, operation: Operation, largest: int) -> dict[str, Any]:
    """The JSON object in the body; empty where the operation takes or needs none.

    A body of another media type is ignored where none is needed, and so is an
    empty object, which some clients always send.

    Raises:
        exception.MalformedRequestBody: It is missing, or not JSON.
        exception.InvalidContentType: It is needed, and something else than JSON.
        exception.InvalidInput: It does not follow the operation's schema.
        exception.BadRequest: It says something where nothing is asked for.
        exception.RequestBodyTooLarge: It goes on beyond 'largest' bytes.
    """
    media = (req.content_type or "").partition(";")[0].strip().lower()
    needed = operation.body is not None and not operation.body_optional
    if media != falcon.MEDIA_JSON and not needed:
        return {}
    raw = _read(req, largest).strip()
    if not raw and not needed:
        return {}
    if operation.body is None:
        if _parsed(raw) != {}:
            raise exception.BadRequest
        return {}
    if not raw:
        raise exception.MalformedRequestBody("a JSON object is needed, the body is empty")
    if media != falcon.MEDIA_JSON:
        raise exception.InvalidContentType(media or "(none)")
    return validation.checked(operation.body, _parsed(raw))


def _read(req: falcon.Request, largest: int) -> bytes:
    if req.content_length is not None:
        raw: bytes = req.bounded_stream.read()
        if len(raw) < req.content_length:
            raise exception.MalformedRequestBody("the body ends too early")
        return raw
    if req.env.get("wsgi.input_terminated"):
        # A chunked body says its length only by ending.
        raw = req.stream.read(largest + 1)
        if len(raw) > largest:
            raise exception.RequestBodyTooLarge(largest)
        return raw
    return b""


def _parsed(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise exception.MalformedRequestBody(f"it is not JSON at {place}") from None
