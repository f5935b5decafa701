"""Samples between the collection and the exporters: columns, since a cycle has millions of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from delfin.common.constants import metric_struct


class Source(NamedTuple):
    """The array that samples are of."""

    storage_id: str
    storage_name: str
    vendor: str
    model: str
    serial_number: str
    # What the operator adds to every sample of the array, by name.
    labels: tuple[tuple[str, str], ...] = ()


class Series(NamedTuple):
    """What a sample measures; names and units are those of `delfin.common.constants`."""

    resource_type: str
    resource_id: str
    resource_name: str
    metric: str
    unit: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Samples of one array; number i is (series[index[i]], times[i], values[i]).

    Times are epoch milliseconds. The samples of a series stand in the order of their times, each
    time once. A 'refill' is older than what has been exported before. 'interval' is the time in
    seconds until the next samples of these series are due, 0 when nobody knows. Nobody changes a
    batch, or its columns, once it was put.
    """

    source: Source
    series: Sequence[Series]
    index: array[int] = field(default_factory=lambda: array("I"))
    times: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))
    refill: bool = False
    interval: float = 0.0

    def __len__(self) -> int:
        """How many samples."""
        return len(self.index)

    def samples(self) -> Iterator[tuple[Series, int, float]]:
        """Each sample with its series, for those who need no speed."""
        series = self.series
        for number, time, value in zip(self.index, self.times, self.values, strict=True):
            yield series[number], time, value

    def as_metrics(self) -> list[metric_struct]:
        """The form that exporters of SODA Delfin 1.x get: a struct for each series."""
        source = self.source
        values: list[dict[int, float]] = [{} for _ in self.series]
        for number, time, value in zip(self.index, self.times, self.values, strict=True):
            values[number][time] = value
        return [
            metric_struct(
                one.metric,
                {
                    **dict(source.labels),
                    "storage_id": source.storage_id,
                    "name": source.storage_name,
                    "serial_number": source.serial_number,
                    "resource_type": one.resource_type,
                    "resource_id": one.resource_id,
                    "resource_name": one.resource_name,
                    "type": "RAW",
                    "unit": one.unit,
                },
                taken,
            )
            for one, taken in zip(self.series, values, strict=True)
            if taken
        ]


class Sink(Protocol):
    """Where batches go; more than one thread calls it."""

    def put(self, batch: Batch) -> None:
        """Keep the batch safe: when this returns, a killed process does not lose it."""
