"""How many samples a second get from a collection to the scrape page and into remote writes.

    python -m tests.benchmark.exporting [--samples 100000] [--large 1000000] [--write PAGE]

A round formats the same samples in each way, in random order, on one thread: bare (one line a sample,
its labels formatted beforehand), through delfin (packed, written to a spool, read, unpacked, put on
the page, and the page read; or encoded and compressed for remote write), and with prometheus_client.
The large page is made in a process of its own, whose memory is looked at.
"""

from __future__ import annotations

import gc
import random
import resource
import statistics
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily

from delfin.common.constants import Metric, VolumeMetric
from delfin.exporter.performance.naming import SCHEMES, resource_of
from delfin.exporter.performance.packing import Packer, Unpacker, pack, split
from delfin.exporter.performance.prometheus.page import Page
from delfin.exporter.performance.prometheus.server import PageServer
from delfin.exporter.performance.remote_write import RemoteWriteExporter
from delfin.exporter.performance.spool import Spool
from delfin.exporter.performance.write_request import SeriesEncoder
from delfin.telemetry.samples import Batch, Series, Source
from tests.benchmark import page as figures
from tests.benchmark.memory import in_new_process

ROUNDS = 5
METRICS = tuple(
    metric
    for name in sorted(dir(VolumeMetric))
    if isinstance(metric := getattr(VolumeMetric, name), Metric)
)[:10]
OF_AN_ARRAY = 10_000
BATCH = 50_000
MIB = 2**20
_RATES = ("way", "samples/s", "of the bare rate")
_LARGE = (
    *("series", "page, MiB", "all changed, s", "first reading, ms", "unchanged reading, ms"),
    *("unchanged over HTTP, s", "memory, MiB"),
)


