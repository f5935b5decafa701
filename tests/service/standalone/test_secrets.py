"""A known password is looked for wherever delfin leaves something: files, logs, answers."""

from __future__ import annotations

import base64
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.api.client import DOCUMENT
from tests.service.standalone import stored
from tests.service.standalone.conftest import Start
from tests.service.standalone.process import Delfin
from tests.service.standalone.rest import access
from tests.service.standalone.secret_search import files, forms, places
from tests.waiting import wait_until

pytestmark = pytest.mark.service

# Every encoding shows them differently.
PASSWORD = 'Zq7#un/us"ual+Päss&wörd?~'
NEXT = 'Xk9%fol/low"ing+Päss&wörd?~'
WRONG = 'Vj3!not/cor"rect+Päss&wörd?~'
TOKEN = 'Wp5$ex/tra"attri+bÜte&sécret?~'
SECRETS = (PASSWORD, NEXT, WRONG, TOKEN)


@pytest.fixture
def array() -> Iterator[FakeStorage]:
    with FakeStorage(password=PASSWORD) as started:
        yield started


def body(array: FakeStorage, password: str = PASSWORD, **attributes: str) -> dict[str, Any]:
    """A registration with a secret among its extra attributes."""
    made = access(array, **{"api_token": TOKEN, **attributes})
    made["rest"]["password"] = password
    return made


def visit_every_page(delfin: Delfin, storage_id: str) -> None:
    """Ask for whatever can be asked for, and for what is not there."""
    rest = delfin.rest
    rest.post("/v1/silences", {"comment": "quiet"})
    rest.post(f"/v1/storages/{storage_id}/alerts/sync", {})
    nightly = {"cron": "0 3 * * *", "time_zone": "UTC"}
    assert rest.post("/v1/schedules", nightly).status == 201
    agent = {"host": "127.0.0.9", "version": "snmpv2c", "community_string": TOKEN[:32]}
    assert rest.put(f"/v1/storages/{storage_id}/snmp-config", agent).status == 200
    rest.post(f"/v1/storages/{storage_id}/telemetry", {"name": "all", "interval": 60})
    fast = {"name": "fast", "conditions": [{"field": "name", "operator": "=", "value": "p"}]}
    rest.post("/v1/profiles", fast)
    alerts = wait_until(lambda: rest.get("/v1/alerts").json["alerts"])
    others = {
        "{alert_id}": alerts[0]["id"],
        "{silence_id}": rest.get("/v1/silences").json["silences"][0]["id"],
        "{config_id}": rest.get(f"/v1/storages/{storage_id}/telemetry").json["telemetry"][0]["id"],
        "{profile_id}": rest.get("/v1/profiles").json["profiles"][0]["id"],
        "{schedule_id}": rest.get("/v1/schedules").json["schedules"][0]["id"],
        "{service_id}": wait_until(lambda: rest.get("/v1/services").json["services"])[0]["id"],
    }
    for path, operations in DOCUMENT["paths"].items():
        if "get" in operations:
            name = path.split("/")[2] if "{id}" in path else "jobs"
            rows = next(iter(rest.get(f"/v1/{name}").json.values()))
            ids = {"{storage_id}": storage_id, "{id}": rows[0]["id"], "{job_id}": rows[0]["id"]}
            known = unknown = path
            for place, row_id in (ids | others).items():
                known = known.replace(place, row_id)
                unknown = unknown.replace(place, "nothing")
            # What one of the routes cannot do without, and the others do not know.
            known += "?resource=volume&metric=iops&top=1"
            assert rest.get(known).status in {200, 302}, known
            rest.get(unknown)
            rest.get(f"{unknown}?sort=nothing&limit=nothing&marker=nothing")


