"""What differs between releases of OceanStor, as data: which maps are right for which firmware."""

from __future__ import annotations

import re
from dataclasses import dataclass

from delfin.drivers.huawei.oceanstor import metrics
from delfin.drivers.huawei.oceanstor.fields import block
from delfin.drivers.kit.mapping import RowMap

_MAJOR = re.compile(r"[Vv]?(\d)")


@dataclass(frozen=True)
class Release:
    """The maps of a line of firmware; 'since' is its first major version."""

    since: int
    pool: RowMap
    volume: RowMap
    statistics: metrics.Statistics


# The last that is not later than the array's counts. PRODUCTVERSION is V300R006, V500R007,
# V600R005 or V700R001, or 6.1.6. Dorado V3 says V300 and is read as V5: its documents were not seen.
RELEASES = (
    Release(0, block.POOL, block.VOLUME, metrics.V5),
    Release(6, block.POOL_V6, block.VOLUME_V6, metrics.V6),
)


def release_of(version: str) -> Release:
    """By what the array says of itself; the newest for a version that says nothing."""
    found = _MAJOR.match(version.strip())
    if found is None:
        return RELEASES[-1]
    return next(one for one in reversed(RELEASES) if one.since <= int(found[1]))
