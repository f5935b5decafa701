"""How long a driver takes to read a simulated array over real sockets, and what it costs.

    python -m tests.benchmark.drivers [--array 'huawei oceanstor'] [--volumes 5000] [--write PAGE]

The array runs in a process of its own, delfin and its database (SQLite) in another. A round is a
sync of all kinds, one without a change, and one cycle of performance; then, for the volumes alone,
what their rows cost by step. Figures are medians of the rounds.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
import urllib3

from delfin import cryptor
from delfin.context import get_admin_context
from delfin.db import storages
from delfin.db.access_info import AccessInfo
from delfin.db.access_secrets import seal
from delfin.drivers import intake
from delfin.drivers.kit.mapping import RowMap
from delfin.drivers.manager import DriverManager
from delfin.inventory.block import VOLUMES
from delfin.testing.simulated import powermax
from delfin.testing.simulated.array import SimulatedArray
from delfin.testing.simulated.oceanstor import OceanStor, Sizes
from tests.benchmark import page, rig
from tests.benchmark.memory import grown
from tests.unit.conftest import Bench

ROUNDS = 3
MINUTE = 60_000


@dataclass(frozen=True)
class Simulated:
    """An array to read: makes one with so many volumes; what its registration says besides."""

    make: Callable[[int], SimulatedArray]
    extra: Mapping[str, str] = field(default_factory=dict)


def _powermax(version: str, volumes: int) -> SimulatedArray:
    sizes = powermax.Sizes(volumes=volumes, hosts=50, storage_groups=50, masking_views=50)
    return powermax.PowerMax(arrays={powermax.ARRAY: sizes}, version=version)


# By vendor and model of the driver. Before version 100 a Unisphere tells one volume at a time.
ARRAYS: Mapping[str, Simulated] = {
    "dellemc pmax": Simulated(lambda volumes: _powermax("102", volumes)),
    "dellemc vmax": Simulated(lambda volumes: _powermax("92", volumes)),
    "huawei oceanstor": Simulated(lambda volumes: OceanStor(sizes=Sizes(luns=volumes))),
}

_HEAD = ("array, what", "s", "of it computing, s", "requests", "rows or samples", "MiB grown")
_STEPS = ("array, step", "rows for a second of computing")


@dataclass
class Rounds:
    """What several rounds of one thing took."""

    seconds: list[float] = field(default_factory=list)
    computing: list[float] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    results: list[int] = field(default_factory=list)
    grown: list[float] = field(default_factory=list)

    def row(self, array: str, what: str) -> tuple[str, ...]:
        middle = statistics.median
        return (
            f"{array}, {what}",
            f"{middle(self.seconds):.2f}",
            f"{middle(self.computing):.2f}",
            f"{middle(self.requests):,.0f}",
            f"{middle(self.results):,.0f}",
            f"{self.grown[0]:.0f}",
        )


def serve(name: str, volumes: int, line: Connection) -> None:
    """Runs an array until the line is closed; tells its ports first."""
    with ARRAYS[name].make(volumes) as array:
        line.send((array.port, array.control_port))
        try:
            line.recv()
        except EOFError:
            return


@contextmanager
def served(name: str, volumes: int) -> Iterator[tuple[int, int]]:
    """The ports of an array in a process of its own: its own and that for control."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(name, volumes, there), daemon=True)
    process.start()
    there.close()
    try:
        yield here.recv()
    finally:
        here.close()
        process.join()


class Measured:
    """One array, and what the rounds with it took."""

    def __init__(self, bench: Bench, name: str, ports: tuple[int, int]) -> None:
        self._bench, self._name, self._port = bench, name, ports[0]
        self._counters = f"http://127.0.0.1:{ports[1]}/counters"
        self._storage_id, self._context = "", get_admin_context()
        self.rounds: dict[str, Rounds] = {}
        self.steps: dict[str, list[float]] = {}

    def round(self) -> None:
        """With a registration of its own, so that the first sync is a first one."""
        self._storage_id = _register(self._bench, self._name, self._port)
        self._context = get_admin_context(storage_id=self._storage_id)
        self._take("sync, first", self._sync)
        self._take("sync, unchanged", self._sync)
        self._take("one cycle of performance", self._collect)
        self._step_by_step()
        self._bench.remove(self._storage_id)

    def _sync(self) -> int:
        finished = self._bench.sync(self._storage_id)
        rows = finished.result.get("rows", {})
        if not rows.get(VOLUMES.key):
            raise RuntimeError(f"the sync did not work: {finished}")
        return sum(rows.values())

    def _collect(self) -> int:
        """As a collection does it: how far there are samples, then one type after the other."""
        api, asked = self._bench.arrays, (self._context, self._storage_id)
        wanted = api.get_capabilities(*asked)["resource_metrics"]
        end = api.get_latest_perf_timestamp(*asked) or int(time.time() * 1000) // MINUTE * MINUTE
        # A moment at the beginning belongs to the cycle before.
        begin, samples = end - 5 * MINUTE + 1, 0
        for kind, metrics in wanted.items():
            # Some versions do not measure all that is declared.
            with suppress(NotImplementedError):
                found = api.collect_perf_metrics(*asked, {kind: metrics}, begin, end)
                samples += sum(len(one.values) for one in found)
        return samples

    def _take(self, what: str, work: Callable[[], int]) -> None:
        rounds = self.rounds.setdefault(what, Rounds())
        requests.delete(self._counters, timeout=10)

        def timed() -> None:
            computing = time.process_time()
            with rig.timed() as took:
                rounds.results.append(work())
            rounds.seconds += took
            rounds.computing.append(time.process_time() - computing)

        rounds.grown.append(grown(timed))
        rounds.requests.append(requests.get(self._counters, timeout=10).json()["requests"])

    def _step_by_step(self) -> None:
        """The volumes through each step by itself, with what the step before made of them."""
        maps: list[tuple[RowMap, list[Any]]] = []
        with self._bench.arrays.sessions.using(self._context, self._storage_id) as driver:
            with _heard(maps):
                report = driver.list_volumes(self._context)
            listed = self._step(
                "volumes: sockets, JSON and kit", lambda: driver.list_volumes(self._context)
            )
        self._step(
            "volumes: kit", lambda: [row for m, records in maps for row in m.rows("id", records)]
        )
        self._step("volumes: intake", lambda: intake.tidy(VOLUMES, report).rows)
        if len(listed) != len(report):
            raise RuntimeError(f"{len(listed)} volumes, then {len(report)}")

    def _step(self, name: str, work: Callable[[], list[Any]]) -> list[Any]:
        gc.collect()
        began = time.process_time()
        rows = work()
        self.steps.setdefault(name, []).append(len(rows) / (time.process_time() - began))
        return rows


