"""Batches that the stories of the history put."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from delfin.telemetry.history.packed import HOUR
from delfin.telemetry.samples import Batch, Series, Source
from delfin.utils import utcnow_ms

MINUTE = 60_000
Points = Sequence[tuple[int, float]]


def hours_ago(hours: int) -> int:
    """The begin of an hour, epoch milliseconds; 0 is the hour that runs."""
    now = utcnow_ms()
    return now - now % HOUR - hours * HOUR


def batch(
    storage_id: str,
    taken: Mapping[tuple[str, str], Points],
    kind: str = "volume",
    *,
    refill: bool = False,
) -> Batch:
    """Points by (resource id, metric)."""
    source = Source(storage_id, "array", "vendor", "model", "SN1")
    series = [Series(kind, part, f"name of {part}", metric, "IOPS") for part, metric in taken]
    made = Batch(source, series, refill=refill)
    for number, points in enumerate(taken.values()):
        for time, value in points:
            made.index.append(number)
            made.times.append(time)
            made.values.append(value)
    return made


def every_minute(start: int, values: Sequence[float]) -> list[tuple[int, float]]:
    return [(start + place * MINUTE, value) for place, value in enumerate(values)]
