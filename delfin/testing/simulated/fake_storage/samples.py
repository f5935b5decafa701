"""Counters over time of a fake array's parts: the same for the same part and minute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import NoneType
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


@dataclass(frozen=True)
class Measuring:
    """How the arrays measure; may be ordered.

    'skew_ms' is what their clock is ahead of ours, 'kept_ms' for how long they keep what they have
    measured (None: 24 hours are answered of any time), and 'negative' makes the reads of one part
    a negative number, as a counter that has run over does.
    """

    skew_ms: int = 0
    kept_ms: int | None = None
    negative: bool = False

    def but(self, wish: Mapping[str, Any]) -> Measuring:
        """With what is ordered; raises ValueError naming the member that is wrong."""
        for name, value in wish.items():
            if type(value) not in _MEMBERS.get(name, ()):
                raise ValueError(f"{name}: not a member, or not of its type")
        return replace(self, **wish)

    def minutes(self, begin_ms: int, end_ms: int, now_ms: int) -> range:
        """The whole minutes in the closed interval of which there is data by now, in ms."""
        end_ms = min(end_ms, now_ms)
        kept = end_ms - LONGEST_MS if self.kept_ms is None else now_ms - self.kept_ms
        begin_ms = max(begin_ms, kept, end_ms - LONGEST_MS)
        return range(-(-begin_ms // STEP_MS) * STEP_MS, end_ms + 1, STEP_MS)


_MEMBERS: Mapping[str, tuple[type, ...]] = {
    "skew_ms": (int,),
    "kept_ms": (int, NoneType),
    "negative": (bool,),
}


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
