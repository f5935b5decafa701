"""A signed-in session with an array: one sign-in, one more when needed, and no secret told."""

from __future__ import annotations

import gzip
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from delfin import cryptor, exception
from delfin.common import deadline
from delfin.drivers.kit.errors import ErrorTable
from delfin.drivers.kit.exchange import Answer, Limits
from delfin.drivers.kit.rest import RestSession, basic
from delfin.drivers.kit.retry import Retry
from tests.unit.drivers.kit.acme import PASSWORD, USER, Acme, AcmeClient, Reply
from tests.unit.web_server import common_name, write_certificate


def error(code: str, message: str = "no") -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def test_the_first_call_signs_in_and_the_next_does_not(array: Acme, client: AcmeClient) -> None:
    array.answer = lambda _, path: Reply(body={"path": path})
    assert client.get("/pools?x=1") == {"path": "/pools?x=1"}
    assert client.get_object("/volumes") == {"path": "/volumes"}
    assert array.logins == 1
    assert array.tokens == [None, "token-1", "token-1"]


def test_a_forgotten_session_is_renewed_once_for_all_threads(
    array: Acme, client: AcmeClient
) -> None:
    client.sign_in()
    array.valid = False
    together = threading.Barrier(12)

    def call(_: int) -> Any:
        together.wait()
        return client.get("/pools")

    with ThreadPoolExecutor(12) as threads:
        assert list(threads.map(call, range(12))) == [{}] * 12
    assert array.logins == 2


def test_a_session_refused_for_ever_is_an_error_after_one_more_sign_in(
    array: Acme, client: AcmeClient
) -> None:
    array.answer = lambda *_: Reply(401, error("EXPIRED"))
    with pytest.raises(exception.NotAuthorized):
        client.get("/pools")
    assert array.logins == 2


def test_a_refused_password_is_tried_once(array: Acme, client: AcmeClient) -> None:
    array.password = "another"
    for _ in range(3):
        with pytest.raises(exception.InvalidUsernameOrPassword):
            client.get("/pools")
    assert array.logins == 1
    array.password = PASSWORD
    client.reset(array.certificate)
    assert client.get("/pools") == {}


def test_an_account_that_each_request_carries_is_refused_and_not_sent_again(
    array: Acme, client: AcmeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AcmeClient, "carries_account", True)
    client.sign_in()
    array.valid = False
    for _ in range(3):
        with pytest.raises(exception.InvalidUsernameOrPassword):
            client.get("/pools")
    assert [path for _, path in array.asked] == ["/rest/login", "/rest/pools"]
    assert client.refusals == 1
    client.reset(array.certificate)
    assert client.get("/pools") == {}


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_without_the_vendors_code_is_one_too(array: Acme, status: int) -> None:
    class Terse(AcmeClient):
        def log_in(self, username: str, password: str) -> str:
            self.ask("POST", f"/status/{status}", headers={"X-Auth-Token": "none"})
            return ""

    array.refusal = Reply(status)
    client = Terse(**array.access)
    for _ in range(2):
        with pytest.raises(exception.InvalidUsernameOrPassword):
            client.get("/pools")
    assert len(array.asked) == 1


@pytest.mark.parametrize("body", [None, {}, [], {"token": None}, {"token": ""}])
def test_a_sign_in_without_a_token_is_told(array: Acme, client: AcmeClient, body: Any) -> None:
    array.welcome = Reply(body=body) if body is not None else Reply(204)
    with pytest.raises(exception.InvalidResults, match="the array gave no token"):
        client.get("/pools")


