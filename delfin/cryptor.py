"""Cipher text between the framework and a driver: passwords it is given, tokens it keeps.

What `encode` returns is read only inside the process, or in children forked from it, which
inherit the key. Secrets at rest are the business of `delfin.common.keyring`.
"""

from __future__ import annotations

import base64
import binascii
import os
from abc import ABC, abstractmethod

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# A colon is legal in an HTTP header and never occurs in Base64, so both forms can be told apart.
_PREFIX = "gcm:"
_NONCE_BYTES = 12


class ICryptor(ABC):
    """What a way of hiding secrets offers."""

    @staticmethod
    @abstractmethod
    def encode(plain_text: str) -> str: ...

    @staticmethod
    @abstractmethod
    def decode(cipher_text: str | bytes) -> str:
        """Raises `binascii.Error` when the text was not made by `encode`."""


class _ProcessCryptor(ICryptor):
    """AES-GCM under a key that ends with the process."""

    _cipher = AESGCM(AESGCM.generate_key(bit_length=256))

    @staticmethod
    def encode(plain_text: str) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = _ProcessCryptor._cipher.encrypt(nonce, plain_text.encode(), None)
        return _PREFIX + base64.b64encode(nonce + sealed).decode()

    @staticmethod
    def decode(cipher_text: str | bytes) -> str:
        text = cipher_text.decode("latin-1") if isinstance(cipher_text, bytes) else cipher_text
        if not isinstance(text, str):
            raise TypeError(f"cipher text must be str or bytes, not {type(text).__name__}")
        # Plain Base64 is what an older installation stored.
        raw = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
        try:
            if text.startswith(_PREFIX):
                nonce, sealed = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
                raw = _ProcessCryptor._cipher.decrypt(nonce, sealed, None)
            return raw.decode()
        except (InvalidTag, ValueError):
            # The causes can quote the secret.
            raise binascii.Error("not a text that this process encoded") from None


encode = _ProcessCryptor.encode
decode = _ProcessCryptor.decode
