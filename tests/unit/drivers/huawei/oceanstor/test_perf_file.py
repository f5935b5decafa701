"""What is in an OceanStor's performance file."""

from __future__ import annotations

import io
import struct
import tarfile
from collections.abc import Iterator

import pytest

from delfin import exception
from delfin.drivers.huawei.oceanstor import perf_file
from delfin.testing.simulated.oceanstor import OceanStor, performance_files, samples
from tests.unit.drivers.huawei.oceanstor.kept_files import (
    SMALL,
)


@pytest.fixture
def array(clock: list[int]) -> Iterator[OceanStor]:
    with OceanStor(sizes=SMALL, clock_ms=lambda: clock[0], has_files=True) as array:
        yield array


@pytest.fixture
def packed(array: OceanStor) -> bytes:
    """The newest file of the first controller."""
    files = array.controllers[0].files()
    return files[max(files)].content()


def test_a_file_is_read_as_it_was_written(array: OceanStor, packed: bytes) -> None:
    (block,) = perf_file.blocks(packed)
    assert (block.step, (block.end - block.start) // block.step) == (60, 15)
    assert block.kinds.keys() == set(performance_files.KINDS)
    disk = array.array.one("disk", 0)["ID"]
    found = [sample for identity, sample in block.samples(10, {"22", "4711"}) if identity == disk]
    wanted = samples.sample(array.array.state, 10, disk, [22], block.start)["indicator_values"]
    assert found[0] == {"time": block.start * 1000, "22": wanted[0]}
    assert len(found) == 15
    assert list(block.samples(40, {"22"})) == []


def pack(content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("PerfData.dat")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


HEAD = bytes(333) + (4).to_bytes(4, "little")
MOMENTS = '"StartTime": "0", "EndTime": "120", "Archive": "60"'
LATER = '"StartTime": "120", "EndTime": "310", "Archive": "60"'
ONE = '"Map": {"11": {"IDs": ["1"], "Names": ["a"], "DataTypes": [22]}}'


def block(text: str, *values: int) -> bytes:
    told = text.encode()
    length = (len(told) + 8).to_bytes(4, "little")
    return bytes(4) + length + told + struct.pack(f"<{len(values)}i", *values)


def with_block(text: str, values: bytes = b"", width: int = 4) -> bytes:
    return pack(HEAD[:-4] + width.to_bytes(4, "little") + block(text) + values)


@pytest.mark.parametrize("end", [b"", bytes(3), bytes(40)])
def test_blocks_follow_each_other_and_what_is_below_zero_was_not_measured(end: bytes) -> None:
    """A step that is not over when a block ends has no values."""
    first = block(f"{{{MOMENTS}, {ONE}}}", 7, -1)
    second = block(f"{{{LATER}, {ONE}}}", 8, 9, 10)
    found = list(perf_file.blocks(pack(HEAD + first + second + end)))
    assert [sample for one in found for sample in one.samples(11, {"22"})] == [
        ("1", {"time": 0, "22": 7}),
        ("1", {"time": 60_000}),
        ("1", {"time": 120_000, "22": 8}),
        ("1", {"time": 180_000, "22": 9}),
        ("1", {"time": 240_000, "22": 10}),
    ]
    assert [one.moments[-1] for one in found] == [60, 240]


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (b"", "unpacked"),
        (pack(bytes(30)), "head"),
        (pack(b""), "head"),
        (with_block(f"{{{MOMENTS}, {ONE}}}", bytes(8), width=8), "head"),
        (with_block("no JSON"), "another form"),
        (with_block("[]"), "another form"),
        (with_block(f"{{{MOMENTS}}}"), "Map"),
        (with_block(f"{{{MOMENTS}, {ONE}}}", bytes(7)), "7 bytes for 2 values"),
        (with_block(f"{{{MOMENTS.replace('60', '0')}, {ONE}}}"), "by 0"),
        (pack(HEAD + bytes(4) + b"\xff\0\0\0{}"), "cut off"),
        (pack(HEAD + bytes(4) + b"\7\0\0\0"), "8 bytes that are no block"),
        (with_block(f"{{{MOMENTS}, {ONE}}}", b"\1\0\0\0" * 3), "4 bytes that are no block"),
    ],
)
def test_a_file_that_is_none_is_told(wrong: bytes, text: str) -> None:
    with pytest.raises(exception.InvalidResults, match=text):
        list(perf_file.blocks(wrong))


def test_a_file_that_is_cut_off_is_told(packed: bytes) -> None:
    with pytest.raises(exception.InvalidResults, match="unpacked"):
        list(perf_file.blocks(packed[: len(packed) // 2]))
