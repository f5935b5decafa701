"""Readiness names what is missing, and a dependency that hangs delays no answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from functools import partial
from typing import Any

import pytest

from delfin import health
from delfin.health import Health, HealthApp
from tests.waiting import wait_until


def ask(app: HealthApp, path: str) -> tuple[str, Any]:
    said: list[str] = []

    def start_response(status: str, _headers: Any) -> None:
        said.append(status)

    body = app({"PATH_INFO": path}, start_response)
    return said[0].split()[0], json.loads(b"".join(body))


def test_a_process_is_ready_once_every_dependency_serves() -> None:
    problems: dict[str, str | None] = {"database": None, "bus": "connection refused"}
    watched = Health({name: partial(problems.get, name) for name in problems}, interval=0.01)
    app = HealthApp(watched)
    status, told = ask(app, health.READY)
    assert (status, set(told["missing"])) == ("503", {"database", "bus"})
    watched.start()
    wait_until(lambda: watched.missing() == {"bus": "connection refused"})
    problems["bus"] = None
    wait_until(lambda: not watched.missing())
    assert ask(app, health.READY) == ("200", {"ready": True, "missing": {}})
    problems["database"] = "gone"
    wait_until(lambda: ask(app, health.READY) == ("503", _missing("database", "gone")))
    assert ask(app, health.LIVE) == ("200", {"alive": True})
    watched.stop()


def test_a_check_that_fails_is_told_by_its_kind_and_does_not_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[int] = []

    def check() -> None:
        calls.append(1)
        raise ConnectionError("redis://:pa55word@h")

    watched = Health({"redis": check}, interval=0.01)
    watched.start()
    wait_until(lambda: len(calls) > 2)
    assert watched.missing() == {"redis": "ConnectionError"}
    watched.stop()


def test_a_check_that_hangs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_STALE", 0.05)
    leave = threading.Event()
    looked = iter([False, True])

    def check() -> None:
        if next(looked, True):
            leave.wait(30)

    watched = Health({"bus": check}, interval=0.01)
    watched.start()
    wait_until(lambda: "no answer" in watched.missing().get("bus", ""))
    watched.stop()
    leave.set()


def test_other_paths_go_to_the_application_behind() -> None:
    def inner(_environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [b'"inner"']

    watched = Health({})
    assert ask(HealthApp(watched, inner), "/v1/storages") == ("200", "inner")
    assert ask(HealthApp(watched), "/v1/storages") == ("404", {"error_code": "NotFound"})


def _missing(name: str, problem: str) -> dict[str, Any]:
    return {"ready": False, "missing": {name: problem}}
