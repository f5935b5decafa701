"""The examples of docs/reference/rest-api.md are what the interface answers.

DELFIN_ACCEPT=1 pytest tests/api/test_guide.py writes them anew; review the diff.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.api.client import Client, Reply
from tests.api.conftest import PASSWORD, Stage

GUIDE = Path(__file__).parents[2] / "docs/reference/rest-api.md"
EXAMPLE = re.compile(r"(?<=<!-- example: )(\w+)( -->\n)(.*?)(?=<!-- end -->)", re.DOTALL)
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Notes:
    """Examples as they are written down."""

    def __init__(self, client: Client, array: FakeStorage) -> None:
        self.examples: dict[str, str] = {}
        self._client = client
        self._array = array
        self._ids: dict[str, str] = {}

    def note(
        self, name: str, method: str, path: str, body: Any = None, headers: tuple[str, ...] = ()
    ) -> Reply:
        """Makes a call and keeps it; 'headers' are shown with the answer."""
        reply = self._client.send(method, path, body)
        call = f'curl {"" if method == "GET" else f"-X {method} "}"$DELFIN{path}"'
        if body is not None:
            call += f" -H 'Content-Type: application/json' -d '{json.dumps(body, indent=2)}'"
        shown = [f"HTTP {reply.status}", *(f"{h}: {reply.headers[h.lower()]}" for h in headers)]
        answer = json.dumps(reply.json, indent=2, ensure_ascii=False) if reply.raw else ""
        told = "\n".join([*shown, *([answer] if answer else [])])
        text = f"```console\n$ {call}\n{told}\n```\n"
        self.examples[name] = self._fixed(text)
        return reply

    def _fixed(self, text: str) -> str:
        """The text with what differs from run to run replaced."""
        text = UUID.sub(self._known, text)
        text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]{15}", "2026-11-20T12:00:00.000000", text)
        text = re.sub(r"\b1\d{12}\b", "1795176000000", text)
        text = re.sub(rf"\b{self._array.port}\b", "8443", text)
        return text.replace(self._array.host, "array.example").replace(PASSWORD, "secret")

    def _known(self, found: re.Match[str]) -> str:
        number = len(self._ids) + 1
        return self._ids.setdefault(found[0], f"00000000-0000-4000-8000-{number:012}")


def test_the_examples_of_the_guide_are_real(
    stage: Stage, client: Client, array: FakeStorage, body: Callable[..., dict[str, Any]]
) -> None:
    notes = Notes(client, array)
    sent = {**body(serial="PARIS-1", volumes="3"), "name": "Paris, cellar"}
    storage_id = notes.note("register", "POST", "/v1/storages", sent).json["id"]
    stage.run_jobs()
    notes.note("show", "GET", f"/v1/storages/{storage_id}")
    notes.note("again", "POST", "/v1/storages", sent)
    query = f"storage_id={storage_id}&status~=NORM&sort=name:asc&limit=1"
    notes.note("volumes", "GET", f"/v1/volumes?{query}", headers=("X-Total-Count", "Link"))
    notes.note("limit", "GET", "/v1/volumes?limit=-1")
    access = f"/v1/storages/{storage_id}/access-info"
    notes.note("access", "GET", access)
    notes.note("refused", "PUT", access, {"rest": {**sent["rest"], "password": "wrong"}})
    settings = {
        "host": "192.0.2.7",
        "version": "SNMPv3",
        "username": "delfin",
        "security_level": "authPriv",
        "auth_protocol": "HMCSHA2256",
        "auth_key": "s3cret-for-signing",
        "privacy_protocol": "AES",
        "privacy_key": "s3cret-for-encryption",
    }
    notes.note("snmp", "PUT", f"/v1/storages/{storage_id}/snmp-config", settings)
    notes.note("jobs", "GET", "/v1/jobs?kind=sync", headers=("X-Total-Count",))
    some = {"kinds": ["volumes", "disks"], "priority": "high"}
    notes.note("sync_some", "POST", f"/v1/storages/{storage_id}/sync", some)
    nightly = {"storage_id": storage_id, "cron": "0 3 * * *", "time_zone": "Europe/Berlin"}
    notes.note("schedule", "POST", "/v1/schedules", {"name": "nightly", **nightly})
    notes.note("bad_schedule", "POST", "/v1/schedules", {**nightly, "cron": "0 25 * * *"})
    entries = [{"resource_type": "volume", "interval": 300, "historic": True}]
    config = f"/v1/storages/{storage_id}/metrics-config"
    notes.note("metrics_config", "PUT", config, {"configs": entries})
    databases = {
        "name": "databases",
        "interval": 60,
        "resources": {"volume": ["iops", "responseTime"], "storage-pool": None},
        "labels": {"team": "databases"},
    }
    notes.note("telemetry", "POST", f"/v1/storages/{storage_id}/telemetry", databases)
    seldom = {"perf_collection": True, "interval": 100000}
    notes.note("bad_metrics_config", "PUT", config, {"array_polling": seldom})
    notes.note("remove", "DELETE", f"/v1/storages/{storage_id}")

    written = GUIDE.read_text(encoding="utf-8")
    assert {found[1] for found in EXAMPLE.finditer(written)} == set(notes.examples)
    fresh = EXAMPLE.sub(lambda found: found[1] + found[2] + notes.examples[found[1]], written)
    if os.environ.get("DELFIN_ACCEPT"):
        GUIDE.write_text(fresh, encoding="utf-8")
    assert GUIDE.read_text(encoding="utf-8") == fresh, "run it with DELFIN_ACCEPT=1"
