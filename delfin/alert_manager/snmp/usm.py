"""Keys and ciphers of the User-based Security Model (RFC 3414, 3826, 7860) and its old variants."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

# Hash function, and bytes of its code that are sent, by the names that the REST interface has.
DIGESTS = {
    "HMACMD5": ("md5", 12),
    "HMACSHA": ("sha1", 12),
    "HMCSHA2224": ("sha224", 16),
    "HMCSHA2256": ("sha256", 24),
    "HMCSHA2384": ("sha384", 32),
    "HMCSHA2512": ("sha512", 48),
}
# Bytes of key; the ones of DES and 3DES have the start of their initialisation vector behind them.
CIPHERS = {"DES": 16, "3DES": 32, "AES": 16, "AES192": 24, "AES256": 32}
_DES_KEY, _3DES_KEY, _BLOCK = 8, 24, 8
_SALT = 8
# A password is repeated to this length before it is hashed (RFC 3414, A.2).
_EXPANDED = 1 << 20
# Engines of one user whose keys are kept: as many arrays share it at most, or somebody is guessing.
_MOST_ENGINES = 256


class WrongDigestError(Exception):
    """The message was not made with this key."""


class DecryptionError(Exception):
    """The message cannot have been encrypted with this cipher."""


class Keys(NamedTuple):
    """What a user has at one engine; a short hash has two customs of making long cipher keys."""

    digest: bytes
    cipher: tuple[bytes, ...]


@dataclass
class User:
    """A user of version 3; without protocols it is one that proves nothing.

    Attributes:
        name: Its name.
        digest: A name of DIGESTS, or None.
        digest_password: The password of the digest.
        cipher: A name of CIPHERS, or None.
        cipher_password: The password of the cipher.
    """

    name: str
    digest: str | None = None
    digest_password: str = field(default="", repr=False)
    cipher: str | None = None
    cipher_password: str = field(default="", repr=False)
    _masters: tuple[bytes, bytes] | None = field(default=None, init=False, repr=False)
    _keys: OrderedDict[bytes, Keys] = field(default_factory=OrderedDict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Raises ValueError when the settings cannot be used."""
        if self.digest is not None and (self.digest not in DIGESTS or not self.digest_password):
            raise ValueError("the authentication of the SNMP user is incomplete")
        if self.cipher is None:
            return
        if self.digest is None or self.cipher not in CIPHERS or not self.cipher_password:
            raise ValueError("the encryption of the SNMP user is incomplete")

    @property
    def flags(self) -> int:
        """Authenticated and encrypted, as the flags of its messages say it."""
        return (1 if self.digest else 0) | (2 if self.cipher else 0)

    def keys(self, engine_id: bytes) -> Keys:
        """Its keys at an engine; the user must have a digest."""
        known = self._keys.get(engine_id)
        if known is None:
            known = self._keys[engine_id] = self._made(engine_id)
            if len(self._keys) > _MOST_ENGINES:
                self._keys.popitem(last=False)
        return known

    def _made(self, engine_id: bytes) -> Keys:
        assert self.digest is not None  # noqa: S101 - who has none has no keys
        name, _ = DIGESTS[self.digest]
        if self._masters is None:
            self._masters = (
                master_key(name, self.digest_password.encode()),
                master_key(name, self.cipher_password.encode()) if self.cipher else b"",
            )
        digest, cipher = self._masters
        made: tuple[bytes, ...] = ()
        if self.cipher:
            local, size = localized(name, cipher, engine_id), CIPHERS[self.cipher]
            variants = [_relocalized(name, local, engine_id, size)]
            if self.cipher.startswith("AES"):
                variants.append(_rehashed(name, local, size))
            made = tuple(dict.fromkeys(variants))
        return Keys(localized(name, digest, engine_id), made)

    def check(self, message: bytes, digest: bytes, digest_at: int, engine_id: bytes) -> None:
        """Find out whether the whole message was made with this user's key.

        Raises:
            WrongDigestError: It was not.
        """
        assert self.digest is not None  # noqa: S101 - who has none cannot be checked
        name, size = DIGESTS[self.digest]
        if len(digest) != size:
            raise WrongDigestError
        blank = message[:digest_at] + bytes(size) + message[digest_at + size :]
        made = hmac.digest(self.keys(engine_id).digest, blank, name)[:size]
        if not hmac.compare_digest(made, digest):
            raise WrongDigestError

    def sign(self, message: bytes, digest_at: int, engine_id: bytes) -> bytes:
        """The message with its digest, for which it has zeros so far."""
        assert self.digest is not None  # noqa: S101 - who has none cannot sign
        name, size = DIGESTS[self.digest]
        made = hmac.digest(self.keys(engine_id).digest, message, name)[:size]
        return message[:digest_at] + made + message[digest_at + size :]


def master_key(hash_name: str, password: bytes) -> bytes:
    """What a password is turned into before it meets an engine; takes about a millisecond."""
    repeated = password * (_EXPANDED // len(password) + 1)
    return hashlib.new(hash_name, repeated[:_EXPANDED], usedforsecurity=False).digest()


def localized(hash_name: str, key: bytes, engine_id: bytes) -> bytes:
    return hashlib.new(hash_name, key + engine_id + key, usedforsecurity=False).digest()


def _relocalized(hash_name: str, key: bytes, engine_id: bytes, size: int) -> bytes:
    """The long key of draft-reeder-snmpv3-usm-3desede, which most vendors use for AES as well."""
    while len(key) < size:
        key += localized(hash_name, master_key(hash_name, key), engine_id)
    return key[:size]


def _rehashed(hash_name: str, key: bytes, size: int) -> bytes:
    """The long key of draft-blumenthal-aes-usm."""
    while len(key) < size:
        key += hashlib.new(hash_name, key, usedforsecurity=False).digest()
    return key[:size]


def decrypted(cipher: str, key: bytes, salt: bytes, boots: int, time: int, data: bytes) -> bytes:
    """The plain text, with what the cipher padded it with.

    Raises:
        DecryptionError: The lengths are wrong; a wrong key shows in what comes out only.
    """
    if len(salt) != _SALT or (not cipher.startswith("AES") and len(data) % _BLOCK):
        raise DecryptionError
    reader = _cipher(cipher, key, salt, boots, time).decryptor()
    return reader.update(data) + reader.finalize()


def encrypted(cipher: str, key: bytes, boots: int, time: int, plain: bytes) -> tuple[bytes, bytes]:
    """The cipher text and the salt it was made with, which is new each time."""
    salt = os.urandom(_SALT)
    if not cipher.startswith("AES"):
        plain += bytes(-len(plain) % _BLOCK)
    writer = _cipher(cipher, key, salt, boots, time).encryptor()
    return writer.update(plain) + writer.finalize(), salt


# DES is as weak as MD5; arrays exist that offer nothing better, and their owners chose it.
def _cipher(
    cipher: str, key: bytes, salt: bytes, boots: int, time: int
) -> Cipher[CFB] | Cipher[CBC]:
    if cipher.startswith("AES"):
        start = boots.to_bytes(4, "big") + time.to_bytes(4, "big") + salt
        return Cipher(AES(key), CFB(start))
    size = _DES_KEY if cipher == "DES" else _3DES_KEY
    start = bytes(a ^ b for a, b in zip(salt, key[size : size + _BLOCK], strict=True))
    return Cipher(TripleDES(key[:size] * (3 if cipher == "DES" else 1)), CBC(start))
