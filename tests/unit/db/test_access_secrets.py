"""Secrets in access information are sealed, each for its own place, and never shown."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from delfin import cryptor
from delfin.common.key_file import KeyFile, open_key_ring
from delfin.common.keyring import BrokenSealError, KeyRing, key_id_of
from delfin.db.access_info import AccessInfo
from delfin.db.access_secrets import blank, is_secret, open_for_driver, reseal, seal, sealed_values


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return open_key_ring(str(tmp_path / "keys"), {})


def row(blocks: dict[str, Any], storage_id: str = "s1") -> AccessInfo:
    return AccessInfo(storage_id=storage_id, vendor="v", model="m", **blocks)


@pytest.mark.parametrize(
    "name",
    [
        *("password", "Password", "admin_passwd", "api_key", "apikey", "access-key", "private_key"),
        *("token", "auth_token", "client_secret", "passphrase", "community_string", "pwd", "PIN"),
    ],
)
def test_names_that_are_secret(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    ["username", "host", "pub_key", "pub_key_type", "namespace", "serial", "pinned", "key_type"],
)
def test_names_that_are_shown(name: str) -> None:
    assert not is_secret(name)


def test_a_driver_gets_back_what_was_sealed(ring: KeyRing) -> None:
    given: dict[str, dict[str, Any]] = {
        "rest": {"host": "h", "port": 1, "password": cryptor.encode("pa55word")},
        "extra_attributes": {"token": cryptor.encode("t0ken"), "volumes": "3"},
    }
    sealed = seal(ring, "s1", given)
    assert "pa55word" not in str(sealed)
    opened = open_for_driver(ring, row(sealed))
    assert cryptor.decode(opened["rest"]["password"]) == "pa55word"
    assert opened["rest"]["port"] == 1
    assert opened["extra_attributes"] == {"token": "t0ken", "volumes": "3"}
    assert opened["ssh"] is None


def test_a_sealed_secret_opens_in_its_own_row_only(ring: KeyRing) -> None:
    sealed = seal(ring, "s1", {"rest": {"password": cryptor.encode("pa55word")}})
    with pytest.raises(BrokenSealError) as refused:
        open_for_driver(ring, row(sealed, "s2"))
    assert "pa55word" not in str(refused.value)


def test_base64_of_an_older_installation_is_read_and_sealed_anew(ring: KeyRing) -> None:
    old = row({"rest": {"password": base64.b64encode(b"pa55word").decode()}})
    assert cryptor.decode(open_for_driver(ring, old)["rest"]["password"]) == "pa55word"
    assert reseal(ring, old) == 1
    assert reseal(ring, old) == 0
    assert key_id_of((old.rest or {})["password"]) == ring.primary_id
    assert cryptor.decode(open_for_driver(ring, old)["rest"]["password"]) == "pa55word"


def test_rotation_seals_with_the_new_key(ring: KeyRing, tmp_path: Path) -> None:
    blocks = {
        "ssh": {"password": cryptor.encode("a")},
        "extra_attributes": {"pin": cryptor.encode("b")},
    }
    access = row(seal(ring, "s1", blocks))
    old = ring.primary_id
    KeyFile(str(tmp_path / "keys")).add_primary()
    assert reseal(ring, access) == 2
    KeyFile(str(tmp_path / "keys")).retire(old)
    assert {key_id_of(value) for _, _, value, _ in sealed_values(access)} == {ring.primary_id}
    assert open_for_driver(ring, access)["extra_attributes"] == {"pin": "b"}


def test_blank_leaves_everything_but_secrets() -> None:
    assert blank({"host": "h", "password": "x", "pub_key": "k"}) == {"host": "h", "pub_key": "k"}
