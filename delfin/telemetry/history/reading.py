"""Reads the short history: what a chart shows of one resource."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from delfin.db.metric_history import (
    MetricBlock,
    MetricHour,
    MetricName,
    MetricResource,
    find_history,
    table_of,
)
from delfin.telemetry.history.packed import (
    BLOCK,
    HOUR,
    Sum,
    sums_of,
    together,
    unpack,
    unpack_hour,
)


@dataclass(frozen=True)
class Asked:
    """What a chart is to show; times in epoch milliseconds, the end excluded.

    Attributes:
        resource_type: Sort of the resource.
        resource_id: The array's id of it.
        metrics: Names of metrics.
        start: From when on.
        end: Until when.
        step: Milliseconds of one point; 0 for the samples as they are.
    """

    resource_type: str
    resource_id: str
    metrics: tuple[str, ...]
    start: int
    end: int
    step: int


class Resource(NamedTuple):
    """A part of a storage, as the history knows it."""

    id: int
    resource_type: str
    resource_id: str
    resource_name: str


@dataclass
class Line:
    """One metric of one resource: pairs of a time and what the samples of its step come to."""

    resource: Resource
    metric: str
    unit: str
    points: list[tuple[int, Sum]]


def chart(session: Session, storage_id: str, asked: Asked) -> list[Line]:
    """A line for each metric that there is anything of."""
    history = find_history(session, storage_id)
    if history is None:
        return []
    found = resources(session, history.id, asked.resource_type, asked.resource_id)
    if not found:
        return []
    resource = found[0]
    names = metric_names(session, asked.metrics)
    read = _of_hours if asked.step >= HOUR else _of_samples
    points = read(session, history.id, resource.id, asked, names)
    lines = [
        Line(resource, *names[metric], _stepped(taken, asked.step) if asked.step else taken)
        for metric, taken in points.items()
    ]
    return sorted(lines, key=lambda line: asked.metrics.index(line.metric))


def resources(
    session: Session, history_id: int, resource_type: str, resource_id: str | None = None
) -> list[Resource]:
    """Those of a type, or the one with that id."""
    columns = table_of(MetricResource).c
    wanted = select(
        columns.id, columns.resource_type, columns.resource_id, columns.resource_name
    ).where(columns.history_id == history_id, columns.resource_type == resource_type)
    if resource_id is not None:
        wanted = wanted.where(columns.resource_id == resource_id)
    return [Resource(*row) for row in session.execute(wanted)]


def metric_names(session: Session, names: Sequence[str]) -> dict[int, tuple[str, str]]:
    """Name and unit by id, of the metrics that are so called."""
    rows = session.execute(
        select(MetricName.id, MetricName.name, MetricName.unit).where(MetricName.name.in_(names))
    )
    return {number: (name, unit) for number, name, unit in rows}


def _of_samples(
    session: Session, history_id: int, resource: int, asked: Asked, wanted: Collection[int]
) -> dict[int, list[tuple[int, Sum]]]:
    columns = table_of(MetricBlock).c
    rows = session.execute(
        select(columns.start, columns.data)
        .where(
            columns.history_id == history_id,
            # The key has the time before the resource: these are as many look-ups.
            columns.start.in_(list(range(asked.start - asked.start % BLOCK, asked.end, BLOCK))),
            columns.resource == resource,
        )
        .order_by(columns.start)
    )
    found: dict[int, list[tuple[int, Sum]]] = {}
    for begin, data in rows:
        block = unpack(data)
        for metric in wanted:
            for offset, value in zip(block.times, block.column(metric) or (), strict=False):
                if asked.start <= begin + offset < asked.end and math.isfinite(value):
                    point = (begin + offset, Sum(1, value, value, value))
                    found.setdefault(metric, []).append(point)
    return found


def _of_hours(
    session: Session, history_id: int, resource: int, asked: Asked, wanted: Collection[int]
) -> dict[int, list[tuple[int, Sum]]]:
    """From the sums of the hours, and from samples where an hour is not summed up yet."""
    span = list(range(asked.start - asked.start % HOUR, asked.end, HOUR))
    hours, blocks = table_of(MetricHour).c, table_of(MetricBlock).c
    summed = session.execute(
        select(hours.start, hours.data).where(
            hours.history_id == history_id,
            hours.start.in_(span),
            hours.resource == resource,
        )
    )
    by_hour = {start: unpack_hour(data, wanted) for start, data in summed}
    missing = [hour for hour in span if hour not in by_hour]
    kept = session.execute(
        select(blocks.start, blocks.data).where(
            blocks.history_id == history_id,
            blocks.start.in_([hour + part for hour in missing for part in range(0, HOUR, BLOCK)]),
            blocks.resource == resource,
        )
    )
    of_hour: dict[int, list[bytes]] = {}
    for start, data in kept:
        of_hour.setdefault(start - start % HOUR, []).append(data)
    for hour, packed in of_hour.items():
        by_hour[hour] = sums_of([unpack(data) for data in packed])
    found: dict[int, list[tuple[int, Sum]]] = {}
    for hour in sorted(by_hour):
        for metric, one in by_hour[hour].items():
            if metric in wanted:
                found.setdefault(metric, []).append((hour, one))
    return found


def _stepped(points: Sequence[tuple[int, Sum]], step: int) -> list[tuple[int, Sum]]:
    found: dict[int, list[Sum]] = {}
    for time, one in points:
        found.setdefault(time - time % step, []).append(one)
    return [(time, together(sums)) for time, sums in found.items()]
