"""How many jobs a second go through claim and finish, against a bare claim loop on the same table.

    python -m tests.benchmark.claims [--engine sqlite] [--jobs 1000] [--write PAGE]

A round queues the jobs anew for each side, in random order. The queue's side leases and finishes one
job after the other, as a worker does. The bare side takes the oldest row by its state, marks it as
running, and marks it as done: the same two transactions with the least SQL that keeps two from taking
the same row, without priorities, times, owners, crashes, fences, or one job at a time for a storage.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine, delete, func, insert, select, text

from delfin.db.jobs import Job
from delfin.jobs.queue import DONE, QUEUED, now_ms
from tests.benchmark import page, rig
from tests.unit.conftest import Bench
from tests.unit.db.stored import add_storage

ROUNDS = 5
STORAGES = 100
_HEAD = ("engine", "jobs", "bare loop, jobs/s", "queue, jobs/s", "bare / queue", "queue, ms a job")
_NEXT = "SELECT id FROM jobs WHERE state = 'queued' ORDER BY created_at LIMIT 1"
_SKIP = {"postgresql": " FOR UPDATE SKIP LOCKED", "mysql": " FOR UPDATE SKIP LOCKED", "sqlite": ""}
_MARK = text("UPDATE jobs SET state = :state WHERE id = :id")


@dataclass
class Rounds:
    """Jobs a second of each round."""

    engine: str
    jobs: int
    bare: list[float] = field(default_factory=list)
    queue: list[float] = field(default_factory=list)

    def row(self) -> tuple[str, ...]:
        ratios = [bare / queue for bare, queue in zip(self.bare, self.queue, strict=True)]
        queue = statistics.median(self.queue)
        return (
            rig.ENGINES[self.engine],
            f"{self.jobs:,}",
            f"{statistics.median(self.bare):.0f}",
            f"{queue:.0f}",
            page.middle(ratios),
            f"{1000 / queue:.2f}",
        )


def measure(engine: str, jobs: int) -> tuple[Rounds, str]:
    """The rounds on a new database, and what the server is."""
    rounds = Rounds(engine, jobs)
    order = random.Random(jobs)  # noqa: S311 - the same order in every run
    with rig.new_bench(engine) as bench:
        with bench.database.writer() as session:
            storages = [add_storage(session, f"SN{number}") for number in range(STORAGES)]

        def bare() -> None:
            rounds.bare.append(jobs / _bare(bench.database.engine, jobs))

        def queue() -> None:
            rounds.queue.append(jobs / _queue(bench, jobs))

        sides = [bare, queue]
        # The first jobs of all compile the statements.
        _fill(bench, storages, 10)
        _queue(bench, 10)
        for _ in range(ROUNDS):
            order.shuffle(sides)
            for side in sides:
                _fill(bench, storages, jobs)
                side()
                _check(bench, jobs)
        return rounds, page.server(bench.database)


def _fill(bench: Bench, storages: Sequence[str], jobs: int) -> None:
    now = now_ms()
    rows = [
        {
            "id": f"{number:036}",
            "kind": "sync",
            "storage_id": storages[number % len(storages)],
            "state": QUEUED,
            "not_before": now + number - jobs,
            "payload": {},
            "active_key": f"{number}",
        }
        for number in range(jobs)
    ]
    with bench.database.writer() as session:
        session.execute(delete(Job))
        session.execute(insert(Job), rows)
    rig.settle(bench.database)


def _queue(bench: Bench, jobs: int) -> float:
    """Seconds that it took."""
    with rig.timed() as took:
        for _ in range(jobs):
            lease = bench.queue.lease("benchmark")
            if lease is None:
                raise RuntimeError("there are fewer jobs than were queued")
            bench.queue.finish(lease, DONE, {})
    return took[0]


def _bare(engine: Engine, jobs: int) -> float:
    """Seconds that it took."""
    claim = text(_NEXT + _SKIP[engine.dialect.name])
    # As the queue does: SQLite takes its write lock at once.
    writing = engine.execution_options(delfin_writes=True)
    with rig.timed() as took:
        for _ in range(jobs):
            with writing.begin() as connection:
                job_id = connection.execute(claim).scalar_one()
                connection.execute(_MARK, {"id": job_id, "state": "running"})
            with writing.begin() as connection:
                connection.execute(_MARK, {"id": job_id, "state": DONE})
    return took[0]


def _check(bench: Bench, jobs: int) -> None:
    with bench.database.reader() as session:
        done = session.scalar(select(func.count()).where(Job.state == DONE))
    if done != jobs:
        raise RuntimeError(f"{done} of {jobs} jobs are done")


def main() -> None:
    parser = page.arguments(__doc__)
    parser.add_argument("--jobs", type=int, default=1000)
    options = parser.parse_args()
    measured = []
    for engine in options.engine or rig.ENGINES:
        rounds, _ = measure(engine, options.jobs)
        page.progress(" ".join(rounds.row()))
        measured.append(rounds)
    table = page.table(_HEAD, (rounds.row() for rounds in measured))
    told = f"One worker's thread, one job after the other, for {STORAGES} storages."
    page.show("claims", f"{table}\n\n{told}", options.write)


if __name__ == "__main__":
    main()
