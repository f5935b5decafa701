"""Reads the short history: which resources of a storage have the most of a metric."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from delfin.db.metric_history import (
    MetricBlock,
    MetricHistory,
    MetricHour,
    MetricResource,
    find_history,
    table_of,
)
from delfin.telemetry.history.packed import (
    BLOCK,
    HOUR,
    Packed,
    Sum,
    sum_of,
    together,
    unpack,
    unpack_hour,
)
from delfin.telemetry.history.reading import Line, metric_names, resources

# Of so many hours all samples are read; of more, the sums of the hours that have them.
_EXACT_HOURS = 6

Found = dict[tuple[int, int], list[Sum]]


def latest(session: Session, storage_id: str, kind: str, metric: str, top: int) -> list[Line]:
    """The most at the last time at which each was measured, of the last two blocks of time."""
    history = find_history(session, storage_id)
    if history is None:
        return []
    start = history.newest - history.newest % BLOCK - BLOCK
    ids = set(metric_names(session, [metric]))
    times: dict[tuple[int, int], int] = {}
    found: Found = {}
    for resource, begin, data in _rows(session, MetricBlock, history, kind, (start, start + BLOCK)):
        block = unpack(data)
        for number in ids.intersection(block.metrics):
            last = _last(block, number)
            key = (resource, number)
            if last is not None and begin + last[0] >= times.get(key, 0):
                times[key] = begin + last[0]
                found[key] = [Sum(1, last[1], last[1], last[1])]
    return _most(session, history, kind, metric, top, found, times)


def over(
    session: Session, storage_id: str, kind: str, metric: str, top: int, start: int, end: int
) -> list[Line]:
    """The highest mean between the two times; of hours that are summed up, whole hours count."""
    history = find_history(session, storage_id)
    if history is None:
        return []
    ids = set(metric_names(session, [metric]))
    found: Found = {}
    hours = range(start - start % HOUR, end, HOUR)
    exact = len(hours) <= _EXACT_HOURS and _has_samples_of(session, history, start)
    summed = [] if exact else _summed_up(session, history, hours)
    for resource, _, data in _rows(session, MetricHour, history, kind, summed):
        for number, one in unpack_hour(data, ids).items():
            found.setdefault((resource, number), []).append(one)
    known = set(summed)
    blocks = [b for b in range(start - start % BLOCK, end, BLOCK) if b - b % HOUR not in known]
    for resource, begin, data in _rows(session, MetricBlock, history, kind, blocks):
        block = unpack(data)
        for number in ids.intersection(block.metrics):
            part = _sum_within(block, number, start - begin, end - begin)
            if part is not None:
                found.setdefault((resource, number), []).append(part)
    return _most(session, history, kind, metric, top, found, {})


def _rows(
    session: Session,
    model: type[MetricBlock | MetricHour],
    history: MetricHistory,
    kind: str,
    starts: Sequence[int],
) -> Iterator[tuple[int, int, bytes]]:
    """(resource, begin, data) of all resources of a type."""
    if not starts:
        return
    table: Table = table_of(model)
    parts = table_of(MetricResource).c
    wanted = (
        select(table.c.resource, table.c.start, table.c.data)
        .join(table_of(MetricResource), parts.id == table.c.resource)
        .where(
            table.c.history_id == history.id,
            table.c.start.in_(list(starts)),
            parts.history_id == history.id,
            parts.resource_type == kind,
        )
        .execution_options(yield_per=1000)
    )
    yield from session.execute(wanted)


def _has_samples_of(session: Session, history: MetricHistory, start: int) -> bool:
    columns = table_of(MetricBlock).c
    mine = columns.history_id == history.id
    first = session.scalar(select(func.min(columns.start)).where(mine))
    return first is not None and first <= start


def _summed_up(session: Session, history: MetricHistory, hours: Sequence[int]) -> list[int]:
    columns = table_of(MetricHour).c
    known = session.scalars(
        select(columns.start)
        .where(columns.history_id == history.id, columns.start.in_(list(hours)))
        .distinct()
    )
    return sorted(known)


def _last(block: Packed, metric: int) -> tuple[int, float] | None:
    column = block.column(metric) or ()
    for place in range(len(column) - 1, -1, -1):
        if math.isfinite(column[place]):
            return block.times[place], column[place]
    return None


def _sum_within(block: Packed, metric: int, start: int, end: int) -> Sum | None:
    """Of the samples of the block between the two offsets."""
    values = [
        value
        for time, value in zip(block.times, block.column(metric) or (), strict=True)
        if start <= time < end
    ]
    return sum_of(values)


def _most(
    session: Session,
    history: MetricHistory,
    kind: str,
    metric: str,
    top: int,
    found: Found,
    times: dict[tuple[int, int], int],
) -> list[Line]:
    parts = {part.id: part for part in resources(session, history.id, kind)}
    units = metric_names(session, [metric])
    sums = {key: together(of_key) for key, of_key in found.items() if key[0] in parts}
    chosen = heapq.nlargest(top, sums, key=lambda key: sums[key].mean)
    return [
        Line(parts[key[0]], metric, units[key[1]][1], [(times.get(key, 0), sums[key])])
        for key in chosen
    ]
