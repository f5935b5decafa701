"""The OpenAPI document and the page that shows it."""

from __future__ import annotations

import json
import re
from typing import Any

import openapi_spec_validator
import pytest

from delfin.api.openapi import document
from delfin.api.routes import ROUTES
from delfin.inventory.catalog import KINDS
from tests.api.client import Client, Reply, follow_document

DOCUMENT = document()


def test_the_document_is_valid_openapi() -> None:
    openapi_spec_validator.validate(DOCUMENT)


def test_the_document_is_served(client: Client) -> None:
    assert client.get("/v1/openapi.json").json == DOCUMENT


def test_operations_have_names_of_their_own() -> None:
    names = [operation.name for route in ROUTES for operation in route.operations]
    assert len(names) == len(set(names))


def test_every_schema_is_used() -> None:
    text = str(DOCUMENT)
    for name in DOCUMENT["components"]["schemas"]:
        assert f"'#/components/schemas/{name}'" in text, name


def test_every_filter_and_column_of_the_registry_is_described() -> None:
    for kind in KINDS:
        prefix = "/v1/storages/{storage_id}" if kind.nested else "/v1"
        listed = DOCUMENT["paths"][f"{prefix}/{kind.path}"]["get"]
        described = {parameter["name"] for parameter in listed["parameters"]}
        own = {*kind.filters, *kind.impossible_filters} - ({"storage_id"} if kind.nested else set())
        assert own <= described
        schema = DOCUMENT["components"]["schemas"][kind.model.__name__]
        assert set(kind.columns) <= set(schema["properties"])


def test_the_page_shows_every_operation(client: Client) -> None:
    reply = client.get("/v1/docs")
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    page = reply.raw.decode()
    for path, item in DOCUMENT["paths"].items():
        for method in item.keys() - {"parameters"}:
            assert f'data-path="{path}" data-method="{method}"' in page
    for name in DOCUMENT["components"]["schemas"]:
        assert f'id="schema-{name}"' in page


def test_the_page_needs_nothing_from_elsewhere(client: Client) -> None:
    page = client.get("/v1/docs")
    assets = re.findall(r'(?:src|href)="([^"#]+)"', page.raw.decode())
    assert set(assets) == {"docs/docs.css", "docs/docs.js", "openapi.json"}
    for asset in assets:
        assert client.get(f"/v1/{asset}").status == 200
    everything = page.raw + client.get("/v1/docs/docs.css").raw + client.get("/v1/docs/docs.js").raw
    assert b"://" not in everything
    assert "script-src 'self'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    "spoil",
    [
        {"volumes": []},
        {"storages": [], "total": 0},
        {"storages": [{"id": "x"}]},
    ],
)
def test_the_client_catches_answers_that_are_not_described(spoil: dict[str, Any]) -> None:
    """A check that cannot fail would be worth nothing."""
    reply = Reply(200, {"content-type": "application/json"}, json.dumps(spoil).encode())
    with pytest.raises(AssertionError):
        follow_document("GET", "/v1/storages", reply)


def test_the_client_catches_secrets() -> None:
    client = Client(lambda *_: [], ("hunter22",))
    for form in (b"hunter22", b"aHVudGVyMjI=", b"68756e7465723232"):
        with pytest.raises(AssertionError, match="secret"):
            client.search(b'{"x":"' + form + b'"}')
