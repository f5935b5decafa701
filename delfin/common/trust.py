"""Which certificate of an array counts: what `verify` says beyond a path, and how prints are written."""

from __future__ import annotations

import hashlib
import re
from typing import Self

_PREFIX = re.compile(r"^sha-?256(?: fingerprint)?[:=]", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9A-F]{64}")


class Trust(str):
    """The `verify` value of a driver: the path of a CA file or folder, which is all some drivers read.

    The adapters of `delfin.ssl_utils` read the rest too. With a fingerprint exactly that
    certificate counts, whatever its name and its dates; the file then holds it.
    """

    __slots__ = ("check_hostname", "fingerprint")

    check_hostname: bool
    fingerprint: str | None

    def __new__(
        cls, path: str, *, check_hostname: bool = False, fingerprint: str | None = None
    ) -> Self:
        made = super().__new__(cls, path)
        made.check_hostname = check_hostname
        made.fingerprint = fingerprint
        return made


def fingerprint_of(certificate: bytes) -> str:
    """SHA-256 of a certificate in DER, in the form of `openssl x509 -fingerprint -sha256`."""
    return _with_colons(hashlib.sha256(certificate).hexdigest().upper())


def written_fingerprint(text: str) -> str | None:
    """The same form for what people write: any case, with or without colons; None if it is none."""
    digits = _PREFIX.sub("", text.strip()).replace(":", "").replace(" ", "").upper()
    return _with_colons(digits) if _DIGITS.fullmatch(digits) else None


def _with_colons(digits: str) -> str:
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))
