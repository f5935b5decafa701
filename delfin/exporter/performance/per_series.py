"""What an exporter works out of the names of series, kept for the next batch with the same names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Generic, NamedTuple, TypeVar

from delfin.exporter.performance.recent import Recent
from delfin.telemetry.samples import Batch, Series, Source

T = TypeVar("T")


class _Names(NamedTuple):
    source: Source
    series: Sequence[Series]


class PerSeries(Generic[T]):
    """Results of 'work', by array and list of series; used by one thread at a time."""

    def __init__(self, work: Callable[[Source, Sequence[Series]], T]) -> None:
        self._work = work
        self._recent: Recent[_Names, T] = Recent(_same, _digest)

    def of(self, batch: Batch) -> T:
        """What was worked out for this source and these series."""
        names = _Names(batch.source, batch.series)
        return self._recent.get(batch.source.storage_id, names, lambda: self._work(*names))

    def forget(self, storage_id: str) -> None:
        self._recent.forget(storage_id)

    def retain(self, storage_ids: Collection[str]) -> None:
        """Forget all other arrays."""
        self._recent.retain(storage_ids)


def _same(one: _Names, other: _Names) -> bool:
    return one.source == other.source and (one.series is other.series or one.series == other.series)


def _digest(names: _Names) -> int:
    return hash((names.source, tuple(names.series)))
