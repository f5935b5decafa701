"""A simulated array, clocks that only stories move, and a sink that remembers: hours in seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from delfin import exception
from delfin.common.constants import metric_struct
from delfin.db import collection
from delfin.drivers.api import DriverAPI
from delfin.drivers.driver import StorageDriver
from delfin.drivers.manager import DriverManager
from delfin.jobs.collect import request
from delfin.jobs.queue import DONE, Lease
from delfin.jobs.worker import Finished
from delfin.task_manager.collection.clock import Clock
from delfin.task_manager.collection.runner import CollectRunner
from delfin.telemetry.plan import Wanted
from delfin.telemetry.samples import Batch
from delfin.telemetry.standing import standing
from tests.unit.conftest import Bench
from tests.unit.scripted import Script, ScriptedDriver

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
# A whole minute.
BEGIN = 1_764_000_000_000
UNITS = {"iops": "IOPS", "responseTime": "ms"}


class SimulatedTime(Clock):
    """Begins at BEGIN; the wall clock may be moved by itself."""

    def __init__(self) -> None:
        self.passed = 0
        self.shift = 0

    def wall_ms(self) -> int:
        return BEGIN + self.passed + self.shift

    def monotonic(self) -> float:
        return self.passed / 1000

    @property
    def true_ms(self) -> int:
        return BEGIN + self.passed

    def sleep(self, milliseconds: int) -> None:
        self.passed += milliseconds


@dataclass
class MeasuredArray:
    """Measures once a minute since long ago; 'skew' is what its clock is ahead of the true time."""

    time: SimulatedTime
    skew: int = 0
    is_historic: bool = True
    retention: int | None = 2 * DAY
    tells_newest: bool = True
    resources: int = 2
    kinds: tuple[str, ...] = ("volume",)
    # Raised by the next calls, or called with the window; lets them pass when it returns.
    trouble: Callable[[int, int], None] | type[Exception] | None = None
    # Changes what is answered.
    spoil: Callable[[list[Any]], Any] = lambda rows: rows
    # Milliseconds that a call takes.
    takes: int = 0
    # Milliseconds until a trouble shows, as those of a connection that times out.
    patience: int = 0
    # Milliseconds that resources are ahead of the others, by number.
    ahead: dict[int, int] = field(default_factory=dict)
    calls: list[tuple[int, int, int]] = field(default_factory=list)
    tries: list[int] = field(default_factory=list)

    @property
    def now(self) -> int:
        return self.time.true_ms + self.skew

    @property
    def newest(self) -> int:
        return self.now // MINUTE * MINUTE

    def times(self, start: int, end: int) -> range:
        if not self.is_historic:
            return range(self.newest, self.newest + 1)
        oldest = max(start, self.now - (self.retention or DAY))
        return range(-(-oldest // MINUTE) * MINUTE, min(end, self.newest) + 1, MINUTE)

    def times_of(self, number: int, start: int, end: int) -> list[int]:
        ahead = self.ahead.get(number, 0)
        return [at + ahead for at in self.times(start - ahead, end - ahead)]

    def check(self, start: int, end: int) -> None:
        self.tries.append(self.time.true_ms)
        if isinstance(self.trouble, type):
            self.time.sleep(self.patience)
            raise self.trouble
        if self.trouble is not None:
            self.trouble(start, end)

    def collect(self, storage_id: str, wanted: dict[str, Any], start: int, end: int) -> Any:
        self.calls.append((start, end, self.time.true_ms))
        self.check(start, end)
        times = [self.times_of(number, start, end) for number in range(self.resources)]
        self.time.sleep(self.takes)
        return self.spoil(
            [
                metric_struct(
                    metric,
                    {
                        "storage_id": storage_id,
                        "resource_type": kind,
                        "type": "RAW",
                        "resource_id": f"r{number}",
                        "resource_name": f"name {number}",
                        "unit": UNITS[metric],
                    },
                    {at: value_of(kind, number, metric, at) for at in times[number]},
                )
                for kind, metrics in wanted.items()
                for number in range(self.resources)
                for metric in metrics
            ]
        )


def value_of(kind: str, number: int, metric: str, at: int) -> float:
    return float(len(kind + metric) + number + at // MINUTE % 997)


class MeasuringDriver(ScriptedDriver):
    """Finds its array by the port, as the scripted driver does its script."""

    arrays: ClassVar[dict[int, MeasuredArray]] = {}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.array = self.arrays[kwargs["rest"]["port"]]

    @staticmethod
    def get_capabilities(_context: Any, _filters: Any = None) -> Any:
        array = next(iter(MeasuringDriver.arrays.values()))
        told: dict[str, Any] = {
            "is_historic": array.is_historic,
            "resource_metrics": {
                kind: {name: {"unit": unit, "description": "d"} for name, unit in UNITS.items()}
                for kind in array.kinds
            },
        }
        if array.retention is not None:
            told["performance_metric_retention_window"] = array.retention // 1000
        return told

    def collect_perf_metrics(
        self, context: Any, storage_id: str, resource_metrics: Any, start_time: int, end_time: int
    ) -> Any:
        return self.array.collect(storage_id, resource_metrics, start_time, end_time)

    def get_latest_perf_timestamp(self, context: Any) -> int | None:
        if not self.array.tells_newest:
            return None
        if isinstance(self.array.trouble, type):
            self.array.check(0, 0)
        return self.array.newest


class MeasuringManager(DriverManager):
    def driver_class(self, vendor: str, model: str) -> type[StorageDriver]:
        return MeasuringDriver


Key = tuple[str, str, str, int]


class Recording:
    """A sink that knows each sample it was ever given."""

    def __init__(self) -> None:
        self.values: dict[Key, float] = {}
        self.given = self.repeated = self.unequal = 0
        self.batches: list[Batch] = []
        self.before: Callable[[Batch], None] = lambda _batch: None

    def put(self, batch: Batch) -> None:
        self.before(batch)
        self.batches.append(batch)
        for series, at, value in batch.samples():
            key = (series.resource_type, series.resource_id, series.metric, at)
            self.given += 1
            if key in self.values:
                self.repeated += 1
                self.unequal += self.values[key] != value
            self.values[key] = value

    def times(self, kind: str = "volume", resource: str = "r0", metric: str = "iops") -> list[int]:
        return sorted(at for (k, r, m, at) in self.values if (k, r, m) == (kind, resource, metric))


class World:
    """One array that is collected once a minute."""

    def __init__(self, bench: Bench, **array: Any) -> None:
        self.bench = bench
        self.time = SimulatedTime()
        self.array = MeasuredArray(self.time, **array)
        self.sink = Recording()
        self.interval = 60
        self.metrics: frozenset[str] | None = None
        self.labels: tuple[tuple[str, str], ...] = ()
        self.arrays = DriverAPI(bench.database, bench.keyring, MeasuringManager())
        MeasuringDriver.arrays[len(ScriptedDriver.scripts) + 1] = self.array
        self.storage_id = bench.register(Script())
        self._lease: Lease | None = None
        self.restart()

    def close(self) -> None:
        self.arrays.sessions.close()
        MeasuringDriver.arrays.clear()

    def restart(self) -> None:
        """A new process: it has nothing in memory."""
        self.runner = CollectRunner(
            *(self.bench.database, self.bench.queue, self.arrays, self.bench.conf, self.sink),
            plan=lambda *_: [
                Wanted(kind, self.interval, self.metrics, True, self.labels, "c")
                for kind in self.array.kinds
            ],
            clock=self.time,
        )

    def lease(self, *, at_once: bool = False) -> Lease:
        with self.bench.database.writer() as session:
            request(self.bench.queue, session, self.storage_id, at_once=at_once)
        lease = self.bench.queue.lease("world")
        assert lease is not None
        return lease

    def collect(self, *, at_once: bool = False) -> Finished:
        """One job from the request to its end."""
        lease = self.lease(at_once=at_once)
        finished = self.runner(lease, threading.Event())
        self.bench.queue.finish(lease, finished.state, finished.result)
        return finished

    def turn(self) -> Finished:
        """As 'collect' under a lease that stays: quick enough for days."""
        self._lease = self._lease or self.lease()
        return self.runner(self._lease, threading.Event())

    def collect_at_once(self) -> Finished:
        """As after a recovery: whatever has failed before."""
        self.finish()
        return self.collect(at_once=True)

    def finish(self) -> None:
        if self._lease is not None:
            self.bench.queue.finish(self._lease, DONE, {})
            self._lease = None

    def minutes(self, number: int) -> Iterator[int]:
        """A collection, and a minute to the next, so often; the number of each before it runs."""
        for turn in range(number):
            yield turn
            began = self.time.passed
            self.turn()
            self.time.passed = max(began + MINUTE, self.time.passed)

    def pass_by(self, number: int) -> None:
        for _ in self.minutes(number):
            pass

    def standing(self) -> dict[str, Any]:
        with self.bench.database.reader() as session:
            return standing(session, self.storage_id, self.time.wall_ms())

    def missing(self, kind: str = "volume") -> list[dict[str, int]]:
        (one,) = [r for r in self.standing()["resources"] if r["resource_type"] == kind]
        found: list[dict[str, int]] = one["missing"]
        return found

    def gaps(self) -> list[tuple[int, int]]:
        with self.bench.database.reader() as session:
            found = collection.gaps(session, self.storage_id)
            return sorted((gap.start_time, gap.end_time) for gap in found)

    def assert_whole(self, since: int, until: int, **which: str) -> None:
        """Every minute after 'since' up to 'until' was delivered; equal keys, equal values."""
        wanted = set(range(since // MINUTE * MINUTE + MINUTE, until + 1, MINUTE))
        holes = wanted - set(self.sink.times(**which))
        assert not holes, sorted((at - BEGIN) // MINUTE for at in holes)
        assert self.sink.unequal == 0


AWAY = exception.ConnectTimeout
