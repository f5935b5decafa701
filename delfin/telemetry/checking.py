"""Checks what drivers collected and makes batches of it, in one pass: a cycle has millions of samples."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from delfin.common.constants import Metrics, ResourceType
from delfin.common.text import storable
from delfin.telemetry.apart import Apart, Key
from delfin.telemetry.samples import Batch, Series, Source

# Of every metric there is.
UNITS: Mapping[str, str] = {
    metric.name: metric.unit
    for metric in (getattr(Metrics, name) for name in dir(Metrics) if name.isupper())
}
# Words for a type of resource that some drivers use.
_ALIASES = {"pool": ResourceType.STORAGE_POOL}

# Why samples are dropped.
MALFORMED, LABELS, FOREIGN = "malformed", "labels", "foreign"
METRIC, UNIT, NUMBER, NEGATIVE = "metric", "unit", "not_a_number", "negative"
OUTSIDE, FUTURE, BEHIND = "outside", "future", "behind"
REASONS = (
    *(MALFORMED, LABELS, FOREIGN, METRIC, UNIT),
    *(NUMBER, NEGATIVE, OUTSIDE, FUTURE, BEHIND),
)
_MOST = 50_000
# What a driver says of a series, by time.
Items = Collection[tuple[Any, Any]]
_LONGEST_ID = 255


@dataclass(frozen=True)
class Window:
    """Delivered is what lies after 'start' up to 'end'; both epoch milliseconds.

    What lies between 'oldest' and 'start', or between 'end' and 'latest', is nobody's fault: it was
    delivered before, or will be. Anything else is dropped as bad.
    """

    start: int
    end: int
    oldest: int
    latest: int


@dataclass(frozen=True)
class Expected:
    """What was asked for.

    Attributes:
        source: The array.
        resource_type: The type of resource.
        metrics: Names of metrics.
        window: The times.
        name_of: Finds the name of a resource that the driver leaves unnamed, by its native id.
        refill: It is older than what was delivered before.
        interval: Seconds between two collections.
        apart: How far those have come that are not at the start of the window; kept up to date.
            None: all are.
    """

    source: Source
    resource_type: str
    metrics: Collection[str]
    window: Window
    name_of: Callable[[str], str] = lambda _native_id: ""
    refill: bool = False
    interval: float = 0.0
    apart: Apart | None = None


@dataclass
class Counted:
    """What became of the samples of one reading; 'newest' is the newest time delivered."""

    kept: int = 0
    newest: int | None = None
    bad: Counter[str] = field(default_factory=Counter)


def clock_of(rows: Iterable[Any], latest: int) -> int | None:
    """What the array's clock shows by its samples: the median of the newest times of the series.

    A few that are wrong change nothing; of two halves it is the slower, which would be left behind
    by the other. Times after 'latest' do not count; None without any time.
    """
    found = []
    for row in rows:
        try:
            found.append(max(at for at in map(int, row[2]) if at <= latest))
        except (TypeError, ValueError, LookupError, OverflowError):
            continue
    found.sort()
    return found[(len(found) - 1) // 2] if found else None


def batches(
    rows: Iterable[Any], expected: Expected, counted: Counted, most: int = _MOST
) -> Iterator[Batch]:
    """The good samples of what a driver collected, about so many at a time.

    'rows' are `constants.metric_struct`, of which nothing is believed; 'counted' is kept up to date.
    """
    making = _Making(expected, counted)
    for row in rows:
        making.take(row)
        if len(making.times) >= most:
            yield making.made()
    if making.times:
        yield making.made()


class _Making:
    """The batch that is being made."""

    def __init__(self, expected: Expected, counted: Counted) -> None:
        self._expected = expected
        self._counted = counted
        self._storage_id = expected.source.storage_id
        self._source = _cleaned(expected.source)
        self._kind = expected.resource_type
        self._start, self._end = expected.window.start, expected.window.end
        self._apart = expected.apart
        self._before: Mapping[Key, int] = {} if expected.apart is None else expected.apart.times
        self._since = 0 if expected.apart is None else expected.apart.since
        self._units = {name: UNITS[name] for name in expected.metrics if name in UNITS}
        self._begin()

    def _begin(self) -> None:
        self._series: list[Series] = []
        self._index: array[int] = array("I")
        self.times: array[int] = array("q")
        self._values: array[float] = array("d")
        # The series by its resource and metric, and the last time of each.
        self._numbers: dict[Key, int] = {}
        self._last: list[int] = []

    def made(self) -> Batch:
        expected, counted = self._expected, self._counted
        batch = Batch(
            *(self._source, self._series, self._index, self.times, self._values),
            refill=expected.refill,
            interval=expected.interval,
        )
        counted.kept += len(batch)
        counted.newest = max(counted.newest or 0, *self._last)
        self._begin()
        return batch

    def take(self, row: Any) -> None:
        try:
            metric, labels, values = row
            resource_id = labels.get("resource_id")
            # Nearly all are as they should be, and cost no call.
            is_right = (
                labels.get("unit") == self._units.get(metric, self)
                and labels.get("storage_id") == self._storage_id
                and labels.get("resource_type") == self._kind
                and type(resource_id) is str
                and 0 < len(resource_id) <= _LONGEST_ID
                and resource_id.isascii()
                and "\0" not in resource_id
            )
            if not is_right and (wrong := self._wrong(metric, labels)) is not None:
                self._counted.bad[wrong] += len(values)
                return
            key = (resource_id if is_right else storable(str(resource_id), _LONGEST_ID), metric)
            items = values.items() if len(values) == 1 else sorted(values.items())
        except (TypeError, ValueError, KeyError, AttributeError):
            self._counted.bad[MALFORMED] += 1
            return
        number = self._numbers.get(key)
        last = self._before.get(key, self._start) if number is None else self._last[number]
        if last < self._since:
            self._await(key, items, last)
            return
        end = self._end
        times, kept = self.times, len(self.times)
        add_time, add_value = times.append, self._values.append
        for at, value in items:
            if type(value) is not float:
                value = _number(value)  # noqa: PLW2901 - the same one
            at = at if type(at) is int else _time(at)  # noqa: PLW2901 - likewise
            # Also false for what is not a number.
            if 0.0 <= value < math.inf and last < at <= end:
                add_time(at)
                add_value(value)
                last = at
            else:
                self._drop(at, value)
        if len(times) > kept:
            if number is None:
                number = self._new_series(key, labels)
            self._last[number] = last
            self._index.extend([number] * (len(times) - kept))
        if self._apart is not None:
            self._follow(self._apart, key, items, last, is_news=len(times) > kept)

    def _await(self, key: Key, items: Items, last: int) -> None:
        """It was given up, and comes again: the next reading asks for all that it has."""
        if self._apart is not None:
            self._apart.came(key, last, is_news=_newest(items, self._end) > last)

    @staticmethod
    def _follow(apart: Apart, key: Key, items: Items, last: int, *, is_news: bool) -> None:
        if apart.is_new and not is_news:
            # It is behind: it goes on from where it is now.
            newest = _newest(items, last)
            last = newest if newest > apart.oldest else last
        apart.came(key, last, is_news=is_news)

    def _wrong(self, metric: Any, labels: Any) -> str | None:
        """Why all of a series is dropped, or None."""
        kind, unit = labels.get("resource_type"), labels.get("unit")
        storage_id = labels.get("storage_id")
        if not (kind and unit and storage_id and labels.get("resource_id") not in {None, ""}):
            return LABELS
        if not storable(str(labels["resource_id"])):
            return LABELS
        if storage_id != self._storage_id or self._kind not in {kind, _ALIASES.get(kind)}:
            return FOREIGN
        known = self._units.get(metric)
        if known is None:
            return METRIC
        if unit != known and str(unit).casefold() != known.casefold():
            return UNIT
        return None

    def _new_series(self, key: Key, labels: Mapping[str, Any]) -> int:
        resource_id, metric = key
        name = labels.get("resource_name")
        self._series.append(
            Series(
                self._kind,
                resource_id,
                (storable(str(name)) if name else "") or self._expected.name_of(resource_id),
                metric,
                self._units[metric],
            )
        )
        self._last.append(0)
        number = self._numbers[key] = len(self._last) - 1
        return number

    def _drop(self, at: int, value: float) -> None:
        """Count it, unless it is only delivered at another time."""
        window, bad = self._expected.window, self._counted.bad
        if at < 0:
            bad[MALFORMED] += 1
        elif not math.isfinite(value):
            bad[NUMBER] += 1
        elif value < 0:
            bad[NEGATIVE] += 1
        elif at > window.latest:
            bad[FUTURE] += 1
        elif at < window.oldest:
            bad[OUTSIDE] += 1


def _cleaned(source: Source) -> Source:
    return Source(
        source.storage_id,
        storable(source.storage_name),
        storable(source.vendor),
        storable(source.model),
        storable(source.serial_number),
        tuple((name, storable(text)) for name, text in source.labels),
    )


def _newest(items: Items, end: int) -> int:
    """The newest time up to 'end'; negative when there is none."""
    return max((at for at in (_time(at) for at, _ in items) if at <= end), default=-1)


def _number(value: Any) -> float:
    """As a float; not a number for what is none."""
    if value is None or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _time(at: Any) -> int:
    """As a whole number, which some drivers write as text; negative for what is none."""
    try:
        return int(at)
    except (TypeError, ValueError, OverflowError):
        return -1
