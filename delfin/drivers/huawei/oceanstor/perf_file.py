"""What is in an OceanStor's performance file, `PerfData_<model>_SN_<serial>_SP<n>_<m>_<time>.tgz`.

One file holds what one controller measured for a while: 15 moments, as far as was seen. In the
archive is one file: a head of 337 bytes, then blocks. A block is four bytes, its length with these
eight, a JSON text, and the values: for each moment, type, thing and indicator four bytes, little
end first. Read so by two programs of Huawei: the vRealize adapter for V3 and V5 that it gave to
OpenSDS (nbp, PerfStatHisFileProxy), and Parse_Perf_Files.py, which KenGuru66/monitoring_VM_Grafana
publishes with its notes on files of a Dorado 6000 V6. What the 32 bytes at the beginning are made by
is told nowhere.
"""

from __future__ import annotations

import io
import json
import sys
import tarfile
import zlib
from array import array
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from delfin import exception
from delfin.drivers.huawei.oceanstor.indicators import Sample

# Of an unpacked file, and of the JSON text of a block: more is a mistake or an attack.
LARGEST = 512 * 1024 * 1024
_LONGEST_TEXT = 32 * 1024 * 1024
# Bytes of the head, of what is before a block's text, and of a value.
HEAD, BLOCK, VALUE = 337, 8, 4
_MAP = 0


@dataclass(frozen=True)
class Kind:
    """A type of things in a block: their ids, what of each was measured, and where it begins."""

    ids: tuple[str, ...]
    indicators: tuple[str, ...]
    first: int


_NOTHING = Kind((), (), 0)


@dataclass(frozen=True)
class Block:
    """Moments of one controller: seconds of the epoch from 'start' up to, and without, 'end'.

    A step that is not over at 'end' has no values.
    """

    start: int
    end: int
    step: int
    kinds: Mapping[int, Kind]
    width: int
    values: array[int]

    @property
    def moments(self) -> range:
        """When it was measured; the programs that read such files count whole steps only."""
        count = (self.end - self.start) // self.step
        return range(self.start, self.start + count * self.step, self.step)

    def samples(self, kind: int, wanted: Collection[str]) -> Iterator[tuple[str, Sample]]:
        """Id and sample of each thing at each moment; what is below zero was not measured.

        A sample has its 'time' in milliseconds and values by the number of the indicator.
        """
        found = self.kinds.get(kind, _NOTHING)
        places = [(n, name) for n, name in enumerate(found.indicators) if name in wanted]
        if not places or not found.ids:
            return
        stride = len(found.indicators)
        for moment, at in enumerate(self.moments):
            place = moment * self.width + found.first
            for identity in found.ids:
                read = ((name, self.values[place + n]) for n, name in places)
                yield identity, {"time": at * 1000, **{n: v for n, v in read if v >= 0}}
                place += stride


def blocks(packed: bytes) -> Iterator[Block]:
    """The blocks of a file as it lies on the array; raises InvalidResults for one that is none."""
    return unpacked_blocks(_unpacked(packed))


def unpacked_blocks(unpacked: bytes) -> Iterator[Block]:
    """The blocks of the file in the archive; raises InvalidResults for one that is none."""
    content = memoryview(unpacked)
    if len(content) < HEAD or whole(content[HEAD - 4 : HEAD]) != VALUE:
        raise exception.InvalidResults("a performance file without a head that is known")
    at = HEAD
    # Both programs take zeros for the end, too.
    while any(content[at:]):
        length = whole(content[at + 4 : at + BLOCK])
        if whole(content[at : at + 4]) != _MAP or length <= BLOCK:
            raise exception.InvalidResults(f"{len(content) - at} bytes that are no block")
        text = content[at + BLOCK : at + length]
        if length > _LONGEST_TEXT or len(text) < length - BLOCK:
            raise exception.InvalidResults("a performance file that is cut off")
        try:
            told = json.loads(bytes(text).decode(errors="replace").strip("\0 "), strict=False)
            block = _block(told, content[at + length :])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            what = f"a performance file of another form: {error}"
            raise exception.InvalidResults(what) from error
        yield block
        at += length + len(block.values) * VALUE


def whole(part: bytes | memoryview) -> int:
    """A number of the file."""
    return int.from_bytes(part, "little", signed=True)


def _unpacked(packed: bytes) -> bytes:
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
            member = archive.next()
            file = archive.extractfile(member) if member is not None else None
            if member is None or file is None or member.size > LARGEST:
                raise exception.InvalidResults("a performance file that is empty, or too large")
            return file.read(LARGEST)
    except (tarfile.TarError, zlib.error, OSError, EOFError) as error:
        what = f"a performance file that cannot be unpacked: {error}"
        raise exception.InvalidResults(what) from error


def _block(told: Mapping[str, Any], rest: memoryview) -> Block:
    """Raises what a wrong text makes Python raise."""
    start, end, step = (int(told[name]) for name in ("StartTime", "EndTime", "Archive"))
    if step <= 0 or end < start:
        raise ValueError(f"{start} to {end} by {step}")
    kinds: dict[int, Kind] = {}
    width = 0
    # Values stand in the order of the text.
    for number, listed in told["Map"].items():
        ids = tuple(str(one) for one in listed["IDs"])
        indicators = tuple(str(one) for one in listed["DataTypes"])
        kinds[int(number)] = Kind(ids, indicators, width)
        width += len(ids) * len(indicators)
    values = array("i")
    block = Block(start, end, step, kinds, width, values)
    count = len(block.moments) * width
    if count * VALUE > len(rest):
        raise ValueError(f"{len(rest)} bytes for {count} values")
    values.frombytes(rest[: count * VALUE])
    if sys.byteorder == "big":
        values.byteswap()
    return block
