"""The page: a snapshot of the newest samples that reading never consumes."""

from __future__ import annotations

import threading
import time
from array import array
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, TypeVar

from delfin.exporter.performance.naming import (
    Labels,
    Named,
    Resource,
    Scheme,
    filled,
    resource_of,
)
from delfin.exporter.performance.per_series import PerSeries
from delfin.exporter.performance.prometheus.family import Family
from delfin.telemetry.samples import Batch, Series, Source

Chunks = Sequence[bytes]
N = TypeVar("N", int, float)


class _Part(NamedTuple):
    """Which samples of a batch belong to a family, and where there."""

    family: Family
    places: Sequence[int]
    numbers: Sequence[int]


class _Plan(NamedTuple):
    """Where the samples of a list of series go.

    'straight' are the bytes of the index of a batch that has one sample of each series, in order.
    """

    straight: bytes
    parts: Sequence[_Part]


class _Array:
    """What the page has of one array."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.families: dict[tuple[str, Labels], Family] = {}
        self.labels: dict[Resource, str] = {}


class Page:
    """Written by one thread, read by several."""

    def __init__(
        self,
        scheme: Scheme,
        stale_intervals: float,
        default_interval: float,
        *,
        timed: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """A series not renewed within 'stale_intervals' intervals of its batch disappears.

        'default_interval' seconds hold for batches without one; 'timed' lines carry the time of
        the sample.
        """
        self._scheme = scheme
        self._stale_intervals = stale_intervals
        self._default_interval = default_interval
        self._timed = timed
        self._clock = clock
        self._lock = threading.Lock()
        self._arrays: dict[str, _Array] = {}
        self._plans = PerSeries(self._plan)
        self._help: dict[str, str] = {}
        self._next_end = float("inf")
        self._chunks: tuple[Chunks, Chunks] | None = None

    def put(self, batch: Batch) -> None:
        """Show the newest sample of each series; a refill is older than what is shown."""
        if batch.refill or not len(batch):
            return
        lasts = self._stale_intervals * (batch.interval or self._default_interval)
        end = self._clock() + lasts
        with self._lock:
            self._settle(batch.source)
            plan = self._plans.of(batch)
            if batch.index.tobytes() == plan.straight:
                self._take_straight(batch, plan, end)
            else:
                _merge(batch, plan.parts, end)
            # The next reading finds out, for all parts of a large array at once.
            self._next_end = -float("inf")
            self._chunks = None

    def retain(self, storage_ids: Collection[str]) -> None:
        """Take off what is of any other array."""
        with self._lock:
            for gone in self._arrays.keys() - storage_ids:
                self._take_off(gone)

    def read(self, *, open_metrics: bool) -> Chunks:
        """The page in pieces; the same objects until something changes."""
        with self._lock:
            if self._clock() >= self._next_end:
                self._drop_ended()
            if self._chunks is None:
                self._chunks = self._assemble()
            return self._chunks[open_metrics]

    def _take_straight(self, batch: Batch, plan: _Plan, end: float) -> None:
        """A batch with one sample of each series: whole columns go where they can."""
        oldest, newest = min(batch.times), max(batch.times)
        late = []
        for part in plan.parts:
            family, places, numbers = part
            if places == range(len(family.labels)) and oldest >= family.newest:
                values, times = _chosen(batch.values, numbers), _chosen(batch.times, numbers)
                family.replace(values, times, newest, end)
            else:
                late.append(part)
        if late:
            _merge(batch, late, end)

    def _settle(self, source: Source) -> None:
        """An array that has other labels begins anew: its old series must not stay beside."""
        known = self._arrays.get(source.storage_id)
        if known is not None and known.source != source:
            self._take_off(source.storage_id)
        if source.storage_id not in self._arrays:
            self._arrays[source.storage_id] = _Array(source)

    def _take_off(self, storage_id: str) -> None:
        del self._arrays[storage_id]
        self._plans.forget(storage_id)
        self._chunks = None

    def _plan(self, source: Source, series: Sequence[Series]) -> _Plan:
        """Where the samples of these series go; makes the places that are missing."""
        mine = self._arrays[source.storage_id]
        parts: dict[tuple[str, Labels], tuple[Family, list[int], list[int]]] = {}
        known: dict[tuple[str, Labels], dict[str, int]] = {}
        for number, one in enumerate(series):
            named = self._scheme.metric(one)
            key = (named.name, named.labels)
            if key not in parts:
                family = self._family(mine, named)
                parts[key] = (family, [], [])
                known[key] = {labels: place for place, labels in enumerate(family.labels)}
            family, places, numbers = parts[key]
            labels = self._labels(mine, one)
            place = known[key].get(labels)
            if place is None:
                place = known[key][labels] = family.add(labels)
            places.append(place)
            numbers.append(number)
        straight = array("I", range(len(series))).tobytes()
        return _Plan(straight, [_Part(f, _even(p), _even(n)) for f, p, n in parts.values()])

    def _family(self, mine: _Array, named: Named) -> Family:
        key = (named.name, named.labels)
        family = mine.families.get(key)
        if family is None:
            self._help.setdefault(named.name, named.help)
            shared = _formatted(named.labels)
            tail = f",{shared}}} " if shared else "} "
            family = Family(named.name, tail, named.factor, timed=self._timed)
            mine.families[key] = family
        return family

    def _labels(self, mine: _Array, series: Series) -> str:
        resource = resource_of(series)
        labels = mine.labels.get(resource)
        if labels is None:
            labels = _formatted(self._scheme.resource(mine.source, resource))
            mine.labels[resource] = labels
        return labels

    def _drop_ended(self) -> None:
        now = self._clock()
        self._next_end = float("inf")
        for storage_id, mine in self._arrays.items():
            for key, family in list(mine.families.items()):
                if family.next_end <= now:
                    family.drop_ended(now)
                    # Places have changed, and names of resources may be of no use any more.
                    self._plans.forget(storage_id)
                    mine.labels.clear()
                    self._chunks = None
                if not family.labels:
                    del mine.families[key]
                self._next_end = min(self._next_end, family.next_end)

    def _assemble(self) -> tuple[Chunks, Chunks]:
        by_name: dict[str, list[Family]] = {}
        for mine in self._arrays.values():
            for family in mine.families.values():
                if family.labels:
                    by_name.setdefault(family.name, []).append(family)
        text: list[bytes] = []
        opened: list[bytes] = []
        for name, families in sorted(by_name.items()):
            # Both formats escape the backslash and the line feed, and delfin's texts have neither.
            head = f"# HELP {name} {self._help[name]}\n# TYPE {name} gauge\n".encode()
            blocks = [family.blocks() for family in families]
            text += (head, *(plain for plain, _ in blocks))
            opened += (head, *(timed for _, timed in blocks))
        opened.append(b"# EOF\n")
        return text, opened


def _merge(batch: Batch, parts: Sequence[_Part], end: float) -> None:
    # The samples of a series come in the order of their times: the last one stays.
    pairs = zip(batch.times, batch.values, strict=True)
    samples = dict(zip(batch.index, pairs, strict=True))
    for family, places, numbers in parts:
        family.merge(places, numbers, samples, end)


def _even(numbers: list[int]) -> Sequence[int]:
    """The same numbers, as a range where they are one; it takes no room and is cut out quickly."""
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 1
    if step > 0:
        even = range(numbers[0], numbers[-1] + 1, step)
        if len(numbers) == len(even) and numbers == list(even):
            return even
    return numbers


def _chosen(column: array[N], numbers: Sequence[int]) -> array[N]:
    if isinstance(numbers, range):
        return column[numbers.start : numbers.stop : numbers.step]
    return array(column.typecode, map(column.__getitem__, numbers))


def _formatted(labels: Labels) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in filled(labels))


def _escaped(value: str) -> str:
    # Prometheus ends its reading at a zero byte.
    value = value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
