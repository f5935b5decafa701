"""What an exporter works out of the names of series, kept for the next batch with the same names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Generic, NamedTuple, TypeVar

from delfin.telemetry.samples import Batch, Series, Source

T = TypeVar("T")

# Lists of series of one array: configurations of different intervals take turns.
_KEPT = 4


class _Worked(NamedTuple, Generic[T]):
    source: Source
    series: Sequence[Series]
    result: T


class PerSeries(Generic[T]):
    """Results of 'work', by array and list of series; used by one thread at a time."""

    def __init__(self, work: Callable[[Source, Sequence[Series]], T]) -> None:
        self._work = work
        self._kept: dict[str, list[_Worked[T]]] = {}

    def of(self, batch: Batch) -> T:
        """What was worked out for this source and these series."""
        mine = self._kept.setdefault(batch.source.storage_id, [])
        for kept in mine:
            same = kept.series is batch.series or kept.series == batch.series
            if same and kept.source == batch.source:
                return kept.result
        del mine[: len(mine) - _KEPT + 1]
        mine.append(_Worked(batch.source, batch.series, self._work(batch.source, batch.series)))
        return mine[-1].result

    def forget(self, storage_id: str) -> None:
        self._kept.pop(storage_id, None)

    def retain(self, storage_ids: Collection[str]) -> None:
        """Forget all other arrays."""
        for gone in self._kept.keys() - storage_ids:
            self.forget(gone)
