"""What a recording is told of an OceanStor's performance file."""

from __future__ import annotations

import struct

import pytest

from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.drivers.kit.parts import Counted, Filled, Numbers, Part, joined
from delfin.testing.recording import files

MEASURED = struct.pack("<4i", 7, -1, 8, 9)


def block(names: str, width: int = 2) -> bytes:
    text = (
        f'{{"StartTime": "0", "EndTime": "120", "Archive": "60", "Map": {{{names}}}}}\0'
    ).encode()
    return bytes(4) + (len(text) + 8).to_bytes(4, "little") + text + MEASURED[: width * 8]


def of(kind: int, *names: str) -> str:
    told = ", ".join(f'"{name}"' for name in names)
    ids = ", ".join(f'"{n}"' for n in range(len(names)))
    return f'"{kind}": {{"IDs": [{ids}], "Names": [{told}], "DataTypes": [22]}}'


def head(check_sum: bytes) -> bytes:
    return struct.pack(
        "<32si256s41si", check_sum, 1, b"2102350BVB10H8000012", b"OceanStor.Paris", 4
    )


def parts(content: bytes) -> list[Part]:
    return list(OceanStorDriver.file_parts(content))


@pytest.mark.parametrize("end", [b"", bytes(40)])
@pytest.mark.parametrize("check_sum", [bytes([200, 1]) * 16, b"0a" * 16])
def test_the_parts_make_the_whole_and_each_text_is_one(check_sum: bytes, end: bytes) -> None:
    content = head(check_sum) + block(of(11, "payroll", "")) + block(of(207, "0A"), 1) + end
    found = parts(content)
    assert joined(found) == content
    texts = [one for one in found if not isinstance(one, Numbers)]
    told = b"\n".join(one.field if isinstance(one, Filled) else one.text for one in texts)
    for word in (b"2102350BVB10H8000012", b"OceanStor.Paris", b"payroll", b"0A"):
        assert word in told
    assert files.written(content, OceanStorDriver.file_parts, set()).keys() == {"parts"}


def test_names_that_people_give_are_told_as_such_and_those_of_hardware_are_not() -> None:
    named = block(", ".join([of(11, "payroll"), of(10, "DAE000.1")]))
    (text,) = [one for one in parts(head(b"") + named) if isinstance(one, Counted)]
    assert text.names == ("payroll",)


@pytest.mark.parametrize("content", [b"", bytes(400), head(b"") + block(of(11, "a", "b", "c"))])
def test_another_file_is_not_written_down(content: bytes) -> None:
    with pytest.raises(files.RefusedError):
        files.written(content + b"\xff", OceanStorDriver.file_parts, set())
