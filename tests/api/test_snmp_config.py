"""SNMP settings over REST: made, merged, shown without secrets, removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from delfin.alert_manager.settings import speaker
from delfin.alerts.internal import AGENT_UNREACHABLE
from delfin.api.app import make_app
from delfin.db import alert_sources, trap_inbox
from delfin.db.alert_sources import AlertSource, AlertSourceState
from delfin.db.alerts import Alert
from delfin.db.base import utcnow
from tests.api.client import Client
from tests.api.conftest import Stage

Body = Callable[..., dict[str, Any]]

COMMUNITY = "c0mmun1ty-string"
V2C = {"host": "192.0.2.7", "version": "SNMPv2c", "community_string": COMMUNITY}
V3 = {
    "host": "192.0.2.7",
    "version": "SNMPv3",
    "username": "delfin",
    "security_level": "authPriv",
    "auth_protocol": "HMACSHA",
    "auth_key": "k3y-for-signing",
    "privacy_protocol": "AES",
    "privacy_key": "k3y-for-encryption",
    "engine_id": "800000000102030405",
}
SECRETS = (COMMUNITY, "k3y-for-signing", "k3y-for-encryption")


@pytest.fixture
def path(stage: Stage, body: Body) -> str:
    stage.client.secrets += SECRETS
    return f"/v1/storages/{stage.register(body())}/snmp-config"


def storage_of(path: str) -> str:
    return path.split("/")[3]


def test_a_community_is_shown_as_a_mask(stage: Stage, client: Client, path: str) -> None:
    made = client.put(path, V2C)
    assert made.status == 200
    assert made.json["community_string"] == "***"
    assert list(made.json)[:4] == ["storage_id", "host", "version", "community_string"]
    assert {made.json[name] for name in ("port", "retry_num", "expiration", "updated_at")} == {None}
    assert (made.json["status"], made.json["error"], made.json["checked_at"]) == (
        *("pending", None, None),
    )
    assert client.get(path).json == made.json
    assert stage.bell.rings


@pytest.mark.parametrize("version", ["SNMPv2c", "snmpv1"])
def test_a_community_is_shown_when_the_operator_wants_it(
    stage: Stage, path: str, version: str
) -> None:
    stage.parts.conf.set_override("show_community_string", True)
    shown = Client(make_app(stage.parts)).put(path, {**V2C, "version": version}).json
    assert (shown["community_string"], shown["version"]) == (COMMUNITY, version)


def test_keys_are_never_shown_and_stored_sealed(stage: Stage, client: Client, path: str) -> None:
    shown = client.put(path, V3).json
    assert "community_string" not in shown
    assert not {"auth_key", "privacy_key"} & shown.keys()
    assert (shown["engine_id"], shown["security_level"]) == (V3["engine_id"], "authPriv")
    with stage.parts.database.reader() as session:
        row = session.execute(text("SELECT * FROM alert_sources")).one()
        assert not any(secret in str(row) for secret in SECRETS)
        _none, user = speaker(stage.parts.keyring, alert_sources.get(session, storage_of(path)))
    assert user is not None
    assert (user.digest_password, user.cipher_password) == SECRETS[1:]


def test_what_is_left_out_stays(client: Client, path: str) -> None:
    client.put(path, {**V3, "port": 1161, "context_name": "one"})
    changed = client.put(path, {"host": "192.0.2.8,array.example", "version": "snmpv3"}).json
    assert (changed["host"], changed["version"]) == ("192.0.2.8,array.example", "snmpv3")
    assert (changed["port"], changed["context_name"], changed["username"]) == (
        *(1161, "one", "delfin"),
    )
    assert changed["updated_at"] is not None


def test_a_version_takes_the_fields_of_the_other_one_away(
    stage: Stage, client: Client, path: str
) -> None:
    def row() -> AlertSource:
        with stage.parts.database.reader() as session:
            found = alert_sources.get(session, storage_of(path))
            session.expunge(found)
        return found

    client.put(path, V3)
    client.put(path, V2C)
    assert (row().username, row().auth_key, row().engine_id) == (None, None, None)
    client.put(path, V3)
    assert row().community_string is None
    client.put(path, {"host": "h", "version": "SNMPv3", "security_level": "authNoPriv"})
    assert row().auth_key
    assert (row().privacy_key, row().privacy_protocol) == (None, None)
    client.put(path, {"host": "h", "version": "SNMPv3", "security_level": "noAuthnoPriv"})
    assert (row().auth_key, row().auth_protocol) == (None, None)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"host": None}, "host must be a string"),
        ({"host": "a b"}, "host may hold only"),
        ({"version": "SNMPv4"}, "version must be one of"),
        ({"username": None}, "username must be a string"),
        ({"security_level": "high"}, "security_level must be one of"),
        ({"auth_key": "short"}, "auth_key must have at least 8"),
        ({"engine_id": "8000000001020304x"}, "engine_id must be hexadecimal"),
        ({"port": 70000}, "port must be at most 65535"),
        ({"colour": "red"}, "colour is not a known field"),
    ],
)
def test_bad_settings_are_refused_by_name(
    client: Client, path: str, change: dict[str, Any], complaint: str
) -> None:
    refused = client.put(path, {**V3, **change})
    assert (refused.status, refused.code) == (400, "InvalidInput")
    assert complaint in refused.message
    assert client.get(path).code == "AlertSourceNotFound"


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({"host": "h", "version": "SNMPv1"}, "community_string"),
        ({"host": "h", "version": "SNMPv3", "username": "u"}, "security_level"),
        ({**V3, "version": "SNMPv3", "auth_key": None}, "auth_key"),
        ({**V3, "privacy_protocol": None}, "privacy_protocol"),
    ],
)
def test_incomplete_settings_are_refused(
    client: Client, path: str, settings: dict[str, Any], missing: str
) -> None:
    sent = {name: value for name, value in settings.items() if value is not None}
    refused = client.put(path, sent)
    assert (refused.status, refused.code) == (400, "InvalidInput")
    assert f"{missing} is required" in refused.message


@pytest.mark.parametrize("listing", ["/v1/snmp-configs", "/v1/storages/snmp-configs"])
def test_all_are_listed_at_both_paths(client: Client, path: str, listing: str) -> None:
    assert client.get(listing).json == {"snmp_configs": []}
    client.put(path, V2C)
    listed = client.get(f"{listing}?limit=oops")
    assert [row["storage_id"] for row in listed.json["snmp_configs"]] == [storage_of(path)]


def test_removed_settings_are_gone_with_what_was_found_out(
    stage: Stage, client: Client, path: str
) -> None:
    client.put(path, V2C)
    with stage.parts.database.writer() as session:
        AGENT_UNREACHABLE.fault(session, storage_of(path), "no answer")
    gone = client.delete(path)
    assert (gone.status, gone.raw) == (200, b"")
    for again in (client.get(path), client.delete(path)):
        assert (again.status, again.code) == (404, "AlertSourceNotFound")
        assert again.json["error_args"] == [storage_of(path)]
    assert stage.count(AlertSourceState) == 0
    with stage.parts.database.reader() as session:
        assert [alert.state for alert in session.query(Alert)] == ["cleared"]


def test_a_storage_that_is_not_there_has_none(client: Client) -> None:
    client.secrets += SECRETS
    path = "/v1/storages/nobody/snmp-config"
    assert client.get(path).code == client.delete(path).code == "AlertSourceNotFound"
    assert client.put(path, V2C).code == "StorageNotFound"


def test_a_removed_storage_takes_its_settings_along(
    stage: Stage, client: Client, path: str
) -> None:
    client.put(path, V2C)
    client.delete(f"/v1/storages/{storage_of(path)}")
    assert client.get(path).code == "AlertSourceNotFound"
    assert client.get("/v1/snmp-configs").json == {"snmp_configs": []}
    stage.run_jobs()
    assert stage.count(AlertSource) == 0


def test_receivers_show_what_became_of_traps(stage: Stage, client: Client) -> None:
    assert client.get("/v1/trap-receivers").json == {"trap_receivers": []}
    with stage.parts.database.writer() as session:
        trap_inbox.report(session, "node:0", utcnow(), {"received": 2, "malformed": 1})
        trap_inbox.report(session, "node:0", utcnow(), {"received": 3, "malformed": 1})
    (row,) = client.get("/v1/trap-receivers").json["trap_receivers"]
    assert row["counts"] == {"received": 3, "malformed": 1}
    assert row["receiver"] == "node:0"