def test_an_answer_that_a_recorder_has_read_is_not_lost(
    array: Acme, client: AcmeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = []
    send = requests.adapters.HTTPAdapter.send

    def listening(*args: Any, **how: Any) -> requests.Response:
        response = send(*args, **how)
        heard.append(response.content)
        return response

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", listening)
    array.answer = lambda *_: Reply(body={"a": 1})
    assert client.get("/pools") == {"a": 1}
    assert heard[-1] == b'{"a": 1}'


def test_signing_out_tells_the_array_and_is_final(array: Acme, client: AcmeClient) -> None:
    client.get("/pools")
    client.sign_out()
    client.sign_out()
    with pytest.raises(exception.StorageBackendException, match="closed"):
        client.get("/pools")
    assert (array.logins, array.logouts) == (1, 1)


def test_post_sends_json_and_is_not_repeated(array: Acme, client: AcmeClient) -> None:
    array.answer = lambda *_: Reply(503)
    with pytest.raises(exception.StorageBackendException, match="503"):
        client.post("/alerts", {"a": 1})
    assert [body for body in array.bodies if b"a" in body and b"user" not in body] == [b'{"a":1}']


def test_an_empty_answer_is_none(array: Acme, client: AcmeClient) -> None:
    array.answer = lambda *_: Reply(204)
    assert client.delete("/alerts/1") is None
    with pytest.raises(exception.InvalidResults, match="no JSON object"):
        client.get_object("/alerts")


@pytest.mark.parametrize(
    ("reply", "kind", "text"),
    [
        (Reply(403), exception.NotAuthorized, "."),
        (Reply(404), exception.StorageBackendException, "HTTP status 404"),
        (Reply(500, b"oops"), exception.StorageBackendException, "HTTP status 500"),
        (Reply(501), NotImplementedError, "501"),
        (Reply(400, error("FULL", "64")), exception.StorageMaxUserCountException, "64"),
        (Reply(400, error("E7", "odd")), exception.StorageBackendException, "E7: odd"),
        (Reply(302, headers={"Location": "/x"}), exception.StorageBackendException, "redirect"),
        (Reply(200, b"<html>sign in</html>"), exception.InvalidResults, "not a JSON object"),
        (Reply(200, b'{"items": [1, 2'), exception.InvalidResults, "cut off"),
        (Reply(200, b'{"a": NaN}'), exception.InvalidResults, "not a JSON object"),
        (Reply(200, b"[" + b" " * 200_000 + b"]"), exception.InvalidResults, "longer than"),
        (Reply(200, b"{}", announced=5), exception.BadResponse, "."),
    ],
)
def test_each_bad_answer_is_an_error_of_its_class(
    array: Acme, client: AcmeClient, reply: Reply, kind: type[Exception], text: str
) -> None:
    array.answer = lambda *_: reply
    with pytest.raises(kind, match=text):
        client.get("/pools")
    assert array.logins == 1


def test_an_answer_that_grows_when_unpacked_is_cut_off(array: Acme, client: AcmeClient) -> None:
    packed = gzip.compress(b" " * 10_000_000)
    array.answer = lambda *_: Reply(200, packed, {"Content-Encoding": "gzip"})
    with pytest.raises(exception.InvalidResults, match="longer than 100000 bytes"):
        client.get("/pools")


def test_a_redirect_takes_no_token_elsewhere(array: Acme, client: AcmeClient) -> None:
    array.answer = lambda *_: Reply(307, headers={"Location": f"https://127.0.0.1:{array.port}/x"})
    with pytest.raises(exception.StorageBackendException, match="redirect"):
        client.get("/pools")
    assert ("GET", "/x") not in array.asked


def test_a_busy_array_is_asked_again(array: Acme, client: AcmeClient) -> None:
    replies = iter([Reply(503), Reply(429, headers={"Retry-After": "0"}), Reply(body={"a": 1})])
    array.answer = lambda *_: next(replies)
    assert client.get("/pools") == {"a": 1}


def test_an_array_that_stays_busy_is_told(array: Acme, client: AcmeClient) -> None:
    array.answer = lambda *_: Reply(503)
    with pytest.raises(exception.StorageBackendException, match="503"):
        client.get("/pools")
    assert len([1 for _, path in array.asked if path == "/rest/pools"]) == 3


def test_no_pause_is_begun_that_the_deadline_forbids(array: Acme, client: AcmeClient) -> None:
    array.answer = lambda *_: Reply(503, headers={"Retry-After": "9"})
    with deadline.within(8.0), pytest.raises(exception.StorageBackendException, match="503"):
        client.get("/pools")
    assert len([1 for _, path in array.asked if path == "/rest/pools"]) == 1


def test_the_deadline_ends_a_wait(array: Acme, client: AcmeClient) -> None:
    client.sign_in()
    array.answer = lambda *_: Reply(pause=0.0) if array.over.wait(20) else Reply()
    start = time.monotonic()
    with deadline.within(0.3), pytest.raises(exception.StorageBackendException, match="timed out"):
        client.get("/pools")
    assert time.monotonic() - start < 5


def test_the_deadline_ends_an_answer_that_drips(array: Acme, client: AcmeClient) -> None:
    client.sign_in()
    array.answer = lambda *_: Reply(200, b'{"a": 1}' * 1000, pause=0.02)
    start = time.monotonic()
    with deadline.within(0.3), pytest.raises(exception.ConnectTimeout):
        client.get("/pools")
    assert time.monotonic() - start < 5


def test_after_the_deadline_nothing_is_sent(array: Acme, client: AcmeClient) -> None:
    with deadline.within(-1.0), pytest.raises(exception.ConnectTimeout):
        client.get("/pools")
    assert array.asked == []


def test_a_missing_part_of_the_access_info_is_named() -> None:
    with pytest.raises(exception.InvalidInput, match=r"rest\.port is missing"):
        RestSession(rest={"host": "h", "username": "u", "password": "p"})


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_the_certificate_is_verified(array: Acme, tmp_path: Any) -> None:
    other = write_certificate(tmp_path / "other", common_name("other"))
    client = AcmeClient(**{**array.access, "verify": str(other[0])})
    with pytest.raises(exception.SSLCertificateFailed):
        client.get("/pools")
    assert array.asked == []
    client.reset(False)
    assert client.get("/pools") == {}
    client.sign_out()


def test_nothing_secret_is_told(
    array: Acme, client: AcmeClient, caplog: pytest.LogCaptureFixture
) -> None:
    told = []
    with caplog.at_level("DEBUG"):
        client.get("/pools")
        array.answer = lambda *_: Reply(500, error("E1", f"{PASSWORD} {array.tokens[-1]}"))
        with pytest.raises(exception.StorageBackendException) as caught:
            client.get("/pools")
        told.append("".join(traceback.format_exception(caught.value)))
        array.password = "another"
        with pytest.raises(exception.InvalidUsernameOrPassword) as refused:
            client.reset(array.certificate)
        told.append("".join(traceback.format_exception(refused.value)))
    told += [caplog.text, repr(client), str(caught.value.error_args)]
    assert "***" in told[0]
    for text in told:
        assert PASSWORD not in text
        assert "token-1" not in text


def test_an_answer_keeps_its_content_out_of_logs() -> None:
    answer = Answer(200, {"Set-Cookie": "token-1"}, b"token-1")
    assert "token-1" not in repr(answer)


def test_some_arrays_report_errors_with_a_good_status(array: Acme) -> None:
    class Odd(AcmeClient):
        errors = ErrorTable(
            {"-401": exception.NotAuthorized}, code="error.code", text="error.text", good=("0",)
        )

        def is_expired(self, answer: Answer) -> bool:
            return bool(answer.json().get("error", {}).get("code") == -401)

    array.answer = lambda *_: Reply(body={"data": [], "error": {"code": 0}})
    client = Odd(**array.access)
    assert client.get("/lun")["data"] == []
    array.answer = lambda *_: Reply(body={"error": {"code": 77, "text": "no such LUN"}})
    with pytest.raises(exception.StorageBackendException, match="77: no such LUN"):
        client.get("/lun")
    array.answer = lambda *_: Reply(body={"error": {"code": -401}})
    with pytest.raises(exception.NotAuthorized):
        client.get("/lun")
    assert array.logins == 2
    client.sign_out()


def test_retry_tries_again_what_may_pass(array: Acme) -> None:
    tries = []

    def work() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise exception.BadResponse
        return len(tries)

    again = Retry(first=0.001, on=(exception.BadResponse,))
    assert again.call(work) == 3
    tries.clear()
    with deadline.within(0.5), pytest.raises(exception.BadResponse):
        Retry(first=5.0, on=(exception.BadResponse,)).call(work)
    assert len(tries) == 1
    assert list(Retry(tries=5, first=1.0, longest=3.0).pauses()) == [1.0, 2.0, 3.0, 3.0]


def test_a_dropped_connection_is_tried_again_where_the_driver_says_so(array: Acme) -> None:
    class Patient(AcmeClient):
        retry = Retry(first=0.01, on=(exception.BadResponse,))

    replies = iter([Reply(200, b"{", announced=9), Reply(body={"a": 1})])
    array.answer = lambda *_: next(replies)
    client = Patient(**array.access)
    assert client.get("/pools") == {"a": 1}
    client.sign_out()


def test_basic_authentication_is_a_header() -> None:
    assert basic(USER, "secret") == {"Authorization": "Basic cmVhZGVyOnNlY3JldA=="}
    assert Limits().size > 10**6
    assert cryptor.decode(cryptor.encode("x")) == "x"
