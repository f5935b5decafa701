"""What a cycle of reports costs: every array once, from the firing of its schedule to its ended job.

    python -m tests.benchmark.reports [--engine sqlite] [--arrays 1000] [--pools 50] [--timed 100]
                                      [--write PAGE]

The arrays answer from memory at once, and one thread does it all, so what is measured is what
delfin and its database do. Beside it stand bare updates of as many pools, one transaction an array.
All arrays are stored with all that their reports leave; of these so many are timed, evenly spread,
in each of several cycles, and what all of them take is worked out from that.
"""

from __future__ import annotations

import itertools
import statistics
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, insert, select, update

from delfin.db.base import utcnow
from delfin.db.jobs import Job
from delfin.db.reports import Report
from delfin.db.session import Database
from delfin.inventory.block import POOLS, StoragePool
from delfin.inventory.kind import table_of
from delfin.jobs import report
from delfin.task_manager.report import ReportRunner
from tests.benchmark import page, rig
from tests.statements import counted
from tests.unit.conftest import Bench
from tests.unit.scripted import Script

ROUNDS = 3
INTERVAL = 60
_HEAD = (
    *("engine", "pools that changed", "statements a report", "a cycle, s", "a report, ms"),
    *("share of a minute", "bare updates, s", "cycle / bare"),
)


@dataclass
class Cycles:
    """Seconds that the timed arrays took in each cycle, and the bare updates beside them."""

    engine: str
    name: str
    arrays: int
    timed: int
    statements: float = 0.0
    cycle: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    @property
    def each(self) -> float:
        """Seconds of one report."""
        return statistics.median(self.cycle) / self.timed

    def row(self) -> tuple[str, ...]:
        ratios = [c / b for c, b in zip(self.cycle, self.bare, strict=True)]
        took = self.each * self.arrays
        bare = statistics.median(self.bare) / self.timed * self.arrays
        return (
            *(rig.ENGINES[self.engine], self.name, f"{self.statements:.0f}", f"{took:.1f}"),
            *(f"{self.each * 1000:.1f}", f"{took / INTERVAL:.0%}"),
            *(f"{bare:.1f}", page.middle(ratios)),
        )


