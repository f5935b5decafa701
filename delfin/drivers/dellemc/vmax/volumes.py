"""Asks a Unisphere for what it measured of volumes, many of them with each request.

'POST /performance/Volume/metrics' takes a range of volumes by their ids, at most 10,000 volumes and
one hour: Dell's article 000214283 on Unisphere 10.x, and PyU4V 10.1, get_volume_stats. The answers are those of Dell's gopowermax 2 (types/v100,
VolumeMetricsIterator; mock/volume_metrics.json): one row a volume, with its samples in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from delfin import exception
from delfin.drivers.dellemc.vmax.array import Array, Record
from delfin.drivers.dellemc.vmax.client import AT_ONCE
from delfin.drivers.dellemc.vmax.metrics import VOLUME

_PATH = f"/performance/{VOLUME.name}/metrics"
_LONGEST_MS = 3_600_000
# As many as Unisphere puts into a page: so no iterator has to stay there.
_MOST = 1000
# Ids have gaps, and it is not said whether the limit counts those as well.
_WIDEST = 10_000


class Span(NamedTuple):
    """Volumes by their ids, both ends included."""

    first: str
    last: str


def parts(array: Array, start: int, end: int) -> Iterator[Record]:
    """Each volume with its 'id' and the 'samples' between the two times, in epoch milliseconds.

    Raises NotImplementedError when the Unisphere knows the category for none of them.
    """
    spans = _spans(array.volume_ids())
    ask = partial(_measured, array, start, end)
    is_known = False
    # Samples are long before they are read, so not those of all volumes are kept at a time.
    for begin in range(0, len(spans), AT_ONCE):
        for found in array.unisphere.each(ask, spans[begin : begin + AT_ONCE], list).values():
            is_known = is_known or found is not None
            yield from found or []
    if spans and not is_known:
        raise NotImplementedError("the Unisphere does not measure volumes")


def _measured(array: Array, start: int, end: int, span: Span) -> list[Record] | None:
    """Of the volumes of a span; None when nothing of them is known to Unisphere."""
    samples: dict[str, list[Record]] = {}
    is_known = False
    for begin in range(start, end + 1, _LONGEST_MS):
        until = min(begin + _LONGEST_MS - 1, end)
        try:
            rows = _rows(array, span, begin, until)
        except exception.ComponentNotFound:
            continue
        is_known = True
        for row in rows:
            samples.setdefault(str(row["volumeId"]), []).extend(row["volumeResult"])
    if not is_known:
        return None
    return [{"id": name, "samples": own} for name, own in samples.items()]


def _rows(array: Array, span: Span, start: int, end: int) -> list[Record]:
    asked: dict[str, Any] = {
        # Not 'symmetrixId', as in the categories that were there before 10.0.
        "systemId": array.id,
        "volumeStartRange": span.first,
        "volumeEndRange": span.last,
        "startDate": start,
        "endDate": end,
        "dataFormat": "Average",
        "metrics": list(VOLUME.metrics),
    }
    rows = array.unisphere.iterated(_PATH, asked)
    for row in rows:
        if "volumeId" not in row or not isinstance(row.get("volumeResult"), list):
            raise exception.InvalidResults(f"{_PATH}: a row is not of a volume")
    return rows


def _spans(ids: Sequence[str]) -> list[Span]:
    """All of the ids, which are hexadecimal, in spans of at most so many and so wide."""
    try:
        numbers = {int(name, 16): name for name in ids}
    except ValueError as error:
        raise exception.InvalidResults("the id of a volume is no hexadecimal number") from error
    found: list[Span] = []
    first, count = -1, _MOST
    for number in sorted(numbers):
        if count == _MOST or number - first >= _WIDEST:
            found.append(Span(numbers[number], numbers[number]))
            first, count = number, 0
        found[-1] = found[-1]._replace(last=numbers[number])
        count += 1
    return found
