"""Headers, methods and paths: what clients rely on and what upstream got wrong."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from oslo_db import exception as db_exception

from delfin.api.app import make_app
from tests.api.client import Client
from tests.api.conftest import Stage

NEVER_BUILT = ("metrics", "storages/x/performance")


def test_a_request_id_is_taken_and_given_back(client: Client) -> None:
    name = f"req-{uuid.uuid4()}"
    for path in ("/v1/volumes", "/v1/volumes/none", "/nowhere"):
        sent = {"X-Compute-Request-Id": name}
        assert client.get(path, headers=sent).headers["x-compute-request-id"] == name


@pytest.mark.parametrize(
    "bad", ["req-1", "x" * 40, "req-4e14c3df-1c13-46dd-9534-d04418296580x", ""]
)
def test_an_ill_formed_request_id_is_replaced(client: Client, bad: str) -> None:
    got = client.get("/v1/volumes", headers={"X-Compute-Request-Id": bad}).headers
    assert got["x-compute-request-id"] != bad


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere"),
        ("GET", "/v2"),
        ("GET", "/v1/storages/"),
        ("GET", "/v1/Storages"),
        ("GET", "/v1/storages/x/"),
        ("PATCH", "/v1/storages/x"),
        ("PUT", "/v1/storages/x"),
        ("POST", "/v1/volumes"),
        ("DELETE", "/v1/volumes/x"),
        ("DELETE", "/v1/storages"),
        ("GET", "/v1/storages/x/sync"),
        ("HEAD", "/nowhere"),
        ("BREW", "/v1/storages"),
        ("GET", "/v1/volumes/a\0b"),
        *(("GET", f"/v1/{path}") for path in NEVER_BUILT),
    ],
)
@pytest.mark.filterwarnings("ignore:Unknown REQUEST_METHOD")
def test_what_is_not_served_is_a_json_404(client: Client, method: str, path: str) -> None:
    reply = client.send(method, path)
    assert reply.status == 404
    assert reply.headers["content-type"] == "application/json"
    if method != "HEAD":
        assert (reply.code, reply.json["error_args"]) == ("NotFound", [])


def test_the_method_cannot_be_overridden(client: Client) -> None:
    assert client.get("/v1/storages?_method=DELETE").json == {"storages": []}
    assert client.get("/v1/storages?_method=POST").status == 200


def test_double_slashes_and_formats_are_taken(client: Client) -> None:
    for path in ("/v1//storages", "//v1/storages", "/v1/storages.json", "/v1/storages.xml"):
        assert client.get(path).json == {"storages": []}
    assert client.get("/v1/volumes/abc.json").json["error_args"] == ["abc"]
    assert client.get("/v1/volumes/abc.txt").json["error_args"] == ["abc.txt"]
    assert client.get("/v1/storages/x/storage-hosts.json").json == {"storage_hosts": []}


def test_head_answers_as_get_without_the_body(client: Client) -> None:
    got, head = client.get("/v1/storages"), client.send("HEAD", "/v1/storages")
    assert head.status == 200
    for name in ("content-length", "content-type", "x-total-count"):
        assert head.headers[name] == got.headers[name]
    assert client.send("HEAD", "/v1/storages/none").status == 404


def test_options_lists_the_methods(client: Client) -> None:
    reply = client.send("OPTIONS", "/v1/storages")
    assert (reply.status, reply.raw) == (200, b"")
    assert set(reply.headers["allow"].split(", ")) >= {"GET", "HEAD", "POST"}
    assert "DELETE" not in reply.headers["allow"]
    elsewhere = client.send("OPTIONS", "/v1/nowhere")
    assert (elsewhere.status, elsewhere.raw) == (200, b"")


def test_answers_are_json_whatever_is_accepted(client: Client) -> None:
    reply = client.get("/v1/storages", headers={"Accept": "text/xml", "X-Auth-Token": "x"})
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")


def test_empty_answers_are_of_type_json(client: Client) -> None:
    reply = client.post("/v1/storages/sync")
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["content-length"] == "0"


def test_versions_can_be_discovered(client: Client) -> None:
    (version,) = client.get("/").json["versions"]
    assert version == client.get("/v1/").json
    links = {link["rel"]: link["href"] for link in version["links"]}
    assert client.get(links["self"]).status == 200
    assert client.get(links["describedby"]).json["openapi"] == "3.1.0"
    assert client.get(links["help"]).status == 200


def test_the_version_without_a_slash_leads_to_the_one_with(client: Client) -> None:
    reply = client.get("/v1")
    assert (reply.status, reply.headers["location"], reply.raw) == (
        302,
        "http://127.0.0.1/v1/",
        b"",
    )
    behind_proxy = client.get("/v1", environ={"SCRIPT_NAME": "/delfin"})
    assert behind_proxy.headers["location"] == "http://127.0.0.1/delfin/v1/"


def test_there_are_no_extensions(client: Client) -> None:
    assert client.get("/v1/extensions").json == {"extensions": []}
    assert client.get("/v1/extensions/none").code == "NotFound"


def test_origins_are_named_only_when_they_are_allowed(stage: Stage) -> None:
    origin = {"Origin": "https://dashboard.example"}
    assert (
        "access-control-allow-origin"
        not in stage.client.get("/v1/storages", headers=origin).headers
    )
    stage.parts.conf.set_override("allowed_origin", ["https://dashboard.example"], "cors")
    client = Client(make_app(stage.parts))
    shown = client.get("/v1/storages", headers=origin).headers
    assert shown["access-control-allow-origin"] == "https://dashboard.example"
    assert "X-Total-Count" in shown["access-control-expose-headers"]


def test_unknown_middleware_is_refused_at_start(stage: Stage) -> None:
    stage.parts.conf.set_override("api_middleware", ["cors", "magic"])
    with pytest.raises(ValueError, match="magic is not known"):
        make_app(stage.parts)


def test_a_database_that_is_away_is_503(
    stage: Stage, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise db_exception.DBConnectionError("no route to 10.0.0.5")

    monkeypatch.setattr(stage.parts.database, "reader", away)
    reply = client.get("/v1/volumes")
    assert (reply.status, reply.code) == (503, "ServiceUnavailable")
    assert "10.0.0.5" not in reply.message


def test_a_bug_is_logged_once_with_its_traceback(
    stage: Stage,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def bug(*_: Any) -> None:
        raise ZeroDivisionError("inner words")

    monkeypatch.setattr(stage.parts.database, "reader", bug)
    reply = client.get("/v1/volumes")
    assert (reply.status, reply.code) == (500, "DelfinException")
    assert reply.headers["x-compute-request-id"] in reply.message
    assert "inner words" not in reply.message
    (record,) = [record for record in caplog.records if record.exc_info]
    assert "GET /v1/volumes" in record.getMessage()