def measure(engine: str, arrays: int, pools: int, timed: int) -> list[Cycles]:
    with rig.new_bench(engine) as bench:
        registered = {}
        for number in range(arrays):
            script = Script(f"SN{number}")
            registered[bench.register(script)] = script
        storage_ids = list(registered)
        scripts = {one: registered[one] for one in storage_ids[:: arrays // timed][:timed]}
        used = itertools.count(1)
        _answer(scripts, pools, every=1, used=next(used))
        # Logs in, adds the pools and the rows of the reports.
        _cycle(bench, scripts)
        _copy(
            bench.database, next(iter(scripts)), [one for one in storage_ids if one not in scripts]
        )
        rig.settle(bench.database, POOLS)
        return [
            _measure(bench, scripts, Cycles(engine, name, arrays, len(scripts)), pools, every, used)
            for name, every in (("all", 1), ("one in ten", 10), ("none", 0))
        ]


def _copy(database: Database, reported: str, others: Sequence[str]) -> None:
    """Give the others what the reports of one array have left, as if they had reported, too."""
    for model in (StoragePool, Report, Job):
        table = table_of(model)
        with database.engine.begin() as connection:
            wanted = select(table).where(table.c.storage_id == reported)
            rows = [dict(row) for row in connection.execute(wanted).mappings()]
            for other in others:
                copied = [{**row, "storage_id": other} for row in rows]
                if "id" in table.c:
                    copied = [{**row, "id": str(uuid4())} for row in copied]
                connection.execute(insert(table), copied)


def _measure(
    bench: Bench,
    scripts: dict[str, Script],
    cycles: Cycles,
    pools: int,
    every: int,
    used: Iterator[int],
) -> Cycles:
    for _ in range(ROUNDS):
        if every:
            _answer(scripts, pools, every, next(used))
        with counted(bench.database) as sent, rig.timed() as took:
            _cycle(bench, scripts)
        cycles.statements = len(sent) / cycles.timed
        cycles.cycle += took
        with rig.timed() as took:
            _bare(bench.database, scripts, pools)
        cycles.bare += took
        # The pools are as they were reported again, so that the next round begins alike.
        if not every:
            _cycle(bench, scripts)
    page.progress(" ".join(cycles.row()))
    return cycles


def _answer(scripts: dict[str, Script], pools: int, every: int, used: int) -> None:
    """Each array's pools have so much in use; of 'every' so many, one differs from before."""
    for script in scripts.values():
        before = {row["native_storage_pool_id"]: row for row in script.listings.get(_LISTER, ())}
        script.listings[_LISTER] = [
            _pool(number, used) if number % every == 0 else before[f"p{number}"]
            for number in range(pools)
        ]


_LISTER = POOLS.lister


def _pool(number: int, used: int) -> dict[str, Any]:
    return {
        "native_storage_pool_id": f"p{number}",
        "name": f"pool {number}",
        "status": "normal",
        "storage_type": "block",
        "total_capacity": 100 * rig.GIB,
        "used_capacity": used * rig.GIB,
        "free_capacity": (100 - used) * rig.GIB,
        "availability_zone": "z1",
        "extras": {
            "DataStorageLineOfService": {"RecoveryTimeObjective": 0, "IsSpaceEfficient": True},
            "IOConnectivityLineOfService": {"AccessProtocol": "fc", "MaxIOPs": None},
        },
    }


def _cycle(bench: Bench, scripts: dict[str, Script]) -> None:
    """As the timetable and a worker do it."""
    runner = ReportRunner(bench.database, bench.arrays, bench.conf)
    stopping = threading.Event()
    for storage_id in scripts:
        with bench.database.writer() as session:
            report.request(bench.board, session, storage_id, bench.conf)
        lease = bench.queue.lease("benchmark")
        assert lease is not None
        finished = runner(lease, stopping)
        assert finished.state == "done", finished
        bench.queue.finish(lease, finished.state, finished.result)


def _bare(database: Database, scripts: dict[str, Script], pools: int) -> None:
    columns = POOLS.table.c
    statement = (
        update(POOLS.table)
        .where(
            columns.storage_id == bindparam("of"),
            columns.native_storage_pool_id == bindparam("native"),
        )
        .values(used_capacity=bindparam("used"), updated_at=utcnow())
    )
    for storage_id in scripts:
        rows = [{"of": storage_id, "native": f"p{n}", "used": n} for n in range(pools)]
        with database.engine.begin() as connection:
            connection.execute(statement, rows)


def told(measured: Sequence[Cycles], arrays: int, pools: int) -> str:
    thousand = max(one.each for one in measured) * 1000
    return (
        f"{arrays:,} arrays of {pools} pools, {measured[0].timed:,} of them timed in each of {ROUNDS} "
        f"cycles. At the slowest pace 1,000 arrays take {thousand:.0f} s "
        f"of one thread; a minute has {INTERVAL}, so it needs {thousand // INTERVAL + 1:.0f} of them."
    )


def main() -> None:
    parser = page.arguments(__doc__)
    parser.add_argument("--arrays", type=int, default=1000)
    parser.add_argument("--pools", type=int, default=50)
    parser.add_argument("--timed", type=int, default=100)
    options = parser.parse_args()
    timed = min(options.timed, options.arrays)
    measured = [
        cycles
        for engine in options.engine or rig.ENGINES
        for cycles in measure(engine, options.arrays, options.pools, timed)
    ]
    tables = page.table(_HEAD, (cycles.row() for cycles in measured))
    page.show(
        "reports", f"{tables}\n\n{told(measured, options.arrays, options.pools)}", options.write
    )


if __name__ == "__main__":
    main()
