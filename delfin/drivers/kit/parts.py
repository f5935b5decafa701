"""How a file that is no text is taken apart, so that its texts can be read and replaced in recordings.

A driver that reads such files has a static method `file_parts(content)`: the parts in their order, or
ValueError for a file that it does not know.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_LENGTH = 4


@dataclass(frozen=True)
class Numbers:
    """Bytes that hold no text."""

    raw: bytes


@dataclass(frozen=True)
class Filled:
    """A text in a field of fixed length, with zeros behind it."""

    field: bytes


@dataclass(frozen=True)
class Counted:
    """A text behind its length, which is told in four bytes, little end first, with 'more' added.

    'names' are those words in it that people gave to things.
    """

    text: bytes
    more: int = 0
    names: tuple[str, ...] = ()


Part = Numbers | Filled | Counted


def joined(parts: Iterable[Part]) -> bytes:
    """The whole file again."""
    return b"".join(map(_bytes, parts))


def _bytes(part: Part) -> bytes:
    match part:
        case Numbers(raw):
            return raw
        case Filled(field):
            return field
        case Counted(text, more, _):
            return (len(text) + more).to_bytes(_LENGTH, "little") + text
