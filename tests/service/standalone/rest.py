"""A REST client for a delfin in another process; every answer must follow the OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import requests

from delfin.inventory.catalog import KINDS
from delfin.inventory.kind import ResourceKind
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.api.client import Reply, follow_document
from tests.waiting import wait_until

PASSWORD = "Fr0nt-d00r-of-the-array"
LONGEST = 60.0
# What waits or runs; parked is what nobody runs any more.
UNFINISHED = ("queued", "running", "parked")


def access(array: FakeStorage, **attributes: str) -> dict[str, Any]:
    """The body of a registration; a small array unless the attributes say otherwise."""
    return {
        "vendor": "fake_storage",
        "model": "fake_driver",
        "rest": {
            "host": array.host,
            "port": array.port,
            "username": "admin",
            "password": PASSWORD,
        },
        "extra_attributes": {"volumes": "7", **attributes},
    }


class Rest:
    """Requests to one delfin, each on a connection of its own; 'heard' is all that it said."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.heard: list[bytes] = []

    def get(self, path: str) -> Reply:
        return self.send("GET", path)

    def post(self, path: str, body: Any = None) -> Reply:
        return self.send("POST", path, body)

    def put(self, path: str, body: Any) -> Reply:
        return self.send("PUT", path, body)

    def delete(self, path: str) -> Reply:
        return self.send("DELETE", path)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        checked: bool = True,
    ) -> Reply:
        """One request; 'body' goes as JSON, 'raw' as it is."""
        sent = dict(headers or {})
        if body is not None:
            raw = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(
                method,
                self.url + path,
                data=raw,
                headers=sent,
                timeout=LONGEST,
                allow_redirects=False,
            )
        found = {name.lower(): value for name, value in answer.headers.items()}
        reply = Reply(answer.status_code, found, answer.content)
        self.heard.append("\n".join(found.values()).encode() + b"\n" + answer.content)
        if checked:
            follow_document(method, path.partition("?")[0], reply)
        return reply

    # What the stories ask for again and again.

    def register(self, array: FakeStorage, **attributes: str) -> str:
        """The id of a new storage, whose synchronisation goes on."""
        made = self.post("/v1/storages", access(array, **attributes))
        assert made.status == 201, made
        return str(made.json["id"])

    def storage(self, storage_id: str) -> dict[str, Any]:
        found = self.get(f"/v1/storages/{storage_id}")
        assert found.status == 200, found
        return dict(found.json)

    def synced(self, storage_id: str) -> dict[str, Any]:
        """The storage once its first synchronisation has ended, however it did."""
        return wait_until(lambda: self._idle(storage_id, None), LONGEST)

    def sync(self, storage_id: str) -> dict[str, Any]:
        """The same after another synchronisation, which is asked for here."""
        before = _last(self.storage(storage_id))
        asked = self.post(f"/v1/storages/{storage_id}/sync")
        assert asked.status == 202, asked
        return wait_until(lambda: self._idle(storage_id, before), LONGEST)

    def until(self, storage_id: str, result: str) -> dict[str, Any]:
        """The storage once its last synchronisation ended like that."""

        def ended_so() -> dict[str, Any] | None:
            storage = self._idle(storage_id, None)
            return storage if storage and storage["last_sync"]["result"] == result else None

        return wait_until(ended_so, LONGEST)

    def settled(self) -> None:
        """Returns when no job waits or runs."""
        wait_until(lambda: not any(map(self.jobs_in, UNFINISHED)), LONGEST)

    def jobs_in(self, state: str) -> list[dict[str, Any]]:
        return list(self.get(f"/v1/jobs?state={state}").json["jobs"])

    def total(self, kind: ResourceKind, storage_id: str) -> int:
        return int(self.get(_listing(kind, storage_id, 1)).headers["x-total-count"])

    def totals(self, storage_id: str) -> dict[str, int]:
        return {kind.key: self.total(kind, storage_id) for kind in KINDS}

    def rows(self, kind: ResourceKind, storage_id: str) -> list[dict[str, Any]]:
        """All rows, following the links from page to page."""
        path, found = _listing(kind, storage_id, 1000), []
        while path:
            page = self.send("GET", path, checked=False)
            found += page.json[kind.key]
            link = page.headers.get("link", "")
            path = link.partition("<")[2].partition(">")[0]
        return found

    def _idle(self, storage_id: str, before: Any) -> dict[str, Any] | None:
        storage = self.storage(storage_id)
        ended = storage["sync_status"] == "SYNCED" and _last(storage) != before
        return storage if ended else None


def _listing(kind: ResourceKind, storage_id: str, limit: int) -> str:
    scope = (
        f"storages/{storage_id}/{kind.path}?"
        if kind.nested
        else f"{kind.path}?storage_id={storage_id}&"
    )
    return f"/v1/{scope}limit={limit}"


def _last(storage: dict[str, Any]) -> tuple[str, str] | None:
    last = storage["last_sync"]
    return None if last is None else (last["job_id"], last["finished_at"])
