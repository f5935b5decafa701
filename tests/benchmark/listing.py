"""How many pages of 1,000 volumes the REST API serves, against its own queries without the web.

    python -m tests.benchmark.listing [--engine sqlite] [--volumes 100000] [--write PAGE]

The API is the real one, on loopback, in this process; its clients are threads of another process
and keep their connections. Without the web, as many threads of this process send the very
statements that the API sends, each on a connection that it keeps, and write the rows as JSON.
"""

from __future__ import annotations

import multiprocessing
import random
import statistics
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

from sqlalchemy import Select, event

from delfin.api import wire
from delfin.api.app import make_app
from delfin.api.parts import ApiParts
from delfin.api.server import ApiService, open_socket
from delfin.coordination.eviction import LocalEviction
from delfin.coordination.locks import Coordinator
from delfin.db.query import Page
from delfin.db.session import Database
from delfin.inventory import store
from delfin.inventory.block import VOLUMES
from delfin.jobs.timetable import Timetable
from delfin.rpc.array_calls import ArrayCalls
from delfin.rpc.transport import open_transport
from tests.api.conftest import Bell
from tests.benchmark import load, page, rig
from tests.unit.conftest import Bench

LIMIT = 1000
CLIENTS = (1, 4)
ROUNDS = 5
SECONDS = 1.5
GOAL_RATIO = 0.5
_HEAD = ("engine", "page", "clients", "requests/s", "without the web/s", "ratio")


@dataclass
class Rounds:
    """Calls a second of each round."""

    engine: str
    page: int
    clients: int
    served: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Of each round: what it compares was measured within seconds."""
        return [s / b for s, b in zip(self.served, self.bare, strict=True)]

    def row(self) -> tuple[str, ...]:
        rates = (f"{statistics.median(rates):.0f}" for rates in (self.served, self.bare))
        name = rig.ENGINES[self.engine]
        return (name, str(self.page), str(self.clients), *rates, page.middle(self.ratios))


def measure(engine: str, volumes: int) -> list[Rounds]:
    """The rounds of the first page and of the last one, which is found by its marker."""
    with (
        rig.new_bench(engine) as bench,
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as clients,
    ):
        rig.stored(bench, volumes)
        with _serving(bench) as port:
            last = volumes // LIMIT
            return [
                _measure_page(bench.database, clients, port, rounds)
                for number in (1, last)
                for rounds in (Rounds(engine, number, threads) for threads in CLIENTS)
            ]


@contextmanager
def _serving(bench: Bench) -> Iterator[int]:
    """The REST API on a free port of loopback."""
    parts = ApiParts(
        conf=bench.conf,
        database=bench.database,
        jobs=bench.board,
        timetable=Timetable(bench.database, bench.board, bench.conf),
        arrays=bench.arrays,
        calls=ArrayCalls(open_transport(bench.conf, "inproc://"), deadline=1.0, silence=2),
        coordinator=Coordinator(bench.conf),
        keyring=bench.keyring,
        doorbell=Bell(),
        eviction=LocalEviction(),
    )
    service = ApiService(bench.conf, make_app(parts), open_socket("127.0.0.1", 0))
    service.start()
    try:
        yield service.port
    finally:
        service.stop()
        service.wait()


def _measure_page(
    database: Database, clients: ProcessPoolExecutor, port: int, rounds: Rounds
) -> Rounds:
    path = f"/v1/{VOLUMES.path}?limit={LIMIT}"
    if rounds.page > 1:
        path += f"&marker={_last_id_before(database, rounds.page)}"

    def served() -> float:
        given = (port, path, LIMIT, rounds.clients, SECONDS)
        return clients.submit(load.rate_over_http, *given).result()

    with _overheard(database) as statements, closing(HTTPConnection("127.0.0.1", port)) as client:
        load.get(client, path, LIMIT)

    def bare() -> float:
        return load.rate(rounds.clients, SECONDS, lambda: _without_web(database, statements))

    order = random.Random(rounds.page)  # noqa: S311 - the same order in every run
    sides = [(served, rounds.served), (bare, rounds.bare)]
    for _ in range(ROUNDS):
        order.shuffle(sides)
        for side, rates in sides:
            rates.append(side())
    page.progress(" ".join(rounds.row()))
    return rounds


def _last_id_before(database: Database, number: int) -> str:
    with database.reader() as session:
        wanted = Page(limit=1, offset=(number - 1) * LIMIT - 1)
        return str(store.listing(session, VOLUMES, wanted).rows[0]["id"])


@contextmanager
def _overheard(database: Database) -> Iterator[list[Select[Any]]]:
    """The queries that are sent while the block runs."""
    heard: list[Select[Any]] = []

    def note(_connection: Any, statement: Any, *_more: Any) -> None:
        if isinstance(statement, Select):
            heard.append(statement)

    event.listen(database.engine, "before_execute", note)
    try:
        yield heard
    finally:
        event.remove(database.engine, "before_execute", note)


@contextmanager
def _without_web(database: Database, statements: Sequence[Select[Any]]) -> Iterator[load.Call]:
    """Sends the queries in a transaction, and makes of the last one's rows the same JSON."""
    *others, rows = statements
    names = tuple(VOLUMES.columns)
    with database.engine.connect() as connection:

        def call() -> None:
            with connection.begin():
                for statement in others:
                    connection.execute(statement).all()
                found = connection.execute(rows).all()
            listed = [dict(zip(names, row, strict=True)) for row in found[:LIMIT]]
            wire.dumps({VOLUMES.key: listed})

        yield call


def verdict(measured: Sequence[Rounds]) -> str:
    """Whether the goal is met, in a sentence for the page."""
    worst = min(measured, key=lambda rounds: statistics.median(rounds.ratios))
    lowest = statistics.median(worst.ratios)
    return (
        f"Goal: at least {GOAL_RATIO:.0%} of the rate without the web. "
        f"It is {'met' if lowest >= GOAL_RATIO else 'NOT met'}: the lowest is {lowest:.0%} "
        f"({rig.ENGINES[worst.engine]}, page {worst.page}, clients: {worst.clients})."
    )


def main() -> None:
    parser = page.arguments(__doc__)
    parser.add_argument("--volumes", type=int, default=100_000)
    options = parser.parse_args()
    measured = [
        rounds
        for engine in options.engine or rig.ENGINES
        for rounds in measure(engine, options.volumes)
    ]
    tables = page.table(_HEAD, (rounds.row() for rounds in measured))
    told = f"{options.volumes:,} volumes are stored; a page has {LIMIT:,}."
    page.show("listing", f"{tables}\n\n{told} {verdict(measured)}", options.write)


if __name__ == "__main__":
    main()
