"""What the field maps of the driver kit cost against dictionaries written by hand.

    python -m tests.benchmark.mapping [--rows 20000] [--write PAGE]

The records are volumes and pools of the simulated array; both sides make the same rows of them,
with the same checks left out or in as a driver author would write them.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from delfin.common import constants as c
from delfin.drivers.fake_storage import fields
from delfin.drivers.kit.mapping import RowMap
from delfin.testing.simulated.fake_storage.data import FakeArray
from delfin.testing.simulated.fake_storage.sizes import Sizes
from tests.benchmark import page

ROUNDS = 15
GOAL_RATIO = 1.5
MIB = 2**20
_HEAD = ("rows", "fields", "by hand, ms", "map, ms", "ratio")

Record = Mapping[str, Any]
Row = dict[str, Any]


def volume_by_hand(storage_id: str, volume: Record) -> Row:
    total = int(volume["size_mib"]) * MIB
    used = int(volume["used_mib"]) * MIB
    return {
        "native_volume_id": volume["id"],
        "name": volume.get("label"),
        "description": volume.get("comment"),
        "status": _VOLUME_STATES.get(volume.get("state"), c.StorageStatus.UNKNOWN),
        "type": _THIN.get(volume.get("thin")),
        "native_storage_pool_id": volume.get("pool"),
        "wwn": volume.get("wwn"),
        "total_capacity": total,
        "used_capacity": used,
        "free_capacity": total - used,
        "compressed": volume.get("compression"),
        "deduplicated": volume.get("dedup"),
        "storage_id": storage_id,
    }


def pool_by_hand(storage_id: str, pool: Record) -> Row:
    space = pool["space"]
    total = int(space["size_mib"]) * MIB
    used = int(space["used_mib"]) * MIB
    return {
        "native_storage_pool_id": pool["id"],
        "name": pool.get("label"),
        "description": pool.get("comment"),
        "status": _POOL_STATES.get(pool.get("health"), c.StoragePoolStatus.UNKNOWN),
        "storage_type": _USES.get(pool.get("use")),
        "total_capacity": total,
        "used_capacity": used,
        "free_capacity": total - used,
        "subscribed_capacity": int(space["subscribed_mib"]) * MIB,
        "storage_id": storage_id,
    }


_VOLUME_STATES: dict[Any, str] = {
    "ONLINE": c.StorageStatus.NORMAL,
    "DEGRADED": c.StorageStatus.DEGRADED,
}
_POOL_STATES: dict[Any, str] = {
    "OK": c.StoragePoolStatus.NORMAL,
    "DEGRADED": c.StoragePoolStatus.DEGRADED,
}
_THIN: dict[Any, str] = {True: c.VolumeType.THIN, False: c.VolumeType.THICK}
_USES: dict[Any, str] = {
    "BLOCK": c.StorageType.BLOCK,
    "FILE": c.StorageType.FILE,
    "MIXED": c.StorageType.UNIFIED,
}
_SIDES: Mapping[str, tuple[Callable[[str, Record], Row], RowMap]] = {
    "volumes": (volume_by_hand, fields.VOLUME),
    "pools": (pool_by_hand, fields.POOL),
}


def records(collection: str, count: int) -> list[Record]:
    """As many as asked for; the array has few pools, so these repeat."""
    sizes = Sizes.read({"volumes": str(count)})
    found = FakeArray("BENCH", sizes, 0).snapshot.page(collection, 0, count)
    return [found[number % len(found)] for number in range(count)]


def measure(collection: str, count: int) -> tuple[tuple[str, ...], float]:
    """A line of the table, and the median ratio of the rounds."""
    by_hand, row_map = _SIDES[collection]
    given = records(collection, count)
    written = [by_hand("s", record) for record in given]
    if row_map.rows("s", given) != written:
        raise AssertionError("the two sides do not make the same rows")
    hand, mapped = [], []
    for _ in range(ROUNDS):
        hand.append(_timed(lambda: [by_hand("s", record) for record in given]))
        mapped.append(_timed(lambda: row_map.rows("s", given)))
    ratios = [m / h for m, h in zip(mapped, hand, strict=True)]
    times = (f"{statistics.median(side) * 1000:.0f}" for side in (hand, mapped))
    name = f"{count:,} {collection}"
    return (name, str(len(row_map.fields)), *times, page.middle(ratios)), statistics.median(ratios)


def _timed(work: Callable[[], object]) -> float:
    gc.collect()
    # Of the processor: other work on the machine must not count.
    start = time.process_time()
    work()
    return time.process_time() - start


def verdict(ratios: Sequence[float]) -> str:
    met = max(ratios) <= GOAL_RATIO
    return (
        f"Goal: at most {GOAL_RATIO} times the cost of dictionaries written by hand. "
        f"It is {'met' if met else 'NOT met'}: the highest is {max(ratios):.2f}."
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--write", type=Path, metavar="PAGE")
    options = parser.parse_args()
    measured = [measure(collection, options.rows) for collection in _SIDES]
    table = page.table(_HEAD, (line for line, _ in measured))
    page.show("mapping", f"{table}\n\n{verdict([ratio for _, ratio in measured])}", options.write)


if __name__ == "__main__":
    main()
