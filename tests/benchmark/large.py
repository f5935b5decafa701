"""One very large array beside small ones: what it takes, and how late the small ones become.

    python -m tests.benchmark.large [--luns 100000] [--write PAGE]

Each way of answering is measured in a process of its own. As long as the large array is read, the small
ones come due one after the other, each a quarter of a second after the one before is done.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from delfin.common.constants import metric_struct
from delfin.drivers.api import DriverAPI
from delfin.drivers.manager import DriverManager
from delfin.jobs.collect import COLLECT, request
from delfin.jobs.queue import Lease
from delfin.jobs.worker import Finished, Worker
from delfin.task_manager.collection.runner import CollectRunner
from tests.benchmark import collection as collecting
from tests.benchmark import page, rig
from tests.benchmark.memory import grown, in_new_process
from tests.unit.conftest import Bench
from tests.unit.scripted import Script

_HEAD = (
    *("the large array", "duration, s", "memory at most, MiB more"),
    *("small ones collected", "due to done: p50, s", "p99, s", "longest, s"),
)
SMALL_LUNS, SMALL_ARRAYS, PAUSE = 50, 20, 0.25


@dataclass(frozen=True)
class Way:
    """How the arrays answer."""

    told: str
    yields: bool = True
    historic: bool = True
    tells: bool = True


WAYS = (
    Way("yields, tells its newest time"),
    Way("yields, tells it and keeps nothing", historic=False),
    Way("yields, does not tell it", tells=False),
    Way("returns a list", yields=False),
)


class LargeOrSmall(collecting.Measuring):
    """So many LUNs as its serial number says, and in that way."""

    way: ClassVar[Way] = WAYS[0]

    @staticmethod
    def get_capabilities(context: Any, filters: Any = None) -> Any:
        told = collecting.Measuring.get_capabilities(context, filters)
        if not LargeOrSmall.way.historic:
            told |= {"is_historic": False, "performance_metric_retention_window": 0}
        return told

    def collect_perf_metrics(
        self, context: Any, storage_id: str, resource_metrics: Any, start_time: int, end_time: int
    ) -> Any:
        del context, resource_metrics, start_time, end_time
        luns = int(self.script.storage["serial_number"].split("x")[1])
        yielded = self._rows(storage_id, luns)
        return yielded if self.way.yields else list(yielded)

    def get_latest_perf_timestamp(self, context: Any) -> Any:
        return super().get_latest_perf_timestamp(context) if self.way.tells else None

    def _rows(self, storage_id: str, luns: int) -> Iterator[metric_struct]:
        at = super().get_latest_perf_timestamp(None)
        for first in range(0, luns, 100):
            yield from collecting.rows(storage_id, range(first, min(first + 100, luns)), at)


class Manager(DriverManager):
    def driver_class(self, vendor: str, model: str) -> type[LargeOrSmall]:
        del vendor, model
        return LargeOrSmall


class Timed:
    """A runner that notes when each job of an array has ended."""

    def __init__(self, run: Callable[[Lease, threading.Event], Finished]) -> None:
        self._run = run
        self.ended: dict[str, threading.Event] = {}
        self.times: dict[str, float] = {}

    def __call__(self, lease: Lease, stopping: threading.Event) -> Finished:
        finished = self._run(lease, stopping)
        storage_id = lease.storage_id or ""
        if "samples" not in finished.result:
            raise RuntimeError(f"nothing was collected: {finished}")
        self.times[storage_id] = time.monotonic()
        self.ended[storage_id].set()
        return finished


def measured(luns: int) -> list[list[str]]:
    """The rows of the table."""
    return [in_new_process(_of_way, number, luns) for number in range(len(WAYS))]


def _of_way(number: int, luns: int) -> list[str]:
    LargeOrSmall.way = WAYS[number]
    with rig.new_bench("sqlite") as bench:
        bench.conf.set_override("performance_history_on_reschedule", 60, "telemetry")
        bench.conf.set_override("workers", 8, "jobs")
        arrays = DriverAPI(bench.database, bench.keyring, Manager())
        try:
            return [WAYS[number].told, *_beside(replace(bench, arrays=arrays), luns)]
        finally:
            arrays.sessions.close()


def _beside(bench: Bench, luns: int) -> list[str]:
    large = bench.register(Script(f"largex{luns}"))
    small = [bench.register(Script(f"small{n}x{SMALL_LUNS}")) for n in range(SMALL_ARRAYS)]
    sink = collecting.Counting()
    runner = CollectRunner(
        *(bench.database, bench.queue, bench.arrays, bench.conf, sink), plan=collecting.plan
    )
    timed = Timed(runner)
    worker = Worker(bench.database, bench.queue, {COLLECT: timed}, bench.conf)
    worker.start()

    def ask(storage_id: str) -> float:
        timed.ended[storage_id] = threading.Event()
        with bench.database.writer() as session:
            request(bench.queue, session, storage_id)
        asked = time.monotonic()
        worker.ring()
        return asked

    # All are logged in to, and all code is loaded.
    for storage_id in small:
        ask(storage_id)
        timed.ended[storage_id].wait()
    late: list[float] = []
    took = 0.0

    def work() -> None:
        nonlocal took
        began = ask(large)
        turn = 0
        while not timed.ended[large].wait(PAUSE):
            storage_id = small[turn % len(small)]
            asked = ask(storage_id)
            timed.ended[storage_id].wait()
            late.append(timed.times[storage_id] - asked)
            turn += 1
        took = timed.times[large] - began

    memory = grown(work)
    worker.stop()
    worker.wait(30)
    if sink.samples < luns * len(collecting.METRICS):
        raise RuntimeError(f"only {sink.samples} samples came")
    late.sort()
    figures = (late[len(late) // 2], late[int(len(late) * 0.99)], late[-1])
    return [f"{took:.1f}", f"{memory:,.0f}", str(len(late)), *(f"{one:.2f}" for one in figures)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--luns", type=int, default=100_000)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table into this page")
    chosen = parser.parse_args()
    page.show("large", page.table(_HEAD, measured(chosen.luns)), chosen.write)


if __name__ == "__main__":
    main()
