"""How fast samples go from a driver's rows to the sink, and how punctual a thousand arrays are.

    python -m tests.benchmark.collection [--luns 5000] [--arrays 20] [--many 1000]

The arrays answer from memory, so everything measured is delfin's own work. The bare loop reads the
same samples of the same rows and adds them up.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from delfin.common.constants import VolumeMetric, metric_struct
from delfin.drivers.api import DriverAPI
from delfin.drivers.manager import DriverManager
from delfin.jobs.collect import COLLECT, request
from delfin.jobs.queue import Lease
from delfin.jobs.worker import Finished, Worker
from delfin.task_manager.collection.runner import CollectRunner
from delfin.telemetry.checking import Counted, Expected, Window, batches
from delfin.telemetry.plan import Wanted
from delfin.telemetry.samples import Batch, Source
from tests.benchmark import page, rig
from tests.unit.conftest import Bench
from tests.unit.scripted import Script, ScriptedDriver

MINUTE = 60_000
METRICS = [getattr(VolumeMetric, name) for name in sorted(dir(VolumeMetric)) if name.isupper()][:10]
WANTED = {one.name: {"unit": one.unit, "description": one.description} for one in METRICS}
_HEAD = ("what", "figure")


def rows(storage_id: str, luns: range, at: int) -> list[metric_struct]:
    """One sample of each metric of each LUN, as drivers give them."""
    return [
        metric_struct(
            name,
            {
                "storage_id": storage_id,
                "resource_type": "volume",
                "type": "RAW",
                "resource_id": f"{lun:08x}",
                "resource_name": f"lun-{lun}",
                "unit": told["unit"],
            },
            {at: lun % 997 + 0.5},
        )
        for lun in luns
        for name, told in WANTED.items()
    ]


class Measuring(ScriptedDriver):
    """Each array has as many LUNs, and a sample of this minute for all that is asked."""

    luns = 0

    @staticmethod
    def get_capabilities(context: Any, filters: Any = None) -> Any:
        del context, filters
        return {
            "is_historic": True,
            "performance_metric_retention_window": 3600,
            "resource_metrics": {"volume": WANTED},
        }

    def collect_perf_metrics(
        self, context: Any, storage_id: str, resource_metrics: Any, start_time: int, end_time: int
    ) -> Any:
        del context, resource_metrics, start_time
        return rows(storage_id, range(self.luns), end_time)

    def get_latest_perf_timestamp(self, context: Any) -> int:
        del context
        return time.time_ns() // 1_000_000 // MINUTE * MINUTE


class MeasuringManager(DriverManager):
    def driver_class(self, vendor: str, model: str) -> type[Measuring]:
        del vendor, model
        return Measuring


def plan(*_: Any) -> list[Wanted]:
    return [Wanted("volume", 60, None, True, (), "c")]


def one_core(luns: int) -> list[tuple[str, str]]:
    """Samples a second through the checks into the sink, against the bare loop.

    In seconds of the processor: whatever else the machine does counts neither for nor against it.
    """
    told = rows("s", range(luns), MINUTE)
    samples = len(told)
    window = Window(0, MINUTE, 0, MINUTE)
    expected = Expected(Source("s", "n", "v", "m", "1"), "volume", WANTED.keys(), window)

    def checked() -> float:
        sink = Counting()
        began = time.thread_time()
        for batch in batches(told, expected, Counted()):
            sink.put(batch)
        assert sink.samples == samples
        return time.thread_time() - began

    def bare() -> float:
        total, began = 0.0, time.thread_time()
        for _, _, values in told:
            for value in values.values():
                total += value
        assert total
        return time.thread_time() - began

    # In turns, so that both meet the same machine.
    pairs = [(checked(), bare()) for _ in range(7)]
    ours = statistics.median(one for one, _ in pairs)
    loop = statistics.median(other for _, other in pairs)
    ratios = sorted(one / other for one, other in pairs)
    return [
        (f"{samples:,} samples from rows to the sink, one core", f"{samples / ours:,.0f} a second"),
        ("the bare loop over the same samples", f"{samples / loop:,.0f} a second"),
        (
            "times as long as the bare loop",
            f"{statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})",
        ),
    ]


class Stalls:
    """How late a thread is that wants to run every few milliseconds."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.is_set():
            began = time.monotonic()
            self._ended.wait(0.005)
            self.longest = max(self.longest, time.monotonic() - began - 0.005)


