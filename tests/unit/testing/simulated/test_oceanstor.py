"""The simulated OceanStor's own interface, seen by plain requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from delfin.testing.simulated.oceanstor import OceanStor, Sizes
from delfin.testing.simulated.oceanstor.simulator import SERIAL
from tests.unit.testing.simulated.calling import command

ROOT = f"/deviceManager/rest/{SERIAL}"


class Caller:
    """A signed-in session: token and cookie."""

    def __init__(self, array: OceanStor, password: str = "Fake-Array-1") -> None:
        self._array, self._session = array, requests.Session()
        self._session.trust_env = False
        self._session.verify = str(array.certificate_path)
        body = {"username": "admin", "password": password, "scope": "0"}
        self.signed_in = self.ask("POST", "/deviceManager/rest/xx/sessions", body)
        token = self.signed_in["data"].get("iBaseToken", "")
        self._session.headers["iBaseToken"] = token

    def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        url = f"https://127.0.0.1:{self._array.port}{path}"
        answer = self._session.request(method, url, json=body, timeout=5)
        told = answer.json() if answer.status_code == 200 else {}
        return {"status": answer.status_code, **told}

    def get(self, path: str) -> dict[str, Any]:
        return self.ask("GET", f"{ROOT}{path}")

    def code(self, path: str) -> int:
        return int(self.get(path)["error"]["code"])

    def close(self, *, cookies: bool = True) -> None:
        if cookies:
            self._session.cookies.clear()
        else:
            self._session.close()


@pytest.fixture
def array() -> Iterator[OceanStor]:
    with OceanStor(sizes=Sizes(luns=250)) as array:
        yield array


@pytest.fixture
def caller(array: OceanStor) -> Iterator[Caller]:
    made = Caller(array)
    yield made
    made.close(cookies=False)


def test_a_sign_in_tells_device_and_token(caller: Caller) -> None:
    assert caller.signed_in["error"]["code"] == 0
    assert caller.signed_in["data"]["deviceid"] == SERIAL
    assert caller.get("/system/")["data"]["ID"] == SERIAL


def test_a_wrong_password_is_a_code_with_status_200(array: OceanStor) -> None:
    caller = Caller(array, "wrong")
    told = caller.signed_in
    assert (told["status"], told["error"]["code"]) == (200, 1077987870)
    caller.close(cookies=False)


def test_the_token_alone_is_not_enough(caller: Caller) -> None:
    assert caller.code("/system/") == 0
    caller.close()
    assert caller.code("/system/") == -401


def test_a_session_ends_by_time_and_by_sign_out(array: OceanStor, caller: Caller) -> None:
    array.sessions.expire_all()
    assert caller.code("/system/") == 1077949069
    other = Caller(array)
    assert other.ask("DELETE", f"{ROOT}/sessions")["error"]["code"] == 0
    assert other.code("/system/") == 1077949069
    other.close(cookies=False)


def test_the_33rd_user_is_refused(array: OceanStor) -> None:
    array.sessions.limit = 1
    one, two = Caller(array), Caller(array)
    assert "upper limit" in two.signed_in["error"]["description"]
    one.close(cookies=False)
    two.close(cookies=False)


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 100), ("?range=[0-100]", 100), ("?range=[200-300]", 50), ("?range=[0-9999]", 100)],
)
def test_ranges_are_cut_to_a_hundred_rows(caller: Caller, query: str, count: int) -> None:
    assert len(caller.get(f"/lun{query}")["data"]) == count


def test_a_range_behind_the_end_has_no_data(caller: Caller) -> None:
    assert "data" not in caller.get("/lun?range=[250-350]")
    assert caller.get("/lun/count")["data"] == {"COUNT": "250"}


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/disk/count", 48),
        ("/QUOTATREE/count?PARENTID=1", 2),
        ("/lun/count?TYPE=11&ASSOCIATEOBJTYPE=256&ASSOCIATEOBJID=0", 32),
        ("/alarm/currentalarm/count", 6),
    ],
)
def test_everything_is_counted(caller: Caller, path: str, count: int) -> None:
    assert caller.get(path)["data"] == {"COUNT": str(count)}


def test_what_somebody_deleted_is_neither_listed_nor_counted(
    array: OceanStor, caller: Caller
) -> None:
    array.gone.add(("disk", 7))
    assert caller.get("/disk/count")["data"] == {"COUNT": "47"}
    assert "7" not in {disk["ID"] for disk in caller.get("/disk")["data"]}
    assert caller.get("/moon/count")["status"] == 404


@pytest.mark.parametrize("path", ["/lun?range=[9-1]", "/lun?range=all", "/QUOTATREE?PARENTID=x"])
def test_a_senseless_parameter_is_refused(caller: Caller, path: str) -> None:
    assert caller.code(path) == 50331651


def test_an_unknown_interface_is_a_404(caller: Caller) -> None:
    assert caller.get("/nosuchthing")["status"] == 404


def test_sizes_and_faults_are_ordered_from_outside(array: OceanStor, caller: Caller) -> None:
    assert command(array, "/sizes", method="PUT", body={"luns": 3}).status_code == 204
    assert len(caller.get("/lun")["data"]) == 3
    assert command(array, "/sizes", method="PUT", body={"moons": 3}).status_code == 400
    assert command(array, "/sizes", method="PUT", body={"luns": -1}).status_code == 400
    command(array, "/faults", method="POST", body={"fault": "empty_list", "where": "lun"})
    assert "data" not in caller.get("/lun")
    assert command(array, "/account", method="PUT", body={"state": 3}).status_code == 204
    late = Caller(array)
    assert late.signed_in["data"]["accountstate"] == 3
    late.close(cookies=False)
