"""What an exporter has to be told: the rows as they are now, against digests of those delivered."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

# 'present' is what was there already when the exporter first heard of the kind.
PRESENT, ADDED, CHANGED, REMOVED = "present", "added", "changed", "removed"
CHANGES = (PRESENT, ADDED, CHANGED, REMOVED)

# Of ids: by native id, eight bytes of a hash of what was delivered.
Digests = dict[str, int]
Row = Mapping[str, Any]

# When delfin wrote it says nothing about the resource.
_NOT_SAID = frozenset({"created_at", "updated_at"})


class Change(NamedTuple):
    """One row that differs, and its digest once it is delivered; None when it is gone."""

    native_id: str
    change: str
    resource: dict[str, Any] | None
    digest: int | None


def difference(
    delivered: Digests, rows: Iterable[tuple[str, Row]], most: int, *, first: bool
) -> tuple[list[Change], bool]:
    """At most so many changes, and whether there are more.

    Args:
        delivered: What the exporter has.
        rows: All rows there are, with their native ids.
        most: Rows are read no further than that.
        first: Nothing of the kind was ever delivered as a whole.
    """
    found: list[Change] = []
    seen: set[str] = set()
    for native_id, row in rows:
        seen.add(native_id)
        told = {name: value for name, value in row.items() if name not in _NOT_SAID}
        digest = digest_of(told)
        before = delivered.get(native_id)
        if before == digest:
            continue
        if len(found) == most:
            return found, True
        word = CHANGED if before is not None else PRESENT if first else ADDED
        found.append(Change(native_id, word, told, digest))
    gone = [native_id for native_id in delivered if native_id not in seen]
    room = most - len(found)
    found += [Change(native_id, REMOVED, None, None) for native_id in gone[:room]]
    return found, len(gone) > room


def digest_of(row: Row) -> int:
    """Equal for equal rows, in all processes."""
    said = orjson.dumps(row, option=orjson.OPT_SORT_KEYS)
    return int.from_bytes(hashlib.blake2b(said, digest_size=7).digest(), "big")


def take(delivered: Digests, change: Change) -> None:
    """The change is delivered."""
    if change.digest is None:
        delivered.pop(change.native_id, None)
    else:
        delivered[change.native_id] = change.digest


def pack(digests: Digests) -> bytes:
    return zlib.compress(orjson.dumps(digests), 1)


def unpack(data: bytes | None) -> Digests:
    """Nothing, where nothing was stored."""
    return {} if data is None else orjson.loads(zlib.decompress(data))