class Counting:
    """A sink that keeps nothing."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.samples = 0

    def put(self, batch: Batch) -> None:
        with self._guard:
            self.samples += len(batch)


class Working:
    """A worker that collects, with a sink that counts."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.sink = Counting()
        self._runner = CollectRunner(
            *(bench.database, bench.queue, bench.arrays, bench.conf, self.sink), plan=plan
        )
        self.began: dict[str, float] = {}
        self._ended = threading.Semaphore(0)
        self._worker = Worker(bench.database, bench.queue, {COLLECT: self._run}, bench.conf)
        self._worker.start()

    def ask(self, storage_ids: list[str]) -> None:
        with self._bench.database.writer() as session:
            for storage_id in storage_ids:
                request(self._bench.queue, session, storage_id)
        self._worker.ring()

    def done(self, number: int) -> None:
        """Returns when so many more have been collected."""
        for _ in range(number):
            self._ended.acquire()

    def close(self) -> None:
        self._worker.stop()
        self._worker.wait(30)

    def _run(self, lease: Lease, stopping: threading.Event) -> Finished:
        self.began[lease.storage_id or ""] = time.monotonic()
        try:
            return self._runner(lease, stopping)
        finally:
            self._ended.release()


def a_cycle(bench: Bench, arrays: int, luns: int) -> list[tuple[str, str]]:
    bench.conf.set_override("workers", 8, "jobs")
    Measuring.luns = luns
    ids = [bench.register(Script(f"SN{number}")) for number in range(arrays)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, worked, working = time.monotonic(), time.process_time(), Working(bench)
    with Stalls() as stalls:
        working.ask(ids)
        working.done(len(ids))
    took, worked = time.monotonic() - began, time.process_time() - worked
    working.close()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    name = f"a cycle of {arrays} arrays of {luns:,} LUNs with {len(METRICS)} metrics"
    return [
        (name, f"{took:.1f} s, {working.sink.samples:,} samples"),
        ("processor time of that", f"{worked:.1f} s"),
        ("memory that it needs at most", f"{grown:,.0f} MiB more"),
        ("longest stall of another thread", f"{stalls.longest * 1000:.0f} ms"),
    ]


def many(bench: Bench, arrays: int, _luns: int) -> list[tuple[str, str]]:
    """Due evenly over a minute, as the phases of the timetable have it; all are logged in to."""
    bench.conf.set_override("workers", 32, "jobs")
    Measuring.luns = 1
    ids = [bench.register(Script(f"M{number}")) for number in range(arrays)]
    working = Working(bench)
    working.ask(ids)
    working.done(len(ids))
    worked, first, due = time.process_time(), time.monotonic(), dict[str, float]()
    for number, storage_id in enumerate(ids):
        due[storage_id] = first + number * 60 / arrays
        time.sleep(max(0.0, due[storage_id] - time.monotonic()))
        working.ask([storage_id])
    working.done(len(ids))
    worked = time.process_time() - worked
    working.close()
    late = sorted(working.began[one] - due[one] for one in ids)
    return [
        (
            f"{arrays:,} arrays due over a minute: late by, p50 and p99",
            f"{late[len(late) // 2]:.2f} s, {late[int(len(late) * 0.99)]:.2f} s",
        ),
        ("processor time of one of them", f"{worked / arrays * 1000:.0f} ms"),
        (f"load of the machine meanwhile, {os.cpu_count()} cores", f"{os.getloadavg()[1]:.1f}"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--luns", type=int, default=5000)
    parser.add_argument("--arrays", type=int, default=20)
    parser.add_argument("--many", type=int, default=1000)
    parser.add_argument("--engine", default="sqlite", choices=rig.ENGINES)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table into this page")
    chosen = parser.parse_args()
    found = one_core(chosen.luns)
    for part, arrays_wanted in ((a_cycle, chosen.arrays), (many, chosen.many)):
        with rig.new_bench(chosen.engine) as bench:
            # Current data alone: the first collection would read half an hour.
            bench.conf.set_override("performance_history_on_reschedule", 60, "telemetry")
            arrays = DriverAPI(bench.database, bench.keyring, MeasuringManager())
            found += part(replace(bench, arrays=arrays), arrays_wanted, chosen.luns)
            arrays.sessions.close()
    page.show("collection", page.table(_HEAD, [list(one) for one in found]), chosen.write)


if __name__ == "__main__":
    main()
