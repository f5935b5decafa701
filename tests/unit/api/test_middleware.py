"""Paths as routes know them."""

from __future__ import annotations

import pytest

from delfin import exception
from delfin.api.middleware import mended


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("/", "/"),
        ("//", "/"),
        ("/v1/", "/v1/"),
        ("/v1//", "/v1/"),
        ("//v1///volumes", "/v1/volumes"),
        ("/v1/volumes.json", "/v1/volumes"),
        ("/v1/volumes/a.b.xml", "/v1/volumes/a.b"),
        ("/v1/volumes/a.json.txt", "/v1/volumes/a.json.txt"),
        ("/v1/volumes/.json", "/v1/volumes/.json"),
        ("/v1/openapi.json", "/v1/openapi.json"),
    ],
)
def test_mended(path: str, known: str) -> None:
    assert mended(path) == known


@pytest.mark.parametrize("path", ["/v1/volumes/", "/v2/", "/v1/volumes/\0"])
def test_no_route_has_such_a_path(path: str) -> None:
    with pytest.raises(exception.NotFound):
        mended(path)
