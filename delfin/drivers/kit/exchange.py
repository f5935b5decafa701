"""One request and its answer, within a time and a size: below rest.py."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import requests

from delfin import exception
from delfin.common import deadline
from delfin.drivers.utils.rest_client import RestClient, translated

_CHUNK = 65536
_SHOWN = 60


@dataclass(frozen=True)
class Limits:
    """Seconds for connecting and for each wait, seconds for the whole answer, bytes of its body."""

    wait: float = 30.0
    whole: float = 300.0
    size: int = 64 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """What the array said; 'headers' have names in any case, 'content' is decompressed."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    def json(self) -> Any:
        """The JSON in it; raises InvalidResults for anything else, such as a sign-in page."""
        try:
            return orjson.loads(self.content)
        except orjson.JSONDecodeError as error:
            kind = str(self.headers.get("Content-Type"))[:_SHOWN]
            raise exception.InvalidResults(
                f"the answer is not a JSON object, or cut off: {len(self.content)} bytes of {kind}"
            ) from error


def exchange(
    rest: RestClient,
    method: str,
    path: str,
    *,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    limits: Limits = Limits(),
) -> Answer:
    """Send 'body' over the open session, as JSON (bytes as they are), and read the answer
    whatever its status.

    Redirects are not followed: they would carry the token to wherever they point.

    Raises InvalidResults for an answer that is too long, ConnectTimeout past the deadline of the
    call, and what `RestClient.do_call` raises for the connection.
    """
    session = rest.session
    if session is None:
        raise exception.StorageBackendException("the connection has been closed")
    end = time.monotonic() + deadline.bounded(limits.whole)
    data = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
    try:
        with session.request(
            method,
            rest.san_address + path,
            data=data,
            headers=headers,
            timeout=deadline.bounded(limits.wait),
            stream=True,
            allow_redirects=False,
        ) as response:
            content = _content(response, limits.size, end)
            return Answer(response.status_code, response.headers, content)
    except exception.DelfinException:
        raise
    except Exception as error:
        raise translated(error) from error


def _content(response: requests.Response, size: int, end: float) -> bytes:
    read = getattr(response, "_content", False)
    if isinstance(read, bytes):
        # Somebody between here and the socket wanted the whole, such as a recorder.
        return read
    content = bytearray()
    # Not `iter_content`: it waits until a chunk is full, however slowly the bytes come.
    while part := response.raw.read1(_CHUNK, decode_content=True):
        content += part
        if len(content) > size:
            raise exception.InvalidResults(f"the answer is longer than {size} bytes")
        if time.monotonic() > end:
            # When it is the whole call that is over, this says so.
            deadline.bounded(0)
            raise exception.ConnectTimeout(message="The answer took too long.")
    return bytes(content)