def collected(samples: int) -> list[Batch]:
    """A batch for each array: volumes with ten metrics, one sample each."""
    made = []
    for number in range(samples // OF_AN_ARRAY):
        source = Source(f"{number:032x}", f"array-{number}", "vendor", "model", f"SN{number:08}")
        series = [
            Series("volume", f"{volume:08x}", f"host-{volume:05}-data", metric.name, metric.unit)
            for volume in range(OF_AN_ARRAY // len(METRICS))
            for metric in METRICS
        ]
        times = array("q", (1_790_000_000_000,)) * OF_AN_ARRAY
        made.append(Batch(source, series, array("I", range(OF_AN_ARRAY)), times))
    return made


def of_a_cycle(batches: Sequence[Batch], cycle: int) -> list[Batch]:
    """The next samples of all series, whose names are read anew as from an array."""
    values = random.Random(cycle)  # noqa: S311 - the same in every run
    return [
        replace(
            batch,
            series=[Series._make(text.encode().decode() for text in one) for one in batch.series],
            times=array("q", (time + cycle * 60_000 for time in batch.times)),
            values=array("d", (round(values.uniform(0, 5000), 3) for _ in batch.index)),
        )
        for batch in batches
    ]


class Ways:
    """Each way to format the samples of a cycle; what can be kept from the last one, they keep."""

    def __init__(self, batches: Sequence[Batch], folder: Path) -> None:
        self._scheme = SCHEMES["soda"]
        self._prefixes = [self._bare_prefixes(batch) for batch in batches]
        self._spool = Spool(folder, 2**34)
        self._packer = Packer()
        self._unpacker = Unpacker()
        self._page = Page(self._scheme, 3.0, 60.0)
        encoder = SeriesEncoder(self._scheme)
        self._posted = 0
        self._writer = RemoteWriteExporter(self._post, encoder, 10_000)
        self.ways: dict[str, Callable[[Sequence[Batch]], Any]] = {
            "bare lines": self.bare,
            "delfin, from the collection to the page": self.to_page,
            "delfin, from the collection to remote writes": self.to_remote_write,
            "prometheus_client, a collector of its own": self.prometheus_client,
        }

    def bare(self, batches: Sequence[Batch]) -> bytes:
        lines: list[str] = []
        for batch, prefixes in zip(batches, self._prefixes, strict=True):
            pairs = zip(prefixes, batch.values, strict=True)
            lines += [f"{prefix}{value!r}\n" for prefix, value in pairs]
        return "".join(lines).encode()

    def to_page(self, batches: Sequence[Batch]) -> bytes:
        for batch in self._through_spool(batches):
            self._page.put(batch)
        return b"".join(self._page.read(open_metrics=False))

    def to_remote_write(self, batches: Sequence[Batch]) -> int:
        for batch in self._through_spool(batches):
            self._writer.export([batch])
        return self._posted

    def prometheus_client(self, batches: Sequence[Batch]) -> bytes:
        scheme = self._scheme

        class Collector:
            def collect(self) -> Iterator[GaugeMetricFamily]:
                families: dict[str, GaugeMetricFamily] = {}
                for batch in batches:
                    for series, _, value in batch.samples():
                        named = scheme.metric(series)
                        labels = (
                            *scheme.resource(batch.source, resource_of(series)),
                            *named.labels,
                        )
                        family = families.get(named.name)
                        if family is None:
                            names = [name for name, _ in labels]
                            family = GaugeMetricFamily(named.name, named.help, labels=names)
                            families[named.name] = family
                        family.add_metric([text for _, text in labels], value)
                yield from families.values()

            def describe(self) -> tuple[()]:
                return ()

        registry = CollectorRegistry()
        registry.register(Collector())
        return generate_latest(registry)

    def _through_spool(self, batches: Sequence[Batch]) -> Iterator[Batch]:
        for batch in batches:
            for part in split(batch, BATCH):
                self._spool.put(self._packer.pack(part), len(part))
        for waiting in self._spool.waiting():
            data = self._spool.read(waiting)
            if data is not None:
                yield self._unpacker.unpack(data)
            self._spool.remove(waiting)

    def _post(self, body: bytes) -> None:
        self._posted += len(body)

    def _bare_prefixes(self, batch: Batch) -> list[str]:
        scheme = self._scheme
        prefixes = []
        for series in batch.series:
            named = scheme.metric(series)
            labels = (*scheme.resource(batch.source, resource_of(series)), *named.labels)
            words = ",".join(f'{name}="{value}"' for name, value in labels)
            prefixes.append(f"{named.name}{{{words}}} ")
        return prefixes


def _seconds(work: Callable[[], object]) -> float:
    """Of a core: the machine may have other work."""
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


def rates(samples: int) -> list[tuple[str, str, str]]:
    """A row for each way."""
    order = random.Random(samples)  # noqa: S311 - the same order in every run
    batches = collected(samples)
    with tempfile.TemporaryDirectory(prefix="delfin-benchmark-") as folder:
        ways = Ways(batches, Path(folder))
        for way in ways.ways.values():
            way(of_a_cycle(batches, 0))
        took: dict[str, list[float]] = {name: [] for name in ways.ways}
        for cycle in range(1, ROUNDS + 1):
            now = of_a_cycle(batches, cycle)
            for name in order.sample(list(ways.ways), len(ways.ways)):
                took[name].append(_seconds(lambda: ways.ways[name](now)))  # noqa: B023 - called at once
    bare = took["bare lines"]
    return [
        (
            name,
            f"{samples / statistics.median(seconds):,.0f}",
            figures.middle([b / s for b, s in zip(bare, seconds, strict=True)]),
        )
        for name, seconds in took.items()
    ]


def large_page(series: int) -> list[float]:
    """Size (MiB), seconds of a cycle, of the first and the next readings, over HTTP, and memory (MiB)."""
    before = _resident()
    page = Page(SCHEMES["soda"], 3.0, 60.0)
    unpacker = Unpacker()
    cycles: list[float] = []
    readings: list[float] = []
    for cycle in range(2):
        spent = 0.0
        # As in life: no batch outlives its delivery.
        for number in range(series // OF_AN_ARRAY):
            data = pack(_of_array(number, cycle))
            began = time.process_time()
            page.put(unpacker.unpack(data))
            spent += time.process_time() - began
        cycles.append(spent)
    for _ in range(2):
        began = time.process_time()
        chunks = page.read(open_metrics=False)
        readings.append(time.process_time() - began)
    size = sum(map(len, chunks)) / MIB
    gc.collect()
    memory = _resident() - before
    server = PageServer(page, "127.0.0.1", 0)
    began = time.perf_counter()
    with requests.get(
        f"http://127.0.0.1:{server.port}/metrics", stream=True, timeout=300
    ) as answer:
        got = sum(map(len, answer.iter_content(MIB)))
    over_http = time.perf_counter() - began
    server.close()
    if got / MIB != size:
        raise RuntimeError(f"{got} bytes arrived of {size} MiB")
    return [size, cycles[1], readings[0] * 1000, readings[1] * 1000, over_http, memory]


def _of_array(number: int, cycle: int) -> Batch:
    (batch,) = of_a_cycle(collected(OF_AN_ARRAY), cycle)
    source = batch.source._replace(storage_id=f"{number:032x}", storage_name=f"array-{number}")
    return replace(batch, source=source)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / MIB


def large_row(series: int) -> tuple[str, ...]:
    size, cycle, first, unchanged, over_http, memory = in_new_process(large_page, series)
    return (
        *(f"{series:,}", f"{size:,.0f}", f"{cycle:.2f}", f"{first:.1f}", f"{unchanged:.3f}"),
        *(f"{over_http:.2f}", f"{memory:,.0f}"),
    )


def main() -> None:
    parser = figures.arguments(__doc__)
    parser.add_argument("--samples", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000, help="series of the large page")
    options = parser.parse_args()
    shown = "\n\n".join(
        (
            figures.table(_RATES, rates(options.samples)),
            figures.table(_LARGE, [large_row(options.large)]),
        )
    )
    figures.show("exporting", shown, options.write)


if __name__ == "__main__":
    main()
