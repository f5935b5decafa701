"""Which parts of the SNMP settings are secret, and how they are sealed and opened."""

from __future__ import annotations

from delfin.common.keyring import KeyRing, key_id_of
from delfin.common.redaction import conceal
from delfin.db.alert_sources import AlertSource

SECRETS = ("community_string", "auth_key", "privacy_key")


def seal(ring: KeyRing, storage_id: str, name: str, plain: str) -> str:
    """A secret as it is stored, good for its own place only."""
    return ring.seal(plain, _place(storage_id, name))


def opened(ring: KeyRing, row: AlertSource) -> dict[str, str | None]:
    """The secrets by name; all are kept out of logs from now on.

    Raises:
        delfin.common.keyring.KeyRingError: One cannot be opened.
    """
    plain = {
        name: ring.open(value, _place(row.storage_id, name))
        if (value := getattr(row, name))
        else None
        for name in SECRETS
    }
    for secret in plain.values():
        if secret:
            conceal(secret)
    return plain


def sealed_in_transit(ring: KeyRing, storage_id: str, plain: str) -> str:
    """A community string on its way to the process that gives it to the array."""
    return ring.seal(plain, f"trap_config:{storage_id}")


def opened_in_transit(ring: KeyRing, storage_id: str, sealed: str) -> str:
    """The opposite.

    Raises:
        delfin.common.keyring.KeyRingError: It was not sealed with a key of ours, for that storage.
    """
    return ring.open(sealed, f"trap_config:{storage_id}")


def sealed_values(row: AlertSource) -> list[tuple[str, str]]:
    """Stored text and the place it is bound to, of each secret."""
    return [
        (value, _place(row.storage_id, name)) for name in SECRETS if (value := getattr(row, name))
    ]


def reseal(ring: KeyRing, row: AlertSource) -> int:
    """Seal the secrets of a row with the primary key; how many were not before."""
    changed = 0
    for name in SECRETS:
        value, place = getattr(row, name), _place(row.storage_id, name)
        if value and key_id_of(value) != ring.primary_id:
            setattr(row, name, ring.seal(ring.open(value, place), place))
            changed += 1
    return changed


def _place(storage_id: str, name: str) -> str:
    return f"alert_sources:{storage_id}:{name}"
