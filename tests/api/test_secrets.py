"""Secrets that are sent are sealed, and come back in no answer, log line or table."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from delfin.api.routes import ROUTES
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.api.conftest import PASSWORD, Stage

SSH_PASSWORD, TOKEN = "Ssh-s3cret-of-ours", "Tok3n.of.ours.too"


@pytest.fixture
def told(
    stage: Stage, body: Callable[..., dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> dict[str, Any]:
    """A registration with three secrets, sent, and everything is logged."""
    caplog.set_level(logging.DEBUG)
    stage.client.secrets += [SSH_PASSWORD, TOKEN]
    sent = body(api_token=TOKEN)
    sent["ssh"] = {
        "host": "h",
        "port": 22,
        "username": "u",
        "password": SSH_PASSWORD,
        "pub_key": "k",
    }
    return {**sent, "id": stage.synced(sent)}


# What one of the routes cannot do without, and the others do not know.
NEEDED = "resource=volume&metric=iops&top=1"


def test_no_read_shows_a_secret(stage: Stage, told: dict[str, Any]) -> None:
    for route in ROUTES:
        names = dict.fromkeys(re.findall(r"{(\w+)}", route.path), told["id"])
        reply = stage.client.get(f"{route.path.format(**names)}?{NEEDED}")
        assert reply.status in {200, 302, 404}, route.path


@pytest.mark.parametrize(
    "spoil",
    [
        {"rest": PASSWORD},
        {"rest": {"password": [PASSWORD, SSH_PASSWORD]}},
        {"ssh": {"pub_key_type": SSH_PASSWORD}},
        {PASSWORD: TOKEN},
        {"extra_attributes": {TOKEN: 1, "x": [TOKEN]}},
        {"extra_attributes": TOKEN},
        {"vendor": {"password": PASSWORD}},
    ],
)
def test_no_refusal_repeats_a_secret(
    stage: Stage, told: dict[str, Any], spoil: dict[str, Any]
) -> None:
    sent = {name: told[name] for name in ("vendor", "model", "rest", "ssh")}
    assert stage.client.post("/v1/storages", {**sent, **spoil}).status == 400
    update = f"/v1/storages/{told['id']}/access-info"
    assert stage.client.put(update, {"rest": sent["rest"], **spoil}).status == 400


def test_a_body_that_is_cut_off_is_not_repeated(stage: Stage, told: dict[str, Any]) -> None:
    raw = f'{{"rest": {{"password": "{PASSWORD}"'.encode()
    headers = {"Content-Type": "application/json"}
    assert stage.client.post("/v1/storages", raw=raw, headers=headers).status == 400
    headers = {"Content-Type": "text/plain"}
    assert stage.client.post("/v1/storages", raw=raw, headers=headers).status == 400


def test_the_database_and_the_log_hold_no_secret(
    stage: Stage,
    told: dict[str, Any],
    tmp_path: Path,
    array: FakeStorage,
    caplog: pytest.LogCaptureFixture,
) -> None:
    array.faults.order("server_error", "system")
    update = {name: told[name] for name in ("rest", "ssh", "extra_attributes")}
    assert stage.client.put(f"/v1/storages/{told['id']}/access-info", update).status == 500
    array.faults.clear()
    assert stage.client.put(f"/v1/storages/{told['id']}/access-info", update).status == 200
    searched = [file for file in tmp_path.rglob("delfin.db*") if file.stat().st_size]
    assert searched
    for file in searched:
        stage.client.search(file.read_bytes())
    assert caplog.text
    stage.client.search(caplog.text.encode())