def send_mistakes(delfin: Delfin, array: FakeStorage, storage_id: str) -> None:
    """Requests that are refused, with secrets in places where an error may quote them."""
    rest, update = delfin.rest, f"/v1/storages/{storage_id}/access-info"
    block = access(array)["rest"]
    mistakes: list[dict[str, Any]] = [
        body(array, WRONG),
        body(array, WRONG * 20),
        body(array) | {"password": WRONG},
        body(array) | {"rest": {**block, "password": [WRONG]}},
        body(array) | {"rest": {**block, "passwort": WRONG}},
        body(array) | {"rest": {**block, "password": WRONG, "port": WRONG}},
        body(array) | {"rest": {**block, "password": WRONG, "port": 1}},
        body(array) | {"rest": {**block, "password": WRONG, "port": array.control_port}},
        body(array, volumes="many"),
        body(array) | {"extra_attributes": {"api_token": {"value": TOKEN}}},
        body(array) | {"model": "none"},
    ]
    for mistake in mistakes:
        assert rest.post("/v1/storages", mistake).status >= 400
        changed = {n: v for n, v in mistake.items() if n not in {"vendor", "model"}}
        rest.put(update, changed)
    for raw in (f'{{"password": "{WRONG}"'.encode(), WRONG.encode()):
        rest.send("POST", "/v1/storages", raw=raw, headers={"Content-Type": "application/json"})
        rest.send("PUT", update, raw=raw, headers={"Content-Type": "text/plain"})
    for fault in ("server_error", "html", "cut_body"):
        array.faults.order(fault, "sessions", serial=fault, times=1)
        assert rest.post("/v1/storages", body(array, serial=fault)).status >= 400


def traces(delfin: Delfin) -> list[tuple[str, bytes]]:
    return [*files(delfin.folder), ("answers", b"\n".join(delfin.rest.heard))]


def found(where: list[tuple[str, bytes]]) -> list[str]:
    return [place for secret in SECRETS for place in places(secret, where)]


def test_a_password_is_nowhere_to_be_found(
    start: Start, array: FakeStorage, tmp_path: Path
) -> None:
    # Every library tells all that it does, and the database every row.
    delfin = start(
        OS_DEFAULT__DEFAULT_LOG_LEVELS="delfin=DEBUG", OS_DATABASE__CONNECTION_DEBUG="100"
    )
    with stored.opened(delfin.database) as reader:
        # As long as it reads, all that is written stays in the write-ahead log.
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM storages").fetchone()
        live_through_much(delfin, array)
        names = {name for name, _ in traces(delfin)}
        assert {"delfin.db", "delfin.db-wal", "delfin.log", "output", "answers"} <= names
        assert found(traces(delfin)) == []
    planted_are_found(delfin, tmp_path / "copy")
    delfin.kill()
    assert b" DEBUG " in delfin.log.read_bytes()
    assert found(traces(delfin)) == []


def live_through_much(delfin: Delfin, array: FakeStorage) -> None:
    """Everything that happens to a password between registration and change."""
    rest = delfin.rest
    made = rest.post("/v1/storages", body(array, serial="HIDDEN1"))
    assert made.status == 201, made
    storage_id = made.json["id"]
    rest.synced(storage_id)
    visit_every_page(delfin, storage_id)
    send_mistakes(delfin, array, storage_id)
    array.sessions.change_password(NEXT)
    rest.sync(storage_id)
    block = body(array, NEXT)["rest"]
    changed = rest.put(f"/v1/storages/{storage_id}/access-info", {"rest": block})
    assert changed.status == 200, changed
    rest.until(storage_id, "done")
    array.faults.order("server_error")
    rest.sync(storage_id)
    array.faults.clear()
    visit_every_page(delfin, storage_id)


def planted_are_found(delfin: Delfin, folder: Path) -> None:
    """The same search on a copy in which a secret was left; fails unless it is found."""
    shutil.copytree(delfin.folder, folder)
    with closing(sqlite3.connect(folder / "state" / "delfin.db")) as database:
        database.execute("UPDATE storages SET description = ?", (f"a {NEXT}",))
        database.commit()
        seen = {place for place in found(list(files(folder))) if place.startswith("delfin.db")}
    assert "delfin.db-wal: clear" in seen
    with (folder / "delfin.log").open("ab") as log:
        log.write(base64.b64encode(f"admin:{PASSWORD}".encode()))
    assert any(place.startswith("delfin.log: base64") for place in found(list(files(folder))))
    heard = [("answers", b"\n".join([*delfin.rest.heard, TOKEN.encode().hex().encode()]))]
    assert found(heard) == ["answers: hex"]


class TestTheSearch:
    @pytest.mark.parametrize("form", forms(PASSWORD))
    def test_finds_every_encoding(self, form: str) -> None:
        planted = [("a file", b"some text " + forms(PASSWORD)[form] + b" and more")]
        assert f"a file: {form}" in list(places(PASSWORD, planted))
        assert not list(places(WRONG, planted))

    @pytest.mark.parametrize("before", range(7))
    def test_finds_base64_of_a_longer_text(self, before: int) -> None:
        text = b"x" * before + PASSWORD.encode() + b"y" * 5
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            assert list(places(PASSWORD, [("a file", encode(text))]))
