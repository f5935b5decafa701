"""Counters over time of a fake array's parts: the same for the same part and minute."""

from __future__ import annotations

from typing import Any

from delfin.testing.simulated.fake_storage.names import Names
from delfin.testing.simulated.fake_storage.parts import Item

STEP_MS = 60_000
LONGEST_MS = 24 * 3_600_000
# How busy a part of each kind is, against a volume.
_SCALE = {
    "system": 400,
    "pools": 100,
    "controllers": 200,
    "ports": 60,
    "disks": 10,
    "filesystems": 5,
}


def minutes(begin_ms: int, end_ms: int) -> range:
    """The whole minutes in the closed interval, in ms; at most the last 24 hours of it."""
    begin_ms = max(begin_ms, end_ms - LONGEST_MS)
    return range(-(-begin_ms // STEP_MS) * STEP_MS, end_ms + 1, STEP_MS)


def series(names: Names, collection: str, item: Item, times: range) -> dict[str, Any]:
    """One part's samples: columns of numbers, one per time.

    rd_ops and wr_ops are operations per second, rd_kib and wr_kib KiB per second, rd_us and
    wr_us microseconds per operation, rd_hit, wr_hit and cpu per cent.
    """
    samples = [_sample(names, collection, str(item.get("id", "system")), t) for t in times]
    columns = [list(column) for column in zip(*samples, strict=True)] or [[] for _ in COLUMNS]
    return {
        "id": item.get("id", item.get("serial")),
        "label": item.get("label"),
        "times_ms": list(times),
        **dict(zip(COLUMNS, columns, strict=True)),
    }


COLUMNS = ("rd_ops", "wr_ops", "rd_kib", "wr_kib", "rd_us", "wr_us", "rd_hit", "wr_hit", "cpu")


def _sample(names: Names, collection: str, part: str, time_ms: int) -> tuple[int, ...]:
    level = names.mix(part, 0) % 100 + 20
    dice = names.mix(part, time_ms // STEP_MS)
    scale = _SCALE.get(collection, 1)
    reads = (level + dice % 40) * scale
    writes = (level // 2 + dice // 40 % 30) * scale
    return (
        reads,
        writes,
        reads * (8 + dice // 1200 % 24),
        writes * (8 + dice // 1200 % 16),
        250 + dice // 28800 % 900,
        150 + dice // 28800 % 400,
        60 + dice % 35,
        80 + dice % 20,
        15 + (level + dice // 40 % 30) % 70,
    )
