"""The eight digits by which OpenSSL finds a certificate in a directory, for `ssl_utils`.

OpenSSL documents the number with `openssl x509 -subject_hash`: the first four bytes, little end
first, of the SHA-1 of the subject, with its texts in lower case and their white space collapsed.
"""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Iterator

from cryptography import x509

_SET = 0x31
_SEQUENCE = 0x30
_UTF8_STRING = 0x0C
# The character sets of the ASN.1 string types that are compared by meaning, not by bytes.
_TEXT = {
    0x0C: "utf-8",  # UTF8String
    0x13: "ascii",  # PrintableString
    0x14: "latin-1",  # T61String, read the way OpenSSL reads it
    0x16: "ascii",  # IA5String
    0x1A: "ascii",  # VisibleString
    0x1C: "utf-32-be",  # UniversalString
    0x1E: "utf-16-be",  # BMPString
}
# Beyond ASCII there is neither case nor white space.
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_WORD = re.compile(r"[^ \t\n\v\f\r]+")


def subject_hash(name: x509.Name) -> str:
    ((_, subject),) = _elements(name.public_bytes())
    digest = hashlib.sha1(
        b"".join(_canonical_rdn(rdn) for _, rdn in _elements(subject)), usedforsecurity=False
    ).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}"


def _canonical_rdn(rdn: bytes) -> bytes:
    return _element(_SET, b"".join(sorted(_canonical_pair(p) for _, p in _elements(rdn))))


def _canonical_pair(pair: bytes) -> bytes:
    (oid_tag, oid), (tag, value) = _elements(pair)
    if tag in _TEXT:
        words = _WORD.findall(value.decode(_TEXT[tag]).translate(_LOWER))
        tag, value = _UTF8_STRING, " ".join(words).encode()
    return _element(_SEQUENCE, _element(oid_tag, oid) + _element(tag, value))


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element in a run of them."""
    while der:
        tag, length, start = der[0], der[1], 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(der[2:start])
        yield tag, der[start : start + length]
        der = der[start + length :]


def _element(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(size)]) + size + content
