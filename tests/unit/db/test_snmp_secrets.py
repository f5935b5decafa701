"""Secrets of SNMP settings are sealed, each for its own place, and sealed anew with a new key."""

from __future__ import annotations

from pathlib import Path

import pytest

from delfin.common.key_file import KeyFile, open_key_ring
from delfin.common.keyring import BrokenSealError, KeyRing, key_id_of
from delfin.db.alert_sources import AlertSource
from delfin.db.snmp_secrets import SECRETS, opened, reseal, seal, sealed_values


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return open_key_ring(str(tmp_path / "keys"), {})


def row(ring: KeyRing, storage_id: str = "s1") -> AlertSource:
    sealed = {name: seal(ring, storage_id, name, f"the {name}") for name in SECRETS}
    return AlertSource(storage_id=storage_id, host="h", version="SNMPv3", generation=1, **sealed)


def test_what_was_sealed_opens_in_its_own_place_only(ring: KeyRing) -> None:
    made = row(ring)
    assert opened(ring, made) == {name: f"the {name}" for name in SECRETS}
    made.auth_key, made.privacy_key = made.privacy_key, made.auth_key
    with pytest.raises(BrokenSealError, match="alert_sources:s1:auth_key"):
        opened(ring, made)


def test_a_new_key_seals_everything_anew(ring: KeyRing, tmp_path: Path) -> None:
    made = row(ring)
    made.community_string = None
    KeyFile(str(tmp_path / "keys")).add_primary()
    assert reseal(ring, made) == 2
    assert {key_id_of(value) for value, _place in sealed_values(made)} == {ring.primary_id}
    assert reseal(ring, made) == 0
    assert opened(ring, made)["auth_key"] == "the auth_key"
