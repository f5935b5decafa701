"""Bodies that are refused: the code, the field that is named, and that nothing is repeated."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from delfin.db.storages import Storage
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.api.client import Client
from tests.api.conftest import Stage

Body = Callable[..., dict[str, Any]]
JSON = {"Content-Type": "application/json"}
SECRET = "mYsecr3t/should?never+show"


def put(sent: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Sets 'a.b' in the body; None takes it away."""
    *way, last = path.split(".")
    target = sent
    for name in way:
        target = target.setdefault(name, {})
    if value is None:
        target.pop(last)
    else:
        target[last] = value
    return sent


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("vendor", None, "vendor is required"),
        ("vendor", "", "vendor must have at least 1 character"),
        ("model", 7, "model must be a string"),
        ("rest", None, "one of rest, ssh, cli, smis is required"),
        ("rest", SECRET, "rest must be a JSON object"),
        ("rest.host", None, "rest.host is required"),
        ("rest.host", "", "rest.host must have at least 1 character"),
        ("rest.host", "array.example\n", "rest.host may hold only letters"),
        ("rest.host", "a,b", "rest.host may hold only letters"),
        ("rest.port", -1, "rest.port must be at least 0"),
        ("rest.port", 65536, "rest.port must be at most 65535"),
        ("rest.port", "65536", "rest.port must be a number from 0 to 65535"),
        ("rest.port", "8088\n", "rest.port must be a number from 0 to 65535"),
        ("rest.port", True, "rest.port must be an integer"),
        ("rest.port", 80.5, "rest.port must be an integer"),
        ("rest.username", "u" * 256, "rest.username must have at most 255 characters"),
        ("rest.password", {"value": SECRET}, "rest.password must be a string"),
        ("rest.password", [SECRET], "rest.password must be a string"),
        ("rest.password", SECRET * 20, "rest.password must have at most 255 characters"),
        ("rest.pasword", SECRET, "rest.pasword is not a known field"),
        ("rest.pub_key", "x", "rest.pub_key is not a known field"),
        ("rset", {"password": SECRET}, "rset is not a known field"),
        (SECRET, "x", "(a name that is not shown) is not a known field"),
        ("ssh.pub_key_type", SECRET, "ssh.pub_key_type must be one of ssh-ed25519"),
        ("ssh.host", "h", "ssh.password is required"),
        ("storage_name", "", "storage_name must have at least 1 character"),
        ("name", "a\0b", "name must not hold a NUL character"),
        ("extra_attributes", [SECRET], "extra_attributes must be a JSON object"),
        ("extra_attributes.secret", {"a": SECRET}, "extra_attributes.secret must be a string"),
        ("extra_attributes.a/b", "x", "extra_attributes names may hold only letters"),
        ("extra_attributes.volumes", "x" * 256, "extra_attributes.volumes must have at most 255"),
    ],
)
def test_a_refused_body_names_the_field_and_repeats_nothing(
    stage: Stage,
    client: Client,
    body: Body,
    array: FakeStorage,
    path: str,
    value: Any,
    said: str,
) -> None:
    client.secrets.append(SECRET)
    refused = client.post("/v1/storages", put(body(), path, value))
    assert (refused.status, refused.code) == (400, "InvalidInput")
    assert said in refused.message
    assert refused.json["error_args"] == [refused.message.removeprefix("Invalid input: ")]
    assert array.read_counters()["logins"] == 0
    assert stage.count(Storage) == 0


def test_a_list_is_no_body(client: Client) -> None:
    refused = client.post("/v1/storages", ["vendor"])
    assert refused.code == "InvalidInput"
    assert "the body must be a JSON object" in refused.message


def test_a_port_may_be_a_string_of_digits(client: Client, body: Body) -> None:
    sent = body()
    sent["rest"]["port"] = str(sent["rest"]["port"])
    made = client.post("/v1/storages", sent)
    shown = client.get(f"/v1/storages/{made.json['id']}/access-info").json
    assert isinstance(shown["rest"]["port"], int)


@pytest.mark.parametrize("raw", [b"", b"  ", b"{", b"\xff\xfe", b"{'a': 1}", b"NaN", b'"\\ud800"'])
def test_what_is_not_json_is_malformed(client: Client, raw: bytes) -> None:
    refused = client.post("/v1/storages", raw=raw, headers=JSON)
    assert (refused.status, refused.code) == (400, "MalformedRequestBody")


def test_a_missing_body_is_malformed_even_without_a_content_type(client: Client) -> None:
    assert client.post("/v1/storages").code == "MalformedRequestBody"


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "text/json", ""]
)
def test_a_body_of_another_type_is_refused(client: Client, media: str) -> None:
    refused = client.post("/v1/storages", raw=b"{}", headers={"Content-Type": media})
    assert (refused.status, refused.code) == (400, "InvalidContentType")


def test_the_content_type_may_have_parameters(client: Client) -> None:
    sent = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert client.post("/v1/storages", raw=b"{}", headers=sent).code == "InvalidInput"


def test_a_body_that_is_announced_too_large_is_not_read(stage: Stage, client: Client) -> None:
    largest = stage.parts.conf.api_max_body_size
    headers = {**JSON, "Content-Length": str(largest + 1)}
    refused = client.post("/v1/storages", raw=b"{}", headers=headers)
    assert (refused.status, refused.code) == (413, "RequestBodyTooLarge")
    assert refused.json["error_args"] == [largest]
    assert client.get("/v1/volumes", raw=b"", headers=headers).status == 413


def test_a_chunked_body_is_read_and_limited(stage: Stage, client: Client) -> None:
    def send(content: bytes) -> str:
        chunked = {"wsgi.input": BytesIO(content), "wsgi.input_terminated": True}
        return client.post("/v1/storages", headers=JSON, environ=chunked).code

    assert send(b"{}") == "InvalidInput"
    assert send(b'"' + b"x" * stage.parts.conf.api_max_body_size) == "RequestBodyTooLarge"


def test_a_body_that_ends_too_early_is_malformed(client: Client) -> None:
    headers = {**JSON, "Content-Length": "10"}
    assert client.post("/v1/storages", raw=b"{}", headers=headers).code == "MalformedRequestBody"


def test_where_no_body_is_taken_an_empty_object_is_ignored(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.register(body())
    assert client.post("/v1/storages/sync", {}).status == 202
    text = {"Content-Type": "text/plain"}
    assert client.post("/v1/storages/sync", raw=b"a=b", headers=text).status == 202
    assert client.get("/v1/volumes", raw=b"{}", headers=JSON).status == 200
    assert client.delete(f"/v1/storages/{storage_id}", {}).status == 202


def test_where_no_body_is_taken_another_one_is_refused(client: Client) -> None:
    refused = client.post("/v1/storages/sync", {"a": 1})
    assert (refused.status, refused.code, refused.json["error_args"]) == (400, "BadRequest", [])
    assert client.get("/v1/volumes", raw=b"{", headers=JSON).code == "MalformedRequestBody"
