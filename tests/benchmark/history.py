"""How fast the short history is written, how large it is, and how long its questions take.

    python -m tests.benchmark.history [--engine sqlite] [--hours 24] [--write PAGE]

One array: 1,000 volumes with 16 metrics, a sample a minute for hours; half of the volumes are idle.
Two ways to collect: 15 minutes at a time, and each minute by itself.
"""

from __future__ import annotations

import random
import statistics
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import text

from delfin.db.session import Database
from delfin.telemetry.history import ranking, reading
from delfin.telemetry.history.keeping import sum_up
from delfin.telemetry.history.packed import HOUR
from delfin.telemetry.history.reading import Asked
from delfin.telemetry.history.sink import HistorySink
from delfin.telemetry.samples import Batch, Series, Source
from delfin.utils import utcnow_ms
from tests.benchmark import page, rig
from tests.unit.conftest import Bench
from tests.unit.db.stored import add_storage

VOLUMES = 1000
METRICS = 16
MINUTE = 60_000
# Minutes that are written one by one at the end.
SINGLE = 15
ASKED = 15
_HEAD = (
    *("engine", "15 min at a time, samples/s", "1 min at a time, samples/s"),
    *("bytes a million samples", "summing up an hour, s"),
    *("chart of samples, ms", "chart by hours, ms", "top 10, ms"),
)
# All that the tables take, with their keys.
_SIZES = {
    "sqlite": "SELECT SUM(pgsize) FROM dbstat WHERE name LIKE '%metric_blocks%'",
    "postgresql": "SELECT pg_total_relation_size('metric_blocks')",
    "mysql": "SELECT data_length + index_length FROM information_schema.tables"
    " WHERE table_name = 'metric_blocks' AND table_schema = DATABASE()",
}


@dataclass
class Figures:
    """What was measured on one engine."""

    engine: str
    windows: list[float] = field(default_factory=list)
    singles: list[float] = field(default_factory=list)
    size: float = 0.0
    summing: list[float] = field(default_factory=list)
    questions: list[float] = field(default_factory=list)

    def row(self) -> tuple[str, ...]:
        rates = (f"{statistics.median(rates):,.0f}" for rates in (self.windows, self.singles))
        asked = (f"{seconds * 1000:.1f}" for seconds in self.questions)
        summing = f"{statistics.median(self.summing):.2f}"
        return (rig.ENGINES[self.engine], *rates, f"{self.size:,.0f}", summing, *asked)


def measure(engine: str, hours: int) -> Figures:
    figures = Figures(engine)
    with rig.new_bench(engine) as bench:
        with bench.database.writer() as session:
            storage_id = add_storage(session)
        sink = HistorySink(bench.conf, bench.database)
        now = utcnow_ms()
        end = now - now % HOUR
        start = end - hours * HOUR
        for batch in _windows(storage_id, start, hours * 4, 15):
            figures.windows.append(_rate(sink, batch))
        page.progress(f"{engine}: everything is written")
        rig.settle(bench.database)
        figures.size = _size(bench.database) / (VOLUMES * METRICS * hours * 60) * 1e6
        _sum_up(bench, figures)
        figures.questions = [
            _asked(bench.database, ask) for ask in _questions(storage_id, start, end)
        ]
        for batch in _windows(storage_id, end, SINGLE, 1):
            figures.singles.append(_rate(sink, batch))
    page.progress(" ".join(figures.row()))
    return figures


def _windows(storage_id: str, start: int, count: int, minutes: int) -> Iterator[Batch]:
    """Batches of so many minutes, one after the other."""
    source = Source(storage_id, "array", "vendor", "model", "SN1")
    series = [
        Series("volume", f"v{volume}", f"volume {volume}", f"metric{metric}", "IOPS")
        for volume in range(VOLUMES)
        for metric in range(METRICS)
    ]
    noise = random.Random(1)  # noqa: S311 - the same figures in every run
    index = array("I", (number for number in range(len(series)) for _ in range(minutes)))
    for place in range(count):
        times = [start + (place * minutes + minute) * MINUTE for minute in range(minutes)]
        values = array("d")
        for number in range(len(series)):
            busy = number // METRICS % 2
            values.extend(noise.uniform(0, 5000) if busy else 0.0 for _ in range(minutes))
        yield Batch(source, series, index, array("q", times * len(series)), values)


def _rate(sink: HistorySink, batch: Batch) -> float:
    with rig.timed() as took:
        sink.put(batch)
    return len(batch) / took[0]


def _size(database: Database) -> float:
    with database.engine.connect() as connection:
        return float(connection.scalar(text(_SIZES[database.engine.dialect.name])) or 0)


def _sum_up(bench: Bench, figures: Figures) -> None:
    with bench.database.reader() as session:
        history = session.scalar(text("SELECT id FROM metric_histories"))
    begun = time.perf_counter()
    hours = sum_up(bench.database, history)
    figures.summing.append((time.perf_counter() - begun) / hours)
    page.progress(f"{figures.engine}: {hours} hours are summed up")


def _questions(storage_id: str, start: int, end: int) -> Sequence[Callable[[Database], object]]:
    samples = Asked("volume", "v7", ("metric3",), start, end, 0)
    hours = Asked("volume", "v7", ("metric3",), end - 30 * 24 * HOUR, end, HOUR)

    def chart(asked: Asked) -> Callable[[Database], object]:
        def ask(database: Database) -> object:
            with database.reader() as session:
                return reading.chart(session, storage_id, asked)

        return ask

    def top(database: Database) -> object:
        with database.reader() as session:
            return ranking.over(session, storage_id, "volume", "metric3", 10, start, end)

    return chart(samples), chart(hours), top


def _asked(database: Database, ask: Callable[[Database], object]) -> float:
    rounds = []
    for _ in range(ASKED):
        with rig.timed() as took:
            assert ask(database)
        rounds.append(took[0])
    return statistics.median(rounds)


def main() -> None:
    parser = page.arguments(__doc__)
    parser.add_argument("--hours", type=int, default=24)
    options = parser.parse_args()
    measured = [measure(engine, options.hours) for engine in options.engine or rig.ENGINES]
    told = (
        f"{VOLUMES:,} volumes, {METRICS} metrics, half of the volumes idle: "
        f"{VOLUMES * METRICS * options.hours * 60:,} samples of {options.hours} hours are stored."
    )
    tables = page.table(_HEAD, (figures.row() for figures in measured))
    page.show("history", f"{tables}\n\n{told}", options.write)


if __name__ == "__main__":
    main()
