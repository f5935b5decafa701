"""Certificates: what is asked of an array before it gets to see a password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from delfin.db import access_info
from delfin.drivers.trust.handshake import shown
from delfin.drivers.trust.tls import TlsTrust
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.api.client import Client
from tests.api.conftest import PASSWORD, Stage

Body = Callable[..., dict[str, Any]]


@pytest.fixture
def strict(stage: Stage) -> Stage:
    """An installation that verifies, as the installer sets it up."""
    stage.parts.conf.set_override("verify_certificates", True, "storage_driver")
    stage.drivers._drivers._tls = TlsTrust.of(stage.parts.conf)
    return stage


@pytest.fixture
def seen(array: FakeStorage) -> str:
    return shown(array.host, array.port).fingerprint


def without_colons(fingerprint: str) -> str:
    return fingerprint.replace(":", "").lower()


def other_than(fingerprint: str) -> str:
    return ("00" if fingerprint[:2] != "00" else "11") + fingerprint[2:]


def test_an_array_nobody_vouches_for_never_sees_the_password(
    strict: Stage, client: Client, body: Body, array: FakeStorage, seen: str
) -> None:
    refused = client.post("/v1/storages", body())
    assert (refused.status, refused.code) == (400, "SSLCertificateFailed")
    assert refused.json["error_args"] == [seen]
    assert f"SHA-256 fingerprint {seen}" in refused.message
    assert array.counters.requests == 0
    assert client.get("/v1/storages").json == {"storages": []}


def test_the_fingerprint_of_the_refusal_is_what_is_to_be_sent(
    strict: Stage, client: Client, body: Body, array: FakeStorage, seen: str
) -> None:
    refused = client.post("/v1/storages", body())
    (fingerprint,) = refused.json["error_args"]
    storage_id = strict.synced({**body(), "tls": {"fingerprint": without_colons(fingerprint)}})
    assert client.get(f"/v1/storages/{storage_id}").json["last_sync"]["result"] == "done"
    shown_access = client.get(f"/v1/storages/{storage_id}/access-info").json
    assert shown_access["tls"] == {"fingerprint": seen}


def test_a_ca_certificate_is_as_good(
    strict: Stage, client: Client, body: Body, array: FakeStorage
) -> None:
    pem = array.certificate_path.read_text()
    storage_id = strict.synced({**body(), "tls": {"ca_cert": pem}})
    assert client.get(f"/v1/storages/{storage_id}").json["last_sync"]["result"] == "done"


def test_clients_that_know_no_tls_block_go_on_where_it_is_turned_off(
    strict: Stage, client: Client, body: Body, array: FakeStorage
) -> None:
    strict.parts.conf.set_override("verify_certificates", False, "storage_driver")
    strict.drivers._drivers._tls = TlsTrust.of(strict.parts.conf)
    storage_id = strict.synced(body())
    assert client.get(f"/v1/storages/{storage_id}").json["last_sync"]["result"] == "done"


def test_one_array_can_be_left_out(
    strict: Stage, client: Client, body: Body, array: FakeStorage
) -> None:
    strict.synced({**body(), "tls": {"verify": False}})
    assert array.counters.by_endpoint["volumes"] > 0


def test_a_changed_certificate_ends_it_before_the_password_is_sent(
    strict: Stage, client: Client, body: Body, array: FakeStorage, seen: str
) -> None:
    storage_id = strict.synced({**body(serial="SAME"), "tls": {"fingerprint": seen}})
    strict.drivers.sessions.evict(storage_id)
    with FakeStorage(port=0, password=PASSWORD) as impostor:
        with strict.parts.database.writer() as session:
            row = access_info.get(session, storage_id, lock=True)
            assert row.rest is not None
            row.rest = {**row.rest, "port": impostor.port}
            row.generation += 1
        client.post(f"/v1/storages/{storage_id}/sync")
        strict.run_jobs()
        failed = client.get(f"/v1/storages/{storage_id}").json["last_sync"]
        assert failed["error_code"] == "SSLCertificateFailed"
        assert shown(impostor.host, impostor.port).fingerprint in failed["error_msg"]
        assert impostor.counters.requests == 0


def test_an_update_brings_the_new_fingerprint_without_the_password(
    strict: Stage, client: Client, body: Body, array: FakeStorage, seen: str
) -> None:
    storage_id = strict.register({**body(), "tls": {"verify": False}})
    array.reset_counters()
    path = f"/v1/storages/{storage_id}/access-info"
    wrong = client.put(path, {"tls": {"fingerprint": other_than(seen)}})
    assert (wrong.status, wrong.code) == (400, "SSLCertificateFailed")
    assert wrong.json["error_args"] == [seen]
    assert array.counters.requests == 0
    assert client.get(path).json["tls"] == {"verify": False}
    right = client.put(path, {"tls": {"fingerprint": seen}})
    assert right.status == 200, right
    assert right.json["tls"] == {"fingerprint": seen}
    assert array.sessions.logins == 1
    # Empty, it is the rule of the installation again, by which nobody vouches for the array.
    assert client.put(path, {"tls": {}}).code == "SSLCertificateFailed"


@pytest.mark.parametrize(
    ("tls", "said"),
    [
        ("x", "tls must be a JSON object"),
        ({"verify": "yes"}, "tls.verify must be true or false"),
        ({"colour": 1}, "tls.colour is not a known field"),
        ({"fingerprint": "AB:CD"}, "tls.fingerprint must be a SHA-256 fingerprint"),
        ({"ca_cert": "nonsense"}, "tls.ca_cert must hold certificates in PEM"),
        ({"fingerprint": "0" * 64, "ca_cert": "x"}, "exclude one another"),
        ({"fingerprint": "0" * 64, "verify": False}, "tls.verify is false"),
        ({"fingerprint": "0" * 64, "check_hostname": True}, "tls.check_hostname means nothing"),
    ],
)
def test_a_block_without_sense_is_refused_by_name(
    client: Client, body: Body, array: FakeStorage, tls: Any, said: str
) -> None:
    refused = client.post("/v1/storages", {**body(), "tls": tls})
    assert (refused.status, refused.code) == (400, "InvalidInput")
    assert said in refused.message
    assert array.counters.connections == 0
