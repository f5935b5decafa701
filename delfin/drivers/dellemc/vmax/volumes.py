"""Asks a Unisphere for what it measured of volumes, many of them with each request.

'POST /performance/Volume/metrics' takes a range of volumes by their ids, at most 10,000 volumes and
one hour: Dell's article 000214283 on Unisphere 10.x, and PyU4V 10.1, get_volume_stats. The answers are
those of Dell's gopowermax 2 (types/v100, VolumeMetricsIterator; mock/volume_metrics.json): one row a
volume, with its samples in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from delfin import exception
from delfin.drivers.dellemc.vmax.array import Array, Record
from delfin.drivers.dellemc.vmax.client import AT_ONCE, PERFORMANCE
from delfin.drivers.dellemc.vmax.metrics import INTERVAL, VOLUME
from delfin.drivers.kit.rule import required_in
from delfin.drivers.kit.times import epoch_ms

_PATH = f"{PERFORMANCE}/{VOLUME.name}/metrics"
_LONGEST_MS = 3_600_000
_LAST_MS = 1000 * INTERVAL
# As many as Unisphere puts into a page: so no iterator has to stay there.
_MOST = 1000
# Ids have gaps, and it is not said whether the limit counts those as well.
_WIDEST = 10_000


class Span(NamedTuple):
    """Volumes by their ids, both ends included."""

    first: str
    last: str


class Hour(NamedTuple):
    """Not more than that; epoch milliseconds, both ends included."""

    start: int
    end: int


# By the id of a volume.
Samples = dict[str, list[Record]]


def parts(array: Array, start: int, end: int) -> Iterator[Record]:
    """Each volume with its 'id' and the 'samples' between the two times, in epoch milliseconds.

    Raises NotImplementedError when the Unisphere knows the category for none of them, and
    ComponentNotFound for some that it does not find twice though the array lists them.
    """
    spans, hours = _spans(array.volume_ids()), _hours(start, end)
    ask = partial(_measured, array, hours)
    is_known = False
    unknown: list[Span] = []
    # Samples are long before they are read, so not those of all volumes are kept at a time.
    for begin in range(0, len(spans), AT_ONCE):
        asked = spans[begin : begin + AT_ONCE]
        # All are listed: what a span does not find even when asked again is missing.
        for span, found in array.unisphere.each(ask, asked, lambda: spans).items():
            is_known = is_known or found is not None
            unknown += [span] if found is None else []
            yield from found or []
    if unknown and not is_known:
        raise NotImplementedError("the Unisphere does not measure volumes")
    for span in unknown:
        yield from _again(array, hours, span, {})


def latest(array: Array, start: int, end: int) -> int | None:
    """When the newest sample of volumes between the two times was taken, as the first of them show.

    There is no call that tells. The first are those that the array lists first, and of these the
    first span that is measured. None when nothing is measured of them.
    """
    for span in _spans(array.volume_ids(least=_MOST)):
        # The last of them first, since those are few and mostly there.
        for hour in (Hour(max(start, end - _LAST_MS), end), Hour(start, end - _LAST_MS - 1)):
            with suppress(exception.ComponentNotFound):
                found = _rows(array, span, hour)
                samples = chain.from_iterable(row["volumeResult"] for row in found)
                times = [_time(one) for one in samples]
                if times:
                    return max(times)
    return None


def _measured(array: Array, hours: Sequence[Hour], span: Span) -> list[Record] | None:
    """Of the volumes of a span; None when nothing of them is known to Unisphere."""
    samples: Samples = {}
    unknown: list[Hour] = []
    for hour in hours:
        try:
            _add(samples, _rows(array, span, hour))
        except exception.ComponentNotFound:
            unknown.append(hour)
    if len(unknown) == len(hours):
        return None
    return _again(array, unknown, span, samples) if unknown else _records(samples)


def _again(array: Array, hours: Sequence[Hour], span: Span, samples: Samples) -> list[Record]:
    """With what is measured besides of those volumes of a span that the array still lists.

    Raises ComponentNotFound.
    """
    first, last = map(_number, span)
    for left in _spans([name for name in array.volume_ids() if first <= _number(name) <= last]):
        for hour in hours:
            _add(samples, _rows(array, left, hour))
    return _records(samples)


def _hours(start: int, end: int) -> list[Hour]:
    begins = range(start, end + 1, _LONGEST_MS)
    return [Hour(begin, min(begin + _LONGEST_MS - 1, end)) for begin in begins]


def _add(samples: Samples, rows: list[Record]) -> None:
    for row in rows:
        samples.setdefault(str(row["volumeId"]), []).extend(row["volumeResult"])


def _records(samples: Samples) -> list[Record]:
    return [{"id": name, "samples": own} for name, own in samples.items()]


def _rows(array: Array, span: Span, hour: Hour) -> list[Record]:
    asked: dict[str, Any] = {
        # Not 'symmetrixId', as in the categories that were there before 10.0.
        "systemId": array.id,
        "volumeStartRange": span.first,
        "volumeEndRange": span.last,
        "startDate": hour.start,
        "endDate": hour.end,
        "dataFormat": "Average",
        "metrics": list(VOLUME.metrics),
    }
    rows = array.unisphere.iterated(_PATH, asked)
    for row in rows:
        if "volumeId" not in row or not isinstance(row.get("volumeResult"), list):
            raise exception.InvalidResults(f"{_PATH}: a row is not of a volume")
    return rows


def _time(sample: Any) -> int:
    try:
        return epoch_ms(required_in(sample, "timestamp"))
    except (TypeError, ValueError) as error:
        raise exception.InvalidResults(f"{_PATH}: 'timestamp' is no time") from error


def _spans(ids: Sequence[str]) -> list[Span]:
    """All of the ids in spans of at most so many and so wide."""
    numbers = {_number(name): name for name in ids}
    found: list[Span] = []
    first, count = -1, _MOST
    for number in sorted(numbers):
        if count == _MOST or number - first >= _WIDEST:
            found.append(Span(numbers[number], numbers[number]))
            first, count = number, 0
        found[-1] = found[-1]._replace(last=numbers[number])
        count += 1
    return found


def _number(volume_id: str) -> int:
    try:
        return int(volume_id, 16)
    except ValueError as error:
        raise exception.InvalidResults("the id of a volume is no hexadecimal number") from error
