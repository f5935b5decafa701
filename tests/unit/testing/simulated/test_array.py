"""The server shared by simulated arrays: connections, faults, counters, the control port."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from delfin.testing.simulated.array import SimulatedArray
from delfin.testing.simulated.server import Answer, Request
from tests.unit.testing.simulated.calling import ask, command, wait_for


class Echo(SimulatedArray):
    """Says what it was asked; /meet answers when 16 requests are there at once."""

    meeting = threading.Barrier(16)

    def answer(self, request: Request) -> Answer:
        if request.path == "/meet":
            self.meeting.wait(timeout=10)
        return Answer(200, {"path": request.path, "query": request.query, "body": request.body})


@pytest.fixture
def array() -> Iterator[Echo]:
    with Echo() as array:
        yield array


def test_it_answers_over_https(array: Echo) -> None:
    answer = ask(array, "/a/b?c=d", method="POST", body={"e": 1})
    assert answer.json() == {"path": "/a/b", "query": {"c": "d"}, "body": {"e": 1}}


def test_a_connection_serves_many_requests(array: Echo) -> None:
    with requests.Session() as session:
        session.trust_env, session.verify = False, str(array.certificate_path)
        for _ in range(5):
            session.get(f"https://127.0.0.1:{array.port}/a", timeout=5)
    assert (array.counters.requests, array.counters.connections) == (5, 1)


def test_sixteen_requests_are_answered_at_once(array: Echo) -> None:
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: ask(array, "/meet", timeout=20), range(16)))
    assert [answer.status_code for answer in answers] == [200] * 16
    wait_for(lambda: array.counters.concurrent == 0)
    assert array.counters.max_concurrent == 16


def test_a_client_that_never_shakes_hands_holds_nobody_up(array: Echo) -> None:
    with socket.create_connection(("127.0.0.1", array.port)):
        assert ask(array, "/a").ok


def test_a_body_that_is_no_json_is_refused(array: Echo) -> None:
    url, verify = f"https://127.0.0.1:{array.port}/a", str(array.certificate_path)
    answer = requests.post(url, data=b"{", verify=verify, timeout=5)
    assert answer.status_code == 400
    answer = requests.post(url, data=b"1" * (1 << 21), verify=verify, timeout=5)
    assert answer.status_code == 400


def test_a_hang_lasts_until_released(array: Echo) -> None:
    array.faults.order("hang", "a")
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(ask, array, "/a", timeout=30)
        wait_for(lambda: array.counters.concurrent == 1)
        assert array.faults.clear("hang") == 1
        assert isinstance(call.exception(), requests.ConnectionError)
    assert ask(array, "/a").ok


def test_a_hang_that_has_happened_can_still_be_released(array: Echo) -> None:
    array.faults.order("hang", "a", times=1)
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(ask, array, "/a", timeout=30)
        wait_for(lambda: array.faults.read() == [])
        assert array.faults.clear() == 1
        assert isinstance(call.exception(timeout=10), requests.ConnectionError)


def test_a_hang_ends_when_the_client_leaves(array: Echo) -> None:
    array.faults.order("hang", "a", times=1)
    with pytest.raises(requests.ReadTimeout):
        ask(array, "/a", timeout=0.1)
    wait_for(lambda: array.counters.concurrent == 0)
    assert ask(array, "/a").ok


def test_a_hang_ends_when_the_array_closes() -> None:
    with ThreadPoolExecutor(1) as threads, Echo() as array:
        array.faults.order("hang")
        call = threads.submit(ask, array, "/a", timeout=30)
        wait_for(lambda: array.counters.concurrent == 1)
        array.close()
        assert isinstance(call.exception(), requests.ConnectionError)
        assert array.counters.concurrent == 0


def test_a_drip_takes_its_time_and_brings_everything(array: Echo) -> None:
    array.faults.order("drip", "a", chunk=10, interval=0.02)
    start = time.monotonic()
    answer = ask(array, "/a")
    assert answer.json()["path"] == "/a"
    assert time.monotonic() - start >= 0.02 * (len(answer.content) // 10)


def test_a_cancelled_drip_hurries(array: Echo) -> None:
    array.faults.order("drip", "a", chunk=1, interval=60)
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(ask, array, "/a", timeout=30)
        wait_for(lambda: array.counters.concurrent == 1)
        array.faults.clear()
        assert call.result().ok


def test_a_cut_body_announces_more_than_it_brings(array: Echo) -> None:
    array.faults.order("cut_body", "a")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask(array, "/a")


def test_html_and_server_errors(array: Echo) -> None:
    array.faults.order("html", "a", times=1)
    array.faults.order("server_error", "a", times=1)
    page, error, good = (ask(array, "/a") for _ in range(3))
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html")
    assert page.text.startswith("<!DOCTYPE html>")
    assert error.status_code == 500
    assert good.json()["path"] == "/a"


def test_a_fault_happens_as_often_as_ordered(array: Echo) -> None:
    array.faults.order("server_error", "a", times=2)
    assert [ask(array, p).status_code for p in ("/a", "/b", "/a", "/a")] == [500, 200, 500, 200]
    assert array.faults.read() == []


def test_two_threads_do_not_share_one_fault(array: Echo) -> None:
    array.faults.order("server_error", "a", times=5)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: ask(array, "/a").status_code, range(20)))
    assert found.count(500) == 5


def test_orders_from_another_process(array: Echo) -> None:
    order = {"fault": "server_error", "where": "a", "times": 3}
    assert command(array, "/faults", method="POST", body=order).status_code == 201
    assert ask(array, "/a").status_code == 500
    (listed,) = command(array, "/faults").json()["faults"]
    assert (listed["fault"], listed["where"], listed["times"]) == ("server_error", "a", 2)
    answer = command(array, "/faults?fault=server_error", method="DELETE")
    assert answer.json() == {"cancelled": 1}
    assert ask(array, "/a").ok


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"fault": "explode"}, "'explode' is not one of"),
        ({}, "fault"),
        ({"fault": 5}, "fault"),
        ({"fault": "hang", "times": 0}, "times"),
        ({"fault": "hang", "times": "1"}, "times"),
        ({"fault": "drip", "chunk": 0}, "chunk"),
        ({"fault": "drip", "speed": 1}, "speed"),
        ([], "want a JSON object"),
        (None, "want a JSON object"),
    ],
)
def test_a_wrong_order_is_refused_by_name(array: Echo, order: object, said: str) -> None:
    answer = command(array, "/faults", method="POST", body=order)
    assert answer.status_code == 400
    assert said in answer.json()["error"]
    assert array.faults.read() == []


def test_an_unknown_command_is_not_found(array: Echo) -> None:
    assert command(array, "/nothing").status_code == 404


def test_counters_can_be_read_and_reset(array: Echo) -> None:
    ask(array, "/a")
    read = command(array, "/counters").json()
    assert read["requests"] == 1
    assert read["by_endpoint"] == {"a": 1}
    assert {"logins", "failed_logins", "open_sessions", "logouts"} < read.keys()
    assert command(array, "/counters", method="DELETE").status_code == 204
    assert command(array, "/counters").json()["requests"] == 0


def test_sessions_are_governed_from_outside(array: Echo) -> None:
    array.sessions.sign_in("admin", "Fake-Array-1")
    assert command(array, "/sessions").json()["open_sessions"] == 1
    assert command(array, "/sessions", method="DELETE").json() == {"ended": 1}
    limits = {"limit": 2, "lifetime": 1.5}
    assert command(array, "/sessions", method="PUT", body=limits).status_code == 204
    assert (array.sessions.limit, array.sessions.lifetime) == (2, 1.5)
    other = {"password": "other"}
    assert command(array, "/password", method="PUT", body=other).status_code == 204
    array.sessions.sign_in("admin", "other")
    assert command(array, "/password", method="PUT", body={}).status_code == 400
    kept = {"password": "third", "keep": True}
    assert command(array, "/password", method="PUT", body=kept).status_code == 204
    wrong = {"password": "third", "keep": "yes"}
    assert command(array, "/password", method="PUT", body=wrong).status_code == 400
    assert command(array, "/sessions", method="PUT", body={"limit": "x"}).status_code == 400


def test_it_can_do_without_a_control_port() -> None:
    with Echo(control_port=None) as array:
        assert array.control_port is None
        assert ask(array, "/a").ok


def test_a_taken_port_is_told_and_nothing_stays_open(array: Echo) -> None:
    with pytest.raises(OSError, match="in use"):
        Echo(control_port=array.port)


def test_closing_frees_the_port_and_the_certificate() -> None:
    array = Echo()
    array.start()
    path = array.certificate_path
    with socket.create_connection(("127.0.0.1", array.port)):
        array.close()
    array.close()
    assert not path.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", array.port))


def test_the_certificate_is_this_arrays_own(array: Echo) -> None:
    with Echo() as other:
        context = ssl.create_default_context(cafile=str(other.certificate_path))
        with (
            socket.create_connection(("127.0.0.1", array.port)) as plain,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            context.wrap_socket(plain, server_hostname="127.0.0.1")
