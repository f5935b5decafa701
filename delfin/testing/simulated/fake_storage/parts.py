"""What the sections of a fake array's data share: its identity, its size, ids by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from delfin.testing.simulated.fake_storage.names import Names
from delfin.testing.simulated.fake_storage.sizes import Sizes
from delfin.testing.simulated.fake_storage.volumes import Volume

Item = dict[str, Any]
FIRMWARE = "7.2.1"


@dataclass(frozen=True)
class State:
    """Everything that the data follows from; a change of the array makes a new one."""

    names: Names
    sizes: Sizes
    volumes: Sequence[Volume]

    @property
    def file_pools(self) -> range:
        """Filesystems live in the last pool; it is shared with volumes when it is the only one."""
        return range(
            max(self.sizes.pools - 1, 0), self.sizes.pools if self.sizes.filesystems else 0
        )

    @property
    def block_pools(self) -> range:
        alone = self.sizes.filesystems and self.sizes.pools > 1
        return range(self.sizes.pools - 1 if alone else self.sizes.pools)


def pick(numbers: range, number: int) -> int | None:
    """One of the numbers, always the same for the same row; None when there is none."""
    return numbers[number % len(numbers)] if numbers else None


def ident(prefix: str, number: int | None, width: int = 3) -> str | None:
    """The array's id for the row with this number."""
    return None if number is None else f"{prefix}{number:0{width}d}"