@contextmanager
def _heard(maps: list[tuple[RowMap, list[Any]]]) -> Iterator[None]:
    """Notes which records are made into rows by which map."""
    rows = RowMap.rows

    def noted(self: RowMap, storage_id: str | None, records: Iterable[Any]) -> list[dict[str, Any]]:
        kept = list(records)
        maps.append((self, kept))
        return rows(self, storage_id, kept)

    RowMap.rows = noted  # type: ignore[method-assign] # put back below
    try:
        yield
    finally:
        RowMap.rows = rows  # type: ignore[method-assign]


def _register(bench: Bench, name: str, port: int) -> str:
    """The storage's id, after the array told what it is."""
    vendor, model = name.split()
    storage_id = str(uuid4())
    access: dict[str, dict[str, Any]] = {
        "rest": {
            "host": "127.0.0.1",
            "port": port,
            "username": "admin",
            "password": cryptor.encode("Fake-Array-1"),
        },
        "extra_attributes": dict(ARRAYS[name].extra),
    }
    told = bench.arrays.discover_storage(
        get_admin_context(storage_id=storage_id),
        {"storage_id": storage_id, "vendor": vendor, "model": model, **access},
    )
    with bench.database.writer() as session:
        storages.add(session, storage_id, told)
        blocks = seal(bench.keyring, storage_id, access)
        session.add(
            AccessInfo(storage_id=storage_id, vendor=vendor, model=model, generation=1, **blocks)
        )
    return storage_id


def measure(name: str, ports: tuple[int, int]) -> Measured:
    """The rounds, after one with a small array that loads all there is to load."""
    with rig.new_bench("sqlite", DriverManager()) as bench:
        with served(name, 10) as small:
            Measured(bench, name, small).round()
        measured = Measured(bench, name, ports)
        for _ in range(ROUNDS):
            measured.round()
        return measured


def figures(name: str, volumes: int) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The rows of both tables for one array; in a process that has done nothing before."""
    # A simulated array's certificate is its own; nothing is verified here.
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    with served(name, volumes) as ports:
        measured = measure(name, ports)
    rows = [rounds.row(name, what) for what, rounds in measured.rounds.items()]
    steps: list[tuple[str, ...]] = [
        (f"{name}, {step}", f"{statistics.median(rates):,.0f}")
        for step, rates in measured.steps.items()
    ]
    first = measured.rounds["sync, first"]
    rates = [rows / took for rows, took in zip(first.results, first.computing, strict=True)]
    steps.append((f"{name}, first sync of all kinds", f"{statistics.median(rates):,.0f}"))
    return rows, steps


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--array", action="append", choices=ARRAYS, help="may be repeated")
    parser.add_argument("--volumes", type=int, default=5_000)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables there as well")
    options = parser.parse_args()
    rows, steps = [], []
    for name in options.array or ARRAYS:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            its_rows, its_steps = pool.submit(figures, name, options.volumes).result()
        rows += its_rows
        steps += its_steps
    told = (
        f"{options.volumes:,} volumes; medians of {ROUNDS} rounds on SQLite, memory of the first. "
        f"{datetime.now(UTC):%Y-%m-%d}, load {os.getloadavg()[2]:.1f} in the last 15 minutes on "
        f"{os.cpu_count()} cores."
    )
    tables = f"{page.table(_HEAD, rows)}\n\n{page.table(_STEPS, steps)}\n\n{told}"
    page.show("drivers", tables, options.write)


if __name__ == "__main__":
    main()
