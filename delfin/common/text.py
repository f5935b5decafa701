"""Text of arrays in the form that every store and every receiver takes."""

from __future__ import annotations


def storable(text: str, longest: int = 255) -> str:
    """Cut, and free of characters that cannot be stored or sent."""
    # Nearly all are as they should be.
    if len(text) <= longest and text.isascii() and "\0" not in text:
        return text
    # PostgreSQL refuses NUL, every engine refuses half of a surrogate pair.
    return text[:longest].replace("\0", "").encode("utf-8", "replace").decode()
