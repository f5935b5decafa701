"""What the sections of a simulated OceanStor's data share: its identity, and ids by number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from delfin.testing.simulated.fake_storage.names import Names
from delfin.testing.simulated.oceanstor.sizes import Firmware, Sizes

Item = dict[str, Any]
SECTOR = 512
GIB = 2**30 // SECTOR
NORMAL, FAULT = "1", "2"
ONLINE, OFFLINE = "27", "28"
LINK_UP, LINK_DOWN = "10", "11"


@dataclass(frozen=True)
class State:
    """Everything that the data follows from."""

    names: Names
    sizes: Sizes
    firmware: Firmware

    @property
    def file_pools(self) -> range:
        """The last pool is for file systems where pools have uses; else each is for both."""
        if not self.sizes.filesystems:
            return range(0)
        first = max(self.sizes.pools - 1, 0) if self.firmware.pools_have_uses else 0
        return range(first, self.sizes.pools)

    @property
    def lun_pools(self) -> range:
        alone = self.firmware.pools_have_uses and self.sizes.filesystems and self.sizes.pools > 1
        return range(self.sizes.pools - 1 if alone else self.sizes.pools)


def pick(numbers: range, number: int) -> int | None:
    """One of the numbers, always the same for the same thing; None when there is none."""
    return numbers[number % len(numbers)] if numbers else None


def dealt(count: int, groups: int, group: int, most: int) -> Iterator[int]:
    """The numbers of those that belong to the group: every groups-th, up to 'most'."""
    if 0 <= group < groups:
        yield from range(group, count, groups)[:most]
