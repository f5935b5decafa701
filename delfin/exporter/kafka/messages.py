"""What messages say, as JSON; docs/guide/kafka.md has their fields. Each stays below a limit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from delfin.exporter.base_exporter import RejectedError
from delfin.telemetry.samples import Batch, Series, Source

VERSION = 1
# The key of what is about delfin itself.
ITSELF = "delfin"
# What a record costs besides its value: the key, and the frame round both.
_FRAME = 200


def performance(batch: Batch, limit: int) -> Iterator[bytes]:
    """The samples of a batch in as few messages as the limit of bytes allows.

    Raises:
        RejectedError: One series does not fit, not even with one sample.
    """
    head = _head(batch.source, refill=batch.refill)
    room = limit - len(head) - _FRAME
    waiting: list[bytes] = []
    size = 0
    for series, times, values in _by_series(batch):
        for part in _parts(series, times, values, room):
            if waiting and size + len(part) + 1 > room:
                yield _closed(head, waiting)
                waiting, size = [], 0
            waiting.append(part)
            size += len(part) + 1
    if waiting:
        yield _closed(head, waiting)


def event(kind: str, content: Mapping[str, Any]) -> bytes:
    """A message of one 'alert' or one 'resource', which stands under its own name."""
    return orjson.dumps({"type": kind, "version": VERSION, kind: content})


def _head(source: Source, *, refill: bool) -> bytes:
    told = {
        "type": "performance",
        "version": VERSION,
        "storage_id": source.storage_id,
        "storage_name": source.storage_name,
        "vendor": source.vendor,
        "model": source.model,
        "serial_number": source.serial_number,
        "labels": dict(source.labels),
        "refill": refill,
    }
    return orjson.dumps(told)[:-1] + b',"series":['


def _closed(head: bytes, parts: Sequence[bytes]) -> bytes:
    return head + b",".join(parts) + b"]}"


def _by_series(batch: Batch) -> Iterator[tuple[Series, list[int], list[float]]]:
    times: list[list[int]] = [[] for _ in batch.series]
    values: list[list[float]] = [[] for _ in batch.series]
    for number, time, value in zip(batch.index, batch.times, batch.values, strict=True):
        # JSON has no word for what is no number.
        if math.isfinite(value):
            times[number].append(time)
            values[number].append(value)
    for series, of_series, taken in zip(batch.series, times, values, strict=True):
        if of_series:
            yield series, of_series, taken


def _parts(
    series: Series, times: Sequence[int], values: Sequence[float], room: int
) -> Iterator[bytes]:
    """The series as JSON, in halves of halves until each fits."""
    encoded = orjson.dumps({**series._asdict(), "times": times, "values": values})
    if len(encoded) <= room:
        yield encoded
        return
    half = len(times) // 2
    if not half:
        raise RejectedError(f"a series of {len(encoded)} bytes is above the limit of a message")
    yield from _parts(series, times[:half], values[:half], room)
    yield from _parts(series, times[half:], values[half:], room)
