"""The REST client of drivers, against a real server; each of its errors."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import requests
from requests import exceptions

from delfin import exception
from delfin.common import deadline
from delfin.drivers.utils import response_size, rest_client
from delfin.drivers.utils.rest_client import RestClient
from tests.unit.web_server import WebServer, common_name, web_server, write_certificate

ACCESS = {"host": "10.0.0.1", "port": 8443, "username": "admin", "password": "cipher text"}

ERRORS = [
    (exceptions.ConnectTimeout("x"), exception.InvalidIpOrPort, ()),
    (exceptions.ReadTimeout("too slow"), exception.StorageBackendException, ("too slow",)),
    (exceptions.SSLError("[SSL] certificate verify failed"), exception.SSLCertificateFailed, ()),
    (exceptions.SSLError("[SSL] wrong version number"), exception.SSLHandshakeFailed, ()),
    (exceptions.InvalidURL("x"), exception.InvalidIpOrPort, ()),
    (OSError("WSAETIMEDOUT"), exception.ConnectTimeout, ()),
    (
        exceptions.ConnectionError("Failed to establish a new connection: refused"),
        exception.InvalidIpOrPort,
        (),
    ),
    (exceptions.ConnectionError("Failed to resolve 'x'"), exception.InvalidIpOrPort, ()),
    (
        exceptions.ConnectionError("Read timed out."),
        exception.StorageBackendException,
        ("Read timed out.",),
    ),
    (exceptions.ConnectionError("Connection aborted."), exception.BadResponse, ()),
    (ValueError("x"), exception.BadResponse, ()),
]


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


@pytest.fixture
def client(server: WebServer) -> Iterator[RestClient]:
    made = client_of(server)
    made.san_address = f"http://127.0.0.1:{server.port}"
    yield made
    made.close()


def client_of(server: WebServer, verify: str | bool = False) -> RestClient:
    return RestClient(rest={**ACCESS, "host": "127.0.0.1", "port": server.port}, verify=verify)


def test_access_info_becomes_attributes() -> None:
    client = RestClient(rest=ACCESS, storage_id="s1", verify="/ca")
    assert vars(client) == {
        "rest_host": "10.0.0.1",
        "rest_port": 8443,
        "rest_username": "admin",
        "rest_password": "cipher text",
        "san_address": "https://10.0.0.1:8443",
        "session": None,
        "device_id": None,
        "verify": "/ca",
        "rest_auth_token": None,
    }


@pytest.mark.parametrize("access", [{}, {"rest": None}])
def test_missing_rest_access_is_named(access: dict[str, Any]) -> None:
    with pytest.raises(exception.InvalidInput, match="rest"):
        RestClient(**access)


def test_empty_rest_access_passes() -> None:
    client = RestClient(rest={})
    assert client.verify is False
    assert client.rest_host is None


def test_session_is_fresh_and_the_old_one_closed() -> None:
    client = RestClient(rest=ACCESS, verify="/ca")
    client.init_http_head()
    first = client.session
    first.headers["token"] = "old"
    with mock.patch.object(first, "close", wraps=first.close) as closed:
        client.init_http_head()
    closed.assert_called_once_with()
    assert client.session is not first
    assert "token" not in client.session.headers
    assert client.session.headers["Accept"] == "application/json"
    assert client.session.headers["Content-Type"] == "application/json"
    assert client.session.headers["Connection"] == "keep-alive"
    assert client.session.verify == "/ca"
    assert client.session.trust_env is False
    client.close()
    assert client.session is None
    client.close()


def test_clients_share_nothing() -> None:
    one, other = RestClient(rest=ACCESS), RestClient(rest=ACCESS)
    one.init_http_head()
    other.init_http_head()
    one.session.headers["token"] = "t"
    assert "token" not in other.session.headers
    one.close()
    other.close()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_call_sends_json(client: RestClient, method: str) -> None:
    client.init_http_head()
    answer = client.do_call("/api/volumes?x=1", {"name": "v"}, method).json()
    assert (answer["method"], answer["path"]) == (method, "/api/volumes?x=1")
    assert json.loads(answer["body"]) == {"name": "v"}
    assert answer["headers"]["content-type"] == "application/json"


@pytest.mark.parametrize("data", [None, {}, ""])
def test_call_without_data_has_no_body(client: RestClient, data: Any) -> None:
    assert client.do_call("/", data, "POST").json()["body"] == ""


def test_arguments_may_be_keywords(client: RestClient) -> None:
    assert client.do_call("/", None, method="GET", calltimeout=5).status_code == 200


@pytest.mark.parametrize("status", [401, 404, 503])
def test_answer_is_returned_whatever_its_status(client: RestClient, status: int) -> None:
    assert client.do_call(f"/status/{status}", None, "GET").status_code == status


def test_url_with_http_is_used_as_it_is(server: WebServer) -> None:
    client = RestClient(rest=ACCESS)
    url = f"http://127.0.0.1:{server.port}/elsewhere"
    assert client.do_call(url, None, "GET").json()["path"] == "/elsewhere"
    client.close()


@pytest.mark.parametrize("method", ["PATCH", "HEAD", "get", "request"])
def test_other_method_is_refused(client: RestClient, method: str) -> None:
    with pytest.raises(exception.StorageBackendException, match=method):
        client.do_call("/", None, method)


def test_session_methods_can_be_replaced(client: RestClient) -> None:
    with mock.patch.object(requests.Session, "post") as post:
        assert client.do_call("/login", {"a": 1}, "POST", 7) is post.return_value
    post.assert_called_once_with(f"{client.san_address}/login", data='{"a": 1}', timeout=7)


def test_default_timeout_is_ten_seconds(client: RestClient) -> None:
    with mock.patch.object(requests.Session, "get") as get:
        client.do_call("/", None, "GET")
    assert get.call_args.kwargs["timeout"] == rest_client.SOCKET_TIMEOUT == 10


@pytest.mark.parametrize(("cause", "raised", "args"), ERRORS)
def test_error_is_translated(
    client: RestClient,
    cause: Exception,
    raised: type[exception.DelfinException],
    args: tuple[str, ...],
) -> None:
    with (
        mock.patch.object(requests.Session, "send", side_effect=cause),
        pytest.raises(raised) as caught,
    ):
        client.do_call("/", None, "GET")
    assert type(caught.value) is raised
    assert caught.value.error_args == args
    assert caught.value.__cause__ is cause


def test_translated_error_passes_as_it_is(client: RestClient) -> None:
    error = exception.NotAuthorized()
    with (
        mock.patch.object(requests.Session, "send", side_effect=error),
        pytest.raises(exception.NotAuthorized) as caught,
    ):
        client.do_call("/", None, "GET")
    assert caught.value is error


def test_data_that_is_no_json_is_a_bug_of_the_caller(client: RestClient) -> None:
    with pytest.raises(TypeError):
        client.do_call("/", {"a": object()}, "POST")


def test_closed_port() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        client = RestClient(rest={**ACCESS, "host": "127.0.0.1", "port": unused.getsockname()[1]})
        with pytest.raises(exception.InvalidIpOrPort):
            client.do_call("/", None, "GET")
    client.close()


@pytest.mark.parametrize(("host", "port"), [("no-such-array.invalid", 443), ("a..b", 443)])
def test_host_that_is_no_host(host: str, port: int) -> None:
    client = RestClient(rest={**ACCESS, "host": host, "port": port})
    with pytest.raises(exception.InvalidIpOrPort):
        client.do_call("/", None, "GET")
    client.close()


def test_array_that_hangs(client: RestClient) -> None:
    with pytest.raises(exception.StorageBackendException, match="Read timed out"):
        client.do_call("/hang", None, "GET", 0.1)


def test_the_deadline_of_the_call_ends_a_wait(client: RestClient) -> None:
    with deadline.within(0.2), pytest.raises(exception.StorageBackendException, match="timed out"):
        client.do_call("/hang", None, "GET", 60)
    with deadline.within(-1.0), pytest.raises(exception.ConnectTimeout):
        client.do_call("/status/200", None, "GET")


def test_array_that_hangs_up(client: RestClient) -> None:
    with pytest.raises(exception.BadResponse):
        client.do_call("/drop", None, "GET")


def test_array_without_tls(server: WebServer) -> None:
    client = client_of(server)
    with pytest.raises(exception.SSLHandshakeFailed):
        client.do_call("/", None, "GET")
    client.close()


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_certificate_is_verified_when_asked_but_not_its_name(tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path / "array", common_name("array"))
    stranger, _ = write_certificate(tmp_path / "stranger", common_name("stranger"))
    with web_server(certificate) as server:
        for verify in (False, str(certificate[0])):
            client = client_of(server, verify)
            assert client.do_call("/", None, "GET").status_code == 200
            client.close()
        client = client_of(server, str(stranger))
        with pytest.raises(exception.SSLCertificateFailed):
            client.do_call("/", None, "GET")
        client.close()


def test_a_huge_answer_ends_early(
    server: WebServer, client: RestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_size, "response_limit", lambda: 1024 * 1024)
    read = 0
    iterate = requests.Response.iter_content

    def counted(response: requests.Response, size: int) -> Iterator[bytes]:
        nonlocal read
        for chunk in iterate(response, size):
            read += len(chunk)
            yield chunk

    monkeypatch.setattr(requests.Response, "iter_content", counted)
    with pytest.raises(exception.InvalidResults, match="longer than 1048576 bytes"):
        client.do_call("/endless", None, "GET")
    assert read < 2 * 1024 * 1024
    assert client.do_call("/next", None, "GET").json()["path"] == "/next"
