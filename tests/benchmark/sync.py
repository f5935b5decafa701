"""How long a sync of N volumes takes, against a bare 'executemany' of the same rows.

    python -m tests.benchmark.sync [--engine sqlite] [--volumes 20000] [--write PAGE]

A round empties the table and does both, in random order: the bare insert; and, with an array that
answers from memory, a first sync, one without a change, and one with every tenth volume changed.
"""

from __future__ import annotations

import pickle
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import insert, select

from delfin.inventory.block import VOLUMES
from tests.benchmark import page, rig
from tests.unit.conftest import Bench
from tests.unit.scripted import Script

# Rounds by number of volumes: small ones are short and uneven, large ones are neither.
ROUNDS = {1_000: 9, 5_000: 9, 20_000: 5, 100_000: 3}
GOAL_VOLUMES, GOAL_RATIO = 20_000, 2.0
_HEAD = (
    *("engine", "volumes", "bare insert, s", "first sync, s", "unchanged, s", "10 % changed, s"),
    *("first / bare", "first sync, µs a volume"),
)


@dataclass
class Rounds:
    """Seconds of each round."""

    engine: str
    volumes: int
    bare: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    unchanged: list[float] = field(default_factory=list)
    changed: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Of each round: what it compares was measured within a minute."""
        return [f / b for f, b in zip(self.first, self.bare, strict=True)]

    def row(self) -> tuple[str, ...]:
        first = statistics.median(self.first)
        four = (self.bare, self.first, self.unchanged, self.changed)
        return (
            rig.ENGINES[self.engine],
            f"{self.volumes:,}",
            *(f"{statistics.median(times):.3f}" for times in four),
            page.middle(self.ratios),
            f"{first / self.volumes * 1e6:.0f}",
        )


def measure(engine: str, volumes: int) -> tuple[Rounds, str]:
    """The rounds on a new database, and what the server is."""
    rounds = Rounds(engine, volumes)
    order = random.Random(volumes)  # noqa: S311 - the same order in every run
    with rig.new_bench(engine) as bench:
        script = rig.array()
        storage_id = bench.register(script)
        rows = _rows_of_sync(bench, storage_id, script, volumes)

        def insert_bare() -> None:
            rounds.bare.append(_insert_bare(bench, rows))

        def sync() -> None:
            for times, written in ((rounds.first, 0), (rounds.unchanged, 0), (rounds.changed, 1)):
                script.listings[VOLUMES.lister] = rig.volumes(volumes, written=written)
                times.append(_sync(bench, storage_id, volumes))

        sides = [insert_bare, sync]
        for _ in range(ROUNDS.get(volumes, 5)):
            order.shuffle(sides)
            for side in sides:
                rig.empty(bench.database)
                side()
        return rounds, page.server(bench.database)


def _rows_of_sync(bench: Bench, storage_id: str, script: Script, volumes: int) -> bytes:
    """The rows that a first sync writes, in its order; as bytes that no collector looks through.

    It is the first sync of all: it compiles statements and logs in.
    """
    script.listings[VOLUMES.lister] = rig.volumes(volumes)
    _sync(bench, storage_id, volumes)
    with bench.database.reader() as session:
        found = session.execute(select(VOLUMES.table).order_by(VOLUMES.table.c.id))
        return pickle.dumps([dict(row) for row in found.mappings()])


def _sync(bench: Bench, storage_id: str, volumes: int) -> float:
    """Seconds that it took."""
    with rig.timed() as took:
        finished = bench.sync(storage_id)
    if finished.result["rows"] != {VOLUMES.key: volumes}:
        raise RuntimeError(f"the sync did not work: {finished}")
    rig.settle(bench.database)
    return took[0]


def _insert_bare(bench: Bench, pickled: bytes) -> float:
    """Seconds that it took."""
    rows = pickle.loads(pickled)  # noqa: S301 - our own
    with rig.timed() as took, bench.database.engine.begin() as connection:
        connection.execute(insert(VOLUMES.table), rows)
    return took[0]


def verdict(measured: Sequence[Rounds]) -> str:
    """Whether the goal is met, in a sentence for the page."""
    ratios = {r.engine: statistics.median(r.ratios) for r in measured if r.volumes == GOAL_VOLUMES}
    if not ratios:
        return f"The goal is about {GOAL_VOLUMES:,} volumes, which were not measured."
    met = "met" if max(ratios.values()) <= GOAL_RATIO else "NOT met"
    told = ", ".join(f"{rig.ENGINES[engine]} {ratio:.2f}" for engine, ratio in ratios.items())
    return (
        f"Goal: a first sync of {GOAL_VOLUMES:,} volumes in at most {GOAL_RATIO:.0f} times the bare "
        f"insert. It is {met}: {told}."
    )


def growth(measured: Sequence[Rounds]) -> str:
    """How the time of a first sync grows from the smallest to the largest number that count."""
    told = []
    for engine in dict.fromkeys(r.engine for r in measured):
        firsts = {r.volumes: statistics.median(r.first) for r in measured if r.engine == engine}
        least, most = min(n for n in firsts if n >= min(5_000, max(firsts))), max(firsts)
        if least < most:
            told.append(f"{rig.ENGINES[engine]} {firsts[most] / firsts[least]:.1f} times")
    if not told:
        return ""
    return f"From {least:,} to {most:,} volumes ({most / least:.0f} times) it takes {', '.join(told)} as long."


def main() -> None:
    parser = page.arguments(__doc__)
    parser.add_argument("--volumes", action="append", type=int, help="may be repeated")
    options = parser.parse_args()
    measured, servers = [], []
    for engine in options.engine or rig.ENGINES:
        for volumes in options.volumes or ROUNDS:
            rounds, server = measure(engine, volumes)
            page.progress(" ".join(rounds.row()))
            measured.append(rounds)
        servers.append(server)
    page.show("machine", page.machine(servers), options.write)
    tables = page.table(_HEAD, (rounds.row() for rounds in measured))
    page.show("sync", f"{tables}\n\n{verdict(measured)} {growth(measured)}".rstrip(), options.write)


if __name__ == "__main__":
    main()
