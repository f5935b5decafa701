"""Which parts of the access information are secret, and how they are sealed and opened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from delfin import cryptor
from delfin.common.keyring import KeyRing, key_id_of
from delfin.common.redaction import conceal
from delfin.db.access_info import AccessInfo, Block

BLOCKS = ("rest", "ssh", "cli", "smis", "extra_attributes")
_SECRET = re.compile(
    r"passw|passphrase|secret|token|credential|community|(^|[^a-z])(pwd|pin)($|[^a-z])"
    r"|(private|priv|auth|api|access|encryption)[-_. :]?key",
    re.IGNORECASE,
)


def is_secret(name: str) -> bool:
    """Whether a field of that name is kept sealed and never shown."""
    return _SECRET.search(name) is not None


def seal(ring: KeyRing, storage_id: str, blocks: Mapping[str, Block]) -> dict[str, Block]:
    """The blocks as they are stored: secrets sealed, each for its own place only.

    The blocks come as drivers get them, with secrets as 'delfin.cryptor' text.
    """

    def sealed(value: str, place: str) -> str:
        return ring.seal(cryptor.decode(value), place)

    return _mapped(storage_id, blocks, sealed)


def open_for_driver(ring: KeyRing, row: AccessInfo) -> dict[str, Any]:
    """The keyword arguments of a driver; passwords as 'delfin.cryptor' text.

    Secrets in 'extra_attributes' are plain there, as drivers expect. All are
    kept out of logs from now on.

    Raises:
        delfin.common.keyring.KeyRingError: A secret cannot be opened.
    """

    def opened(value: str, place: str) -> str:
        plain = ring.open(value, place)
        conceal(plain)
        return plain if ".extra_attributes." in place else cryptor.encode(plain)

    blocks = _mapped(row.storage_id, blocks_of(row), opened)
    access = {
        "storage_id": row.storage_id,
        "storage_name": row.storage_name,
        "vendor": row.vendor,
        "model": row.model,
        **{name: blocks.get(name) for name in BLOCKS},
        "tls": row.tls,
        "manager_key": row.manager_key,
    }
    access["extra_attributes"] = access["extra_attributes"] or {}
    return access


def blank(block: Block) -> Block:
    """The block as it is shown: without its secrets."""
    return {name: value for name, value in block.items() if not is_secret(name)}


def sealed_values(row: AccessInfo) -> Iterator[tuple[str, str, str, str]]:
    """Block name, field, stored text and the place it is bound to, of each secret."""
    for block_name, block in blocks_of(row).items():
        for name, value in block.items():
            if is_secret(name) and isinstance(value, str):
                yield block_name, name, value, _place(row.storage_id, block_name, name)


def blocks_of(row: AccessInfo) -> dict[str, Block]:
    """The blocks that are in use, as stored."""
    return {name: block for name in BLOCKS if (block := getattr(row, name))}


def _mapped(
    storage_id: str, blocks: Mapping[str, Block], change: Callable[[str, str], str]
) -> dict[str, Block]:
    return {
        block_name: {
            name: change(value, _place(storage_id, block_name, name))
            if is_secret(name) and isinstance(value, str)
            else value
            for name, value in block.items()
        }
        for block_name, block in blocks.items()
    }


def _place(storage_id: str, block: str, name: str) -> str:
    return f"access_info:{storage_id}:.{block}.{name}"


def reseal(ring: KeyRing, row: AccessInfo) -> int:
    """Seal the secrets of a row with the primary key, also those of an older installation.

    Returns how many were not sealed with it before.
    """
    changed = 0

    def anew(value: str, place: str) -> str:
        nonlocal changed
        if key_id_of(value) == ring.primary_id:
            return value
        changed += 1
        return ring.seal(ring.open(value, place), place)

    for name, block in _mapped(row.storage_id, blocks_of(row), anew).items():
        setattr(row, name, block)
    return changed
