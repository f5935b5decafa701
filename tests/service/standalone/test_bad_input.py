"""Requests that are wrong: the code of the contract, the field by name, and no trace of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from delfin.inventory.catalog import KINDS
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.api.client import DOCUMENT, Reply
from tests.service.standalone import stored
from tests.service.standalone.process import Delfin
from tests.service.standalone.rest import PASSWORD, access
from tests.service.standalone.secret_search import places

pytestmark = pytest.mark.service

Body = dict[str, Any]
JSON = {"Content-Type": "application/json"}
LARGEST = 1024 * 1024


def refused(delfin: Delfin, reply: Reply, status: int, code: str) -> None:
    """Fails unless the request was refused like that, without a trace."""
    assert (reply.status, reply.code) == (status, code), reply
    assert not list(places(PASSWORD, [("answer", reply.raw)]))
    for table in ("storages", "access_info", "jobs"):
        query = f"SELECT count(*) FROM {table} WHERE "  # noqa: S608 - our own names
        query += "kind = 'sync'" if table == "jobs" else "TRUE"
        assert stored.values(delfin.database, query) == [0]


def rest_block(**changes: Any) -> Callable[[Body], None]:
    """Changes fields of the block; None leaves one out."""

    def change(body: Body) -> None:
        block = {**body["rest"], **changes}
        body["rest"] = {name: value for name, value in block.items() if value is not None}

    return change


def top(**changes: Any) -> Callable[[Body], None]:
    def change(body: Body) -> None:
        body.update(changes)
        for name in [name for name, value in changes.items() if value is None]:
            del body[name]

    return change


UNREACHABLE = {
    "nobody at the host": (rest_block(host="127.0.0.99"), 400, "InvalidIpOrPort"),
    "no such host": (rest_block(host="no-such-host.invalid"), 400, "InvalidIpOrPort"),
    "nobody at the port": (rest_block(port=1), 400, "InvalidIpOrPort"),
    "unknown vendor": (top(vendor="none"), 404, "StorageDriverNotFound"),
    "unknown model": (top(model="none"), 404, "StorageDriverNotFound"),
    "model in capitals": (top(model="FAKE_DRIVER"), 404, "StorageDriverNotFound"),
}
# The word is what the message must name.
INVALID = {
    "no vendor": (top(vendor=None), "vendor"),
    "a vendor that is a number": (top(vendor=7), "vendor"),
    "no block": (top(rest=None), "rest"),
    "no password": (rest_block(password=None), "password"),
    "an empty password": (rest_block(password=""), "password"),
    "a password that is a list": (rest_block(password=[PASSWORD]), "password"),
    "a password that is too long": (rest_block(password=PASSWORD * 20), "password"),
    "no host": (rest_block(host=None), "host"),
    "an empty host": (rest_block(host=""), "host"),
    "a host with a line break": (rest_block(host="127.0.0.1\n"), "host"),
    "a port that is a word": (rest_block(port="https"), "port"),
    "a port that is too large": (rest_block(port=65536), "port"),
    "an unknown field": (top(colour="blue"), "colour"),
    "an unknown field of a block": (rest_block(pub_key="x"), "pub_key"),
    "an attribute that is a number": (top(extra_attributes={"volumes": 7}), "volumes"),
}


class TestARegistration:
    @pytest.mark.parametrize("case", UNREACHABLE)
    def test_of_what_is_not_there(self, delfin: Delfin, array: FakeStorage, case: str) -> None:
        change, status, code = UNREACHABLE[case]
        body = access(array)
        change(body)
        refused(delfin, delfin.rest.post("/v1/storages", body), status, code)
        assert array.counters.requests == 0

    @pytest.mark.parametrize("case", INVALID)
    def test_that_is_invalid_names_the_field(
        self, delfin: Delfin, array: FakeStorage, case: str
    ) -> None:
        change, field = INVALID[case]
        body = access(array)
        change(body)
        reply = delfin.rest.post("/v1/storages", body)
        refused(delfin, reply, 400, "InvalidInput")
        assert field in reply.message
        assert array.counters.connections == 0

    def test_at_a_port_without_tls(self, delfin: Delfin, array: FakeStorage) -> None:
        body = access(array)
        rest_block(port=array.control_port)(body)
        refused(delfin, delfin.rest.post("/v1/storages", body), 400, "SSLHandshakeFailed")

    def test_that_the_array_refuses_is_one_login(self, delfin: Delfin, array: FakeStorage) -> None:
        reply = delfin.rest.post("/v1/storages", access(array, volumes="many"))
        refused(delfin, reply, 400, "InvalidInput")
        assert "volumes" in reply.message
        assert (array.sessions.logins, array.sessions.failed_logins) == (1, 0)
        assert array.sessions.open == 0

    def test_of_an_array_that_breaks_leaves_no_session(
        self, delfin: Delfin, array: FakeStorage
    ) -> None:
        array.faults.order("server_error", "system")
        reply = delfin.rest.post("/v1/storages", access(array))
        refused(delfin, reply, 500, "StorageBackendException")
        assert (array.sessions.logins, array.sessions.open) == (1, 0)


MALFORMED: dict[str, tuple[bytes, dict[str, str], int, str]] = {
    "empty": (b"", JSON, 400, "MalformedRequestBody"),
    "cut off": (
        f'{{"rest": {{"password": "{PASSWORD}"'.encode(),
        JSON,
        400,
        "MalformedRequestBody",
    ),
    "a password alone": (PASSWORD.encode(), JSON, 400, "MalformedRequestBody"),
    "no object": (b"[]", JSON, 400, "InvalidInput"),
    "text": (b"{}", {"Content-Type": "text/plain"}, 400, "InvalidContentType"),
    "a form": (
        b"a=b",
        {"Content-Type": "application/x-www-form-urlencoded"},
        400,
        "InvalidContentType",
    ),
    "no content type": (b"{}", {}, 400, "InvalidContentType"),
    "oversized": (json.dumps({"vendor": "x" * LARGEST}).encode(), JSON, 413, "RequestBodyTooLarge"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_body_is_refused(delfin: Delfin, case: str) -> None:
    raw, headers, status, code = MALFORMED[case]
    reply = delfin.rest.send("POST", "/v1/storages", raw=raw, headers=headers)
    refused(delfin, reply, status, code)


def test_no_row_has_an_unknown_id(delfin: Delfin) -> None:
    for path, operations in DOCUMENT["paths"].items():
        if "{" in path and not any(kind.nested and path.endswith(kind.path) for kind in KINDS):
            asked = re.sub(r"{\w+}", "nothing", path)
            for method in operations.keys() & {"get", "delete"}:
                reply = delfin.rest.send(method.upper(), asked)
                assert reply.status == 404, path
                assert reply.code.endswith("NotFound")
                assert "nothing" in reply.message


QUERIES = {
    "limit=-1": "limit",
    "limit=many": "limit",
    "limit=": "limit",
    "offset=-1": "offset",
    "offset=2147483648": "offset",
    "sort=nothing": "sort",
    "sort=created_at:up": "sort",
    "sort_key=nothing": "sort",
    "sort_dir=up": "sort_dir",
}


@pytest.mark.parametrize("query", QUERIES)
def test_a_wrong_query_names_the_parameter(delfin: Delfin, query: str) -> None:
    paths = [f"storages/nothing/{k.path}" if k.nested else k.path for k in KINDS]
    for path in ("storages", "jobs", *paths):
        reply = delfin.rest.get(f"/v1/{path}?{query}")
        refused(delfin, reply, 400, "InvalidInput")
        assert reply.message.startswith(f"Invalid input: {QUERIES[query]}")
