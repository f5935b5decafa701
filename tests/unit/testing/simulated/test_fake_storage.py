"""The fake array's own interface, seen by plain requests, and its life as a process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.unit.testing.simulated.calling import ask, command

API = "/api/v1"


@pytest.fixture
def array() -> Iterator[FakeStorage]:
    with FakeStorage() as array:
        yield array


def sign_in(array: FakeStorage, **attributes: str) -> str:
    body = {"user": "admin", "password": "Fake-Array-1", "array": attributes}
    answer = ask(array, f"{API}/sessions", method="POST", body=body)
    assert answer.status_code == 201
    return str(answer.json()["token"])


def refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_nothing_is_told_without_a_token(array: FakeStorage) -> None:
    assert refusal(ask(array, f"{API}/volumes")) == (401, "TOKEN_INVALID")
    assert refusal(ask(array, f"{API}/volumes", token="made-up")) == (401, "TOKEN_INVALID")


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"user": "admin"}, {"user": "admin", "password": "wrong", "array": "none"}],
)
def test_a_bad_sign_in_is_refused(array: FakeStorage, body: Any) -> None:
    answer = ask(array, f"{API}/sessions", method="POST", body=body)
    assert refusal(answer) == (401, "AUTH_FAILED")
    assert array.sessions.open == 0


def test_pages_follow_offset_and_limit(array: FakeStorage) -> None:
    token = sign_in(array, volumes="2500")
    sizes = []
    for query in ("", "?limit=10", "?offset=2000", "?offset=9000", "?limit=99999", "?limit=0"):
        answer = ask(array, f"{API}/volumes{query}", token=token).json()
        assert answer["total"] == 2500
        sizes.append(len(answer["items"]))
    assert sizes == [1000, 10, 500, 0, 1000, 1]


@pytest.mark.parametrize("query", ["offset=-1", "limit=many", "offset=%C2%B2"])
def test_a_senseless_window_is_refused(array: FakeStorage, query: str) -> None:
    token = sign_in(array)
    assert refusal(ask(array, f"{API}/volumes?{query}", token=token)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/nothing"),
        ("GET", "/api/v1/"),
        ("GET", "/other"),
        ("GET", "/api/v1/statistics/nothing"),
        ("POST", "/api/v1/volumes"),
        ("DELETE", "/api/v1/events/77"),
        ("DELETE", "/api/v1/events/x"),
    ],
)
def test_an_unknown_path_is_not_found(array: FakeStorage, method: str, path: str) -> None:
    answer = ask(array, path, method=method, token=sign_in(array))
    assert refusal(answer) == (404, "NOT_FOUND")


def test_an_expired_token_is_refused(array: FakeStorage) -> None:
    token = sign_in(array)
    command(array, "/sessions", method="DELETE")
    assert refusal(ask(array, f"{API}/system", token=token)) == (401, "TOKEN_INVALID")


def test_one_session_of_a_manager_reaches_several_arrays(array: FakeStorage) -> None:
    token = sign_in(array, volumes="3")
    for serial in ("ONE", "TWO"):
        system = ask(array, f"/api/v1/arrays/{serial}/system", token=token).json()
        assert system["serial"] == serial
        assert ask(array, f"/api/v1/arrays/{serial}/volumes", token=token).json()["total"] == 3
    array.faults.order("unsupported", "volumes", serial="TWO")
    answers = [
        ask(array, f"/api/v1/arrays/{serial}/volumes", token=token).status_code
        for serial in ("ONE", "TWO")
    ]
    assert answers == [200, 501]
    assert ask(array, "/api/v1/arrays/ONE", token=token).status_code == 404
    assert array.sessions.open == 1


def test_events_between_two_times(array: FakeStorage) -> None:
    token = sign_in(array, alerts="10")
    items = ask(array, f"{API}/events", token=token).json()["items"]
    begin, end = items[2]["raised_ms"], items[4]["raised_ms"]
    query = f"begin_ms={begin}&end_ms={end}"
    assert ask(array, f"{API}/events?{query}", token=token).json()["items"] == items[2:5]
    assert ask(array, f"{API}/events?{query}&limit=2", token=token).json()["items"] == items[2:4]


def test_arrays_are_listed_and_changed_from_outside(array: FakeStorage) -> None:
    sign_in(array, serial="A", volumes="100")
    sign_in(array, serial="B", volumes="40")
    arrays = command(array, "/arrays").json()["arrays"]
    assert [(a["serial"], a["counts"]["volumes"]) for a in arrays] == [("A", 100), ("B", 40)]
    order = {"action": "add", "percent": 10, "serial": "A"}
    assert command(array, "/volumes", method="POST", body=order).json() == {"changed": 10}
    order = {"action": "remove", "percent": 10}
    assert command(array, "/volumes", method="POST", body=order).json() == {"changed": 15}
    arrays = command(array, "/arrays").json()["arrays"]
    assert [a["counts"]["volumes"] for a in arrays] == [99, 36]


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"action": "paint", "percent": 1},
        {"action": "grow", "percent": 101},
        {"action": "grow", "percent": "1"},
        {"action": "grow", "percent": 1, "serial": "unknown"},
        {"action": "grow", "percent": 1, "serial": 5},
    ],
)
def test_a_wrong_change_is_refused(array: FakeStorage, order: dict[str, Any]) -> None:
    sign_in(array)
    answer = command(array, "/volumes", method="POST", body=order)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_renaming_twice_gives_another_name(array: FakeStorage) -> None:
    token = sign_in(array, volumes="1")
    names = []
    for _ in range(3):
        names.append(ask(array, f"{API}/volumes", token=token).json()["items"][0]["label"])
        array.change_volumes("rename", 100)
    assert len(set(names)) == 3


def test_a_hundred_thousand_volumes_are_paged_fast(array: FakeStorage) -> None:
    token = sign_in(array, volumes="100000")
    with requests.Session() as session:
        session.trust_env, session.verify = False, str(array.certificate_path)
        session.headers["X-Auth-Token"] = token
        base = f"https://127.0.0.1:{array.port}{API}/volumes?offset="
        start = time.monotonic()
        ids = {
            item["id"]
            for offset in range(0, 100_000, 1000)
            for item in session.get(f"{base}{offset}", timeout=30).json()["items"]
        }
    assert len(ids) == 100_000
    # About 1 s on two slow cores; the bound only catches a quadratic mistake.
    assert time.monotonic() - start < 30
