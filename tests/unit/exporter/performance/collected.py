"""Batches as a collection makes them, and exporters to forward them to."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Collection, Sequence
from typing import Any, ClassVar
from uuid import uuid4

from delfin.db import storages
from delfin.db.session import Database
from delfin.exporter.base_exporter import BaseExporter, PerformanceExporter
from delfin.telemetry.samples import Batch, Series, Source

NOW = 1_790_000_000_000


def source(storage_id: str = "s1", /, name: str = "array", **labels: str) -> Source:
    return Source(storage_id, name, "vendor", "model", f"SN-{storage_id}", tuple(labels.items()))


def volume(number: int, metric: str = "iops", unit: str = "IOPS") -> Series:
    return Series("volume", f"v{number}", f"volume {number}", metric, unit)


def batch(
    of: Source,
    series: Sequence[Series],
    *samples: tuple[int, int, float],
    refill: bool = False,
    interval: float = 0.0,
) -> Batch:
    """Samples as (number of the series, epoch ms, value)."""
    index, times, values = zip(*samples, strict=True) if samples else ((), (), ())
    columns = (array("I", index), array("q", times), array("d", values))
    return Batch(of, series, *columns, refill, interval)


def one(of: Source, value: float, time: int = NOW, **more: Any) -> Batch:
    """A batch with one sample."""
    return batch(of, [volume(1)], (0, time, value), **more)


def registered(database: Database, *storage_ids: str) -> None:
    """Storages of these ids, or of one that is made up."""
    with database.writer() as session:
        for storage_id in storage_ids or (str(uuid4()),):
            storages.add(session, storage_id, {"serial_number": f"SN-{storage_id}"})


class Keeps(PerformanceExporter):
    """Keeps the batches, after what 'then' makes of them; one for all that are made."""

    calls: ClassVar[list[list[Batch]]] = []
    failures: ClassVar[list[Exception]] = []
    retained: ClassVar[list[frozenset[str]]] = []
    made: ClassVar[list[PerformanceExporter]] = []
    repeat_interval = 0.02

    def __init__(self) -> None:
        self.made.append(self)

    def export(self, batches: Sequence[Batch]) -> None:
        if self.failures:
            raise self.failures[0]
        self.calls.append(list(batches))

    def retain(self, storage_ids: Collection[str]) -> None:
        self.retained.append(frozenset(storage_ids))

    @classmethod
    def values(cls) -> list[float]:
        """Of all samples, in the order in which they came."""
        return [value for call in cls.calls for batch in call for value in batch.values]


class KeepsForLittle(Keeps):
    """What has waited longer than no time at all is of no use to it."""

    useful_for = 0.0


class Hangs(PerformanceExporter):
    """Does not return before it is set free."""

    entered: ClassVar[threading.Event] = threading.Event()
    free: ClassVar[threading.Event] = threading.Event()

    def export(self, batches: Sequence[Batch]) -> None:
        self.entered.set()
        self.free.wait(60)


class Foreign(BaseExporter):
    """In the style of SODA Delfin: it knows 'dispatch' and metric_struct."""

    metrics: ClassVar[list[Any]] = []

    def dispatch(self, ctxt: Any, data: list[Any]) -> None:
        assert ctxt.is_admin
        self.metrics.extend(data)


class Raises(BaseExporter):
    """Nothing ever goes through it."""

    def dispatch(self, ctxt: Any, data: list[Any]) -> None:
        raise RuntimeError("of no use")


def cannot_be_made() -> BaseExporter:
    raise ImportError("no such library")
