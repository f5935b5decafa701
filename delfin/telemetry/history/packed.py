"""How samples of one resource are packed into a row: metrics beside each other, times below.

A block holds `times` (milliseconds from its begin) and a row of values for each. An hour has no
times and four rows: mean, least, most, and of how many samples. ADR 0029 has the format.
"""

from __future__ import annotations

import math
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

BLOCK = 15 * 60_000
HOUR = 60 * 60_000

_VERSION = 1
_HEAD = Struct("<BHH")
_NAN = math.nan
_SWAP = sys.byteorder == "big"
# Better than 1 costs three times as much and saves a few hundredths.
_LEVEL = 1
_HOUR_ROWS = 4

# Of one metric: times in epoch milliseconds, which grow, and their values.
Column = tuple[Sequence[int], Sequence[float]]


@dataclass(slots=True)
class Packed:
    """What one row of the database holds; 'rows' has the values of all metrics, time by time."""

    metrics: tuple[int, ...]
    times: array[int]
    rows: array[float]

    def column(self, metric: int) -> array[float] | None:
        """The values of one metric, NaN where there is none; None when it has not the metric."""
        if metric not in self.metrics:
            return None
        return self.rows[self.metrics.index(metric) :: len(self.metrics)]


class Sum(NamedTuple):
    """What some samples of a metric come to."""

    size: int
    mean: float
    least: float
    most: float


def pack(content: Packed) -> bytes:
    """The bytes that 'unpack' reads."""
    metrics, times, rows = array("H", content.metrics), content.times, content.rows
    if _SWAP:
        metrics, times, rows = metrics[:], times[:], rows[:]
        for column in (metrics, times, rows):
            column.byteswap()
    head = _HEAD.pack(_VERSION, len(metrics), len(times))
    body = b"".join((head, metrics.tobytes(), times.tobytes(), rows.tobytes()))
    return zlib.compress(body, _LEVEL)


def unpack(data: bytes) -> Packed:
    """Raises ValueError for a format that a later release has written."""
    body = zlib.decompress(data)
    version, wide, long = _HEAD.unpack_from(body)
    if version != _VERSION:
        raise ValueError(f"packed samples have version {version}, known is {_VERSION}")
    metrics, times, rows = array("H"), array("I"), array("f")
    times_at = _HEAD.size + 2 * wide
    rows_at = times_at + 4 * long
    metrics.frombytes(body[_HEAD.size : times_at])
    times.frombytes(body[times_at:rows_at])
    rows.frombytes(body[rows_at:])
    if _SWAP:
        for column in (metrics, times, rows):
            column.byteswap()
    return Packed(tuple(metrics), times, rows)


def blocks_of(columns: Mapping[int, Column]) -> Iterator[tuple[int, Packed]]:
    """The columns of one resource, by metric, as pairs of a block's begin and its content."""
    metrics = tuple(sorted(columns))
    first = columns[metrics[0]][0]
    if all(columns[metric][0] == first for metric in metrics[1:]):
        values = [columns[metric][1] for metric in metrics]
        place = 0
        while place < len(first):
            start = first[place] - first[place] % BLOCK
            end = bisect_left(first, start + BLOCK, place)
            times = array("I", [time - start for time in first[place:end]])
            rows = array("f", bytes(4 * len(metrics) * len(times)))
            for number, column in enumerate(values):
                rows[number :: len(metrics)] = array("f", column[place:end])
            yield start, Packed(metrics, times, rows)
            place = end
        return
    found: dict[int, dict[int, dict[int, float]]] = {}
    for metric, (times_of, values_of) in columns.items():
        for time, value in zip(times_of, values_of, strict=True):
            start = time - time % BLOCK
            found.setdefault(start, {}).setdefault(time - start, {})[metric] = value
    for start in sorted(found):
        yield start, _of_cells(found[start])


def merged(before: Packed, after: Packed) -> Packed:
    """Both together; where both have a value for the same time, the one 'after' counts."""
    if before.metrics == after.metrics:
        # Mostly the new times lie behind, or begin with those that the last window ended with.
        cut = bisect_left(before.times, after.times[0])
        again = before.times[cut:]
        if again == after.times[: len(again)] and (not again or not _has_gaps(after)):
            return Packed(
                before.metrics,
                before.times[:cut] + after.times,
                before.rows[: cut * len(before.metrics)] + after.rows,
            )
    cells = _cells(before)
    for time, values in _cells(after).items():
        cells.setdefault(time, {}).update(values)
    return _of_cells(cells)


def sums_of(blocks: Sequence[Packed]) -> dict[int, Sum]:
    """What all samples of the blocks come to, by metric."""
    found: dict[int, array[float]] = {}
    for block in blocks:
        for place, metric in enumerate(block.metrics):
            column = block.rows[place :: len(block.metrics)]
            if metric in found:
                found[metric].extend(column)
            else:
                found[metric] = column
    sums = {metric: sum_of(values) for metric, values in found.items()}
    return {metric: one for metric, one in sums.items() if one is not None}


def sum_of(values: Sequence[float]) -> Sum | None:
    """None when there is no number among them."""
    total = sum(values)
    if not math.isfinite(total):
        # Rare, and asking each value costs more than all the rest.
        values = [value for value in values if math.isfinite(value)]
        total = sum(values)
    if not values:
        return None
    return Sum(len(values), total / len(values), min(values), max(values))


def pack_hour(sums: Mapping[int, Sum]) -> bytes:
    """The row of an hour."""
    metrics = tuple(sorted(sums))
    rows = array("f")
    for row in ("mean", "least", "most", "size"):
        rows.extend(getattr(sums[metric], row) for metric in metrics)
    return pack(Packed(metrics, array("I"), rows))


def unpack_hour(data: bytes, wanted: Container[int] | None = None) -> dict[int, Sum]:
    """What 'pack_hour' was given, to seven digits; only of the metrics 'wanted', where said."""
    hour = unpack(data)
    wide = len(hour.metrics)
    mean, least, most, size = (hour.rows[i * wide : (i + 1) * wide] for i in range(_HOUR_ROWS))
    return {
        metric: Sum(int(size[i]), mean[i], least[i], most[i])
        for i, metric in enumerate(hour.metrics)
        if wanted is None or metric in wanted
    }


def together(sums: Sequence[Sum]) -> Sum:
    """What several sums of one metric come to; each mean weighs as many as it is of."""
    size = sum(one.size for one in sums)
    return Sum(
        size,
        sum(one.mean * one.size for one in sums) / size,
        min(one.least for one in sums),
        max(one.most for one in sums),
    )


def _has_gaps(content: Packed) -> bool:
    return any(value != value for value in content.rows)  # noqa: PLR0124 - NaN differs from itself


def _cells(content: Packed) -> dict[int, dict[int, float]]:
    """Values by time and metric; what is missing is left out."""
    wide = len(content.metrics)
    return {
        time: {
            metric: value
            for metric, value in zip(
                content.metrics, content.rows[place * wide : (place + 1) * wide], strict=True
            )
            if not math.isnan(value)
        }
        for place, time in enumerate(content.times)
    }


def _of_cells(cells: Mapping[int, Mapping[int, float]]) -> Packed:
    metrics = tuple(sorted({metric for values in cells.values() for metric in values}))
    times = sorted(cells)
    rows = array("f", (cells[time].get(metric, _NAN) for time in times for metric in metrics))
    return Packed(metrics, array("I", times), rows)
