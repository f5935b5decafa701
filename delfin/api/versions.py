"""Where clients begin: versions of the interface, and the empty list of extensions."""

from __future__ import annotations

from functools import cache
from importlib import metadata
from typing import Any

from delfin.api.exchange import Answer, Request
from delfin.api.parts import ApiParts


@cache
def release() -> str:
    """The installed release of delfin."""
    return metadata.version("delfin")


def find(_parts: ApiParts, _request: Request) -> Answer:
    return Answer({"versions": [_version()]})


def show(_parts: ApiParts, _request: Request) -> Answer:
    return Answer(_version())


def redirect(_parts: ApiParts, request: Request) -> Answer:
    return Answer(headers={"Location": f"{request.path}/"}, text="")


def extensions(_parts: ApiParts, _request: Request) -> Answer:
    return Answer({"extensions": []})


def _version() -> dict[str, Any]:
    return {
        "id": "v1",
        "status": "CURRENT",
        "release": release(),
        "links": [
            {"rel": "self", "href": "/v1/"},
            {"rel": "describedby", "href": "/v1/openapi.json"},
            {"rel": "help", "href": "/v1/docs"},
        ],
    }
