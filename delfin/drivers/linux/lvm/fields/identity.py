"""Ids made from names and paths, which may be longer than a column."""

from __future__ import annotations

import hashlib

LIMIT = 255


def fitting(text: str) -> str:
    """The text, or its beginning and a digest of the whole when it is too long for an id."""
    if len(text) <= LIMIT:
        return text
    digest = hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()
    return f"{text[: LIMIT - len(digest) - 1]}#{digest}"
