"""Sealing of secrets at rest: passwords, community strings, tokens in the database.

A sealed text names its key, and opens only where it belongs: what was sealed for one field of one
row is of no use in another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
# Colons never occur in Base64, so a sealed text cannot be taken for one of an older installation.
_SEALED = re.compile(r"sealed:(?P<key_id>[0-9a-f]{8}):(?P<body>[A-Za-z0-9+/]+=*)")


class KeyRingError(Exception):
    """A key or a sealed text cannot be used; the message holds neither."""


class KeysUnusableError(KeyRingError):
    """The keys cannot be read, or are no keys."""


class UnknownKeyError(KeyRingError):
    """The text was sealed with a key that is not here."""


class BrokenSealError(KeyRingError):
    """The text was changed, belongs elsewhere, or was never sealed."""


@dataclass(frozen=True)
class Key:
    """A 256-bit key; its id is made from it, so equal ids mean equal keys."""

    secret: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        return hashlib.sha256(b"delfin key id" + self.secret).hexdigest()[:8]

    @classmethod
    def generate(cls) -> Key:
        return cls(os.urandom(KEY_BYTES))


def parse_keys(text: str) -> tuple[Key, ...]:
    """The keys of a text: Base64 words between white space or commas, the primary one first.

    Raises `KeysUnusableError` when there is none, or one is not 32 bytes in Base64.
    """
    words = [word for line in text.splitlines() for word in re.split(r"[\s,]+", line.split("#")[0])]
    keys = []
    for number, word in enumerate(filter(None, words), start=1):
        try:
            secret = base64.b64decode(word, validate=True)
        except binascii.Error:
            secret = b""
        if len(secret) != KEY_BYTES:
            raise KeysUnusableError(f"key {number} is not {KEY_BYTES} bytes in Base64")
        keys.append(Key(secret))
    if not keys:
        raise KeysUnusableError("there is no key")
    return tuple(keys)


def format_keys(keys: tuple[Key, ...]) -> str:
    lines = [f"{base64.b64encode(key.secret).decode()}  # {key.key_id}" for key in keys]
    return "\n".join(["# Keys of delfin's stored secrets, the primary one first.", *lines, ""])


def is_sealed(value: str) -> bool:
    """False for what an older installation stored as plain Base64."""
    return _SEALED.fullmatch(value) is not None


def key_id_of(value: str) -> str | None:
    """The id of the key that sealed the value, or None when it is not sealed."""
    match = _SEALED.fullmatch(value)
    return match["key_id"] if match else None


class KeyRing:
    """Seal with the primary key, open with any.

    `keys` is asked at each use, so that a rotation reaches running processes. `bound_to` names the
    place of the value, such as `access_info:<storage id>:rest.password`.
    """

    def __init__(self, keys: Callable[[], tuple[Key, ...]]) -> None:
        self._keys = keys

    @property
    def primary_id(self) -> str:
        return self._keys()[0].key_id

    @property
    def key_ids(self) -> list[str]:
        return [key.key_id for key in self._keys()]

    def seal(self, plain: str, bound_to: str) -> str:
        key = self._keys()[0]
        nonce = os.urandom(_NONCE_BYTES)
        body = nonce + AESGCM(key.secret).encrypt(nonce, plain.encode(), bound_to.encode())
        return f"sealed:{key.key_id}:{base64.b64encode(body).decode()}"

    def open(self, sealed: str, bound_to: str) -> str:
        """The plain text; also reads plain Base64.

        Raises `UnknownKeyError` or `BrokenSealError`, which name `bound_to` only.
        """
        match = _SEALED.fullmatch(sealed)
        try:
            raw = base64.b64decode(match["body"] if match else sealed, validate=True)
            if match:
                cipher = AESGCM(self._secret(match["key_id"], bound_to))
                raw = cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound_to.encode())
            return raw.decode()
        except (InvalidTag, ValueError):
            # The causes can quote the secret.
            raise BrokenSealError(f"{bound_to}: the stored secret cannot be opened") from None

    def _secret(self, key_id: str, bound_to: str) -> bytes:
        for key in self._keys():
            if key.key_id == key_id:
                return key.secret
        raise UnknownKeyError(f"{bound_to}: sealed with key {key_id}, which is not in the key ring")
