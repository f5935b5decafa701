"""An OceanStor's performance file taken apart, so that recordings hold it without its owner's names.

The head, as Parse_Perf_Files.py reads it (KenGuru66/monitoring_VM_Grafana): a check sum of 32 bytes, a
version, the serial number in 256, what the array is called in 41, and a length. In the text of a block
each thing has a name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from delfin.drivers.huawei.oceanstor.perf_file import BLOCK, HEAD, VALUE, unpacked_blocks, whole
from delfin.drivers.kit.parts import Counted, Filled, Numbers, Part

_VERSION, _SERIAL, _CALLED, _LAST = 32, 36, 292, 333
# Types of things that the array names itself: disks, controllers and ports.
_HARDWARE = {"10", "207", "212", "213"}


def parts(content: bytes) -> Iterator[Part]:
    """Of the file in the archive; raises InvalidResults for one that is none."""
    check_sum = content[:_VERSION]
    # Of which kind it is, is told nowhere.
    yield Filled(check_sum) if check_sum.isalnum() else Numbers(check_sum)
    yield Numbers(content[_VERSION:_SERIAL])
    yield Filled(content[_SERIAL:_CALLED])
    yield Filled(content[_CALLED:_LAST])
    yield Numbers(content[_LAST:HEAD])
    at = HEAD
    for block in unpacked_blocks(content):
        length = whole(content[at + VALUE : at + BLOCK])
        end = at + length + len(block.values) * VALUE
        text = content[at + BLOCK : at + length]
        yield Numbers(content[at : at + VALUE])
        yield Counted(text, more=BLOCK, names=tuple(_names(text)))
        yield Numbers(content[at + length : end])
        at = end
    yield Numbers(content[at:])


def _names(text: bytes) -> Iterator[str]:
    kinds = json.loads(text.decode().strip("\0 "), strict=False)["Map"]
    for kind, listed in kinds.items():
        if kind not in _HARDWARE:
            yield from listed.get("Names", ())
