"""The short history over REST: charts, and which resources have the most of a metric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oslo_config import cfg

from delfin import exception
from delfin.api.exchange import Answer, Request
from delfin.api.listable import whole_number
from delfin.api.parts import ApiParts
from delfin.db import storages
from delfin.telemetry.history import ranking, reading
from delfin.telemetry.history.packed import BLOCK, HOUR, Sum
from delfin.telemetry.history.reading import Asked, Line
from delfin.telemetry.history.sink import AHEAD
from delfin.utils import utcnow_ms

PARAMETERS = (
    ("resource", "Sort of resource, as in capabilities: storage, storagePool, volume and so on"),
    ("id", "The array's own id of the resource; not with top"),
    ("metric", "Name of a metric, as in capabilities; several with commas, one with top"),
    ("start", "From then on, epoch milliseconds; a day before the end unless said"),
    ("end", "Until then, epoch milliseconds; now unless said"),
    ("step", "Seconds of one point; the finest that is kept of the whole range unless said"),
    (
        "top",
        "So many resources with the highest values: as last measured, or the mean from 'start' on",
    ),
)
# Points of one line, and resources of a ranking.
_MOST_POINTS = 10_000
_MOST_TOP = 1000
_MOST_METRICS = 32
_MOMENT_LIMIT = 10**14
_DAY = 24 * HOUR


def metrics(parts: ApiParts, request: Request) -> Answer:
    """Lines of one resource, or the first of a ranking."""
    query, storage_id = request.query, request.ids["storage_id"]
    with parts.database.reader() as session:
        storages.get(session, storage_id)
    kind = _needed(query, "resource")
    names = tuple(dict.fromkeys(_needed(query, "metric").split(",")))
    if len(names) > _MOST_METRICS:
        raise exception.InvalidInput(f"metric: at most {_MOST_METRICS} at a time")
    lines, step = (_top if "top" in query else _chart)(parts, query, storage_id, kind, names)
    return Answer({"metrics": [_shown(line, step) for line in lines]})


def _chart(
    parts: ApiParts, query: Mapping[str, str], storage_id: str, kind: str, names: tuple[str, ...]
) -> tuple[list[Line], int]:
    start, end = _range(parts.conf, query)
    step = _step(parts.conf, query, start, end)
    asked = Asked(kind, _needed(query, "id"), names, start, end, step)
    with parts.database.reader() as session:
        return reading.chart(session, storage_id, asked), step


def _top(
    parts: ApiParts, query: Mapping[str, str], storage_id: str, kind: str, names: tuple[str, ...]
) -> tuple[list[Line], int]:
    top = whole_number(query, "top", 0, _MOST_TOP)
    if len(names) > 1:
        raise exception.InvalidInput("metric: exactly one with top")
    for name in ("id", "step"):
        if name in query:
            raise exception.InvalidInput(f"{name}: not with top")
    ranged = "start" in query or "end" in query
    start, end = _range(parts.conf, query)
    with parts.database.reader() as session:
        if not ranged:
            return ranking.latest(session, storage_id, kind, names[0], top), 0
        return ranking.over(session, storage_id, kind, names[0], top, start, end), end - start


def _needed(query: Mapping[str, str], name: str) -> str:
    text = query.get(name, "").replace("\0", "\ufffd")
    if not text:
        raise exception.InvalidInput(f"{name}: is required")
    return text


def _range(conf: cfg.ConfigOpts, query: Mapping[str, str]) -> tuple[int, int]:
    """The part of what is asked for of which there can be anything; it may be empty."""
    now = utcnow_ms()
    end = whole_number(query, "end", now, _MOMENT_LIMIT)
    start = whole_number(query, "start", max(0, end - _DAY), _MOMENT_LIMIT)
    if start >= end:
        raise exception.InvalidInput("start: must be before the end")
    end = min(end, now + AHEAD)
    return min(max(start, now - conf.history.keep_hours * 1000 - _DAY), end), end


def _step(conf: cfg.ConfigOpts, query: Mapping[str, str], start: int, end: int) -> int:
    """Milliseconds; 0 for the samples as they are."""
    # The oldest block is deleted as a whole, a while after its samples are due.
    kept_since = utcnow_ms() - conf.history.keep_samples * 1000 - BLOCK
    hours_only = start < kept_since
    if "step" not in query:
        step = HOUR if hours_only else 0
    else:
        step = whole_number(query, "step", 0, _MOMENT_LIMIT) * 1000
        if not step:
            raise exception.InvalidInput("step: must be 1 or more")
        if step % HOUR and hours_only:
            raise exception.InvalidInput(
                f"step: before {kept_since} only hours are kept; ask for a multiple of 3600, or "
                "for a later start"
            )
        if step > HOUR and step % HOUR:
            raise exception.InvalidInput("step: above 3600 it must be a multiple of it")
    if step and (end - start) // step > _MOST_POINTS:
        raise exception.InvalidInput(
            f"step: more than {_MOST_POINTS} points; ask for longer steps, or for less time"
        )
    return step


def _shown(line: Line, step: int) -> dict[str, Any]:
    return {
        "resource_type": line.resource.resource_type,
        "resource_id": line.resource.resource_id,
        "resource_name": line.resource.resource_name,
        "metric": line.metric,
        "unit": line.unit,
        "step": step // 1000 or None,
        "points": [{"time": time or None, **_figures(one)} for time, one in line.points],
    }


def _figures(one: Sum) -> dict[str, Any]:
    """To seven digits, which is what is kept."""
    figures = (("value", one.mean), ("min", one.least), ("max", one.most))
    return {**{name: float(f"{value:.7g}") for name, value in figures}, "count": one.size}
