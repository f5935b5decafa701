"""Hears every HTTP exchange of this process that goes through 'requests'."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

from delfin.testing.recording.exchange import Exchange, body_of, question

Address = tuple[str, int]
Heard = Callable[[Address, Exchange], None]

_PORTS = {"http": 80, "https": 443}


class _Listening(BaseAdapter):
    """Stands before the adapter that does the work."""

    def __init__(self, inner: BaseAdapter, heard: Heard) -> None:
        super().__init__()
        self._inner, self._heard = inner, heard

    def send(self, request: requests.PreparedRequest, *args: Any, **kw: Any) -> requests.Response:
        response = self._inner.send(request, *args, **kw)
        # Reading the body here raises what reading it later would have raised.
        content = response.content
        self._heard(_address(request.url or ""), _exchange(request, response, content))
        return response

    def close(self) -> None:
        self._inner.close()


@contextmanager
def tapped(heard: Heard) -> Iterator[None]:
    """Every session, also one that exists already, is heard for the length of the block."""
    found = requests.Session.get_adapter

    def get_adapter(session: requests.Session, url: str) -> BaseAdapter:
        return _Listening(found(session, url), heard)

    with mock.patch.object(requests.Session, "get_adapter", get_adapter):
        yield


def _address(url: str) -> Address:
    parts = urlsplit(url)
    return (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)


def _exchange(
    request: requests.PreparedRequest, response: requests.Response, content: bytes
) -> Exchange:
    sent = request.body or b""
    raw = sent.encode() if isinstance(sent, str) else bytes(sent)
    asked = question(request.method or "", request.url or "", raw)
    answer = {
        "status": response.status_code,
        "headers": dict(response.headers),
        **body_of(content),
    }
    return Exchange("rest", asked, answer)
