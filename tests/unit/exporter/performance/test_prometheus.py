"""A real Prometheus, and scrapers of our own, at the page of real outlets."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import requests
from oslo_config import cfg

from delfin.db import storages
from delfin.db.session import Database
from delfin.exporter.performance.outlets import Outlets
from delfin.exporter.performance.prometheus.exporter import PerformanceExporterPrometheus
from delfin.exporter.performance.prometheus.server import OPEN_METRICS, TEXT
from delfin.telemetry.samples import Batch, Series
from tests.unit.exporter.performance.collected import NOW, batch, one, registered, source, volume
from tests.unit.exporter.performance.prometheus_server import prometheus
from tests.unit.exporter.receivers import free_port
from tests.waiting import wait_until

NAMES = ['say "hi"', "C:\\disk\\1", "two\nlines", "存储池", "Größe 😀"]


@pytest.fixture
def url(conf_here: cfg.ConfigOpts) -> str:
    """Of the page that outlets of these options serve."""
    conf_here.set_override("metric_server_ip", "127.0.0.1", "prometheus_exporter")
    port = free_port()
    conf_here.set_override("metric_server_port", port, "prometheus_exporter")
    return f"http://127.0.0.1:{port}/metrics"


@pytest.fixture
def outlets(url: str, sqlite_database: Database, conf_here: cfg.ConfigOpts) -> Iterator[Outlets]:
    assert url
    conf_here.set_override("performance_exporters", ["PerformanceExporterPrometheus"])
    made = Outlets(conf_here, sqlite_database)
    made.start()
    wait_until(lambda: _answers(url))
    yield made
    made.stop()
    made.wait(10)


def _answers(url: str, ending: str = "") -> bool:
    try:
        return requests.get(url, timeout=5).text.endswith(ending)
    except requests.ConnectionError:
        return False


def test_a_real_prometheus_scrapes_and_answers_on_any_name(
    tmp_path: Path, url: str, outlets: Outlets, sqlite_database: Database
) -> None:
    registered(sqlite_database, "s1")
    series = [
        Series("storagePool", f"p{number}", name, "readIops", "IOPS")
        for number, name in enumerate(NAMES)
    ]
    samples = ((number, NOW, float(number)) for number in range(len(NAMES)))
    outlets.put(batch(source("s1", NAMES[0]), series, *samples))
    target = url.removeprefix("http://").removesuffix("/metrics")
    scrape = [{"job_name": "delfin", "static_configs": [{"targets": [target]}]}]
    with prometheus(tmp_path, scrape) as server:
        wait_until(lambda: len(server.query("storage_pool_read_iops")) == len(NAMES))
        for number, name in enumerate(NAMES):
            found = server.query(f"storage_pool_read_iops{{resource_id='p{number}'}}")
            assert found[0]["metric"]["resource_name"] == name
            assert found[0]["metric"]["name"] == NAMES[0]
            assert float(found[0]["value"][1]) == number
        quoted = NAMES[1].replace("\\", "\\\\")
        assert server.query(f'storage_pool_read_iops{{resource_name="{quoted}"}}')
        (answer,) = server.targets()
        assert answer["health"] == "up", answer["lastError"]


def test_two_scrapers_see_every_sample_of_a_hundred_arrays(
    url: str, outlets: Outlets, sqlite_database: Database
) -> None:
    ids = [f"s{number}" for number in range(100)]
    registered(sqlite_database, *ids)
    seen: list[set[tuple[str, float]]] = [set(), set()]
    with requests.Session() as first, requests.Session() as second:
        for interval in range(3):
            for storage_id in ids:
                outlets.put(one(source(storage_id), float(interval), NOW + interval * 60_000))
            wait_until(lambda: first.get(url, timeout=5).text.count(f" {interval}.0\n") == 100)  # noqa: B023 - asked at once
            for _ in range(15):
                for scraper, samples in zip((first, second), seen, strict=True):
                    lines = scraper.get(url, timeout=5).text.splitlines()[2:]
                    assert len(lines) == 100
                    samples |= {
                        (line.split('"', 2)[1], float(line.rsplit(" ", 1)[1])) for line in lines
                    }
    assert [len(samples) for samples in seen] == [300, 300]


@pytest.mark.usefixtures("outlets")
def test_the_page_speaks_both_formats_and_says_which(url: str) -> None:
    plain = requests.get(url, timeout=5)
    assert (plain.headers["Content-Type"], plain.text) == (TEXT, "")
    accept = {"Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}
    opened = requests.get(url, timeout=5, headers=accept)
    assert (opened.headers["Content-Type"], opened.text) == (OPEN_METRICS, "# EOF\n")
    head = requests.head(url, timeout=5)
    assert (head.status_code, head.content) == (200, b"")
    assert requests.post(url, timeout=5).status_code == 405
    assert requests.get(url.removesuffix("/metrics"), timeout=5).status_code == 404


def test_a_removed_storage_leaves_the_page_within_ten_seconds(
    url: str, outlets: Outlets, sqlite_database: Database
) -> None:
    registered(sqlite_database, "s1", "s2")
    outlets.put(one(source("s1"), 1.0))
    outlets.put(one(source("s2"), 2.0))
    wait_until(lambda: requests.get(url, timeout=5).text.count("RAW") == 2)
    with sqlite_database.writer() as session:
        storages.bury(session, "s1")
    wait_until(lambda: 'storage_id="s1"' not in requests.get(url, timeout=5).text, 10)
    assert 'storage_id="s2"' in requests.get(url, timeout=5).text


def test_the_page_goes_on_after_a_call_that_took_too_long(
    url: str,
    sqlite_database: Database,
    conf_here: cfg.ConfigOpts,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    registered(sqlite_database, "s1")
    conf_here.set_override("performance_exporters", ["PerformanceExporterPrometheus"])
    conf_here.set_override("timeout", 0.5, "exporters")
    free = threading.Event()
    export = PerformanceExporterPrometheus.export

    def slow(exporter: PerformanceExporterPrometheus, batches: Sequence[Batch]) -> None:
        free.wait(60)
        export(exporter, batches)

    monkeypatch.setattr(PerformanceExporterPrometheus, "export", slow)
    both = [Outlets(conf_here, sqlite_database) for _ in range(2)]
    try:
        both[0].start()
        wait_until(lambda: _answers(url))
        both[0].put(one(source("s1"), 1.0))
        wait_until(lambda: "no answer within 0.5 s" in caplog.text)
        # The other process holds the log now, and cannot have the port.
        both[1].start()
        wait_until(lambda: "OSError" in caplog.text)
        free.set()
        for value in (2.0, 3.0):
            both[1].put(one(source("s1"), value, NOW + int(value)))
            wait_until(lambda: _answers(url, f" {value}\n"))  # noqa: B023 - asked at once
    finally:
        free.set()
        for outlets in both:
            outlets.stop()
        for outlets in both:
            outlets.wait(10)


def test_a_large_page_arrives_whole(url: str, outlets: Outlets, sqlite_database: Database) -> None:
    registered(sqlite_database, "s1")
    series = [volume(number) for number in range(20_000)]
    outlets.put(batch(source("s1"), series, *((n, NOW, 1.0) for n in range(20_000))))
    wait_until(lambda: requests.get(url, timeout=5).text.count("RAW") == 20_000)


def test_a_port_that_is_taken_is_told(conf_here: cfg.ConfigOpts, url: str) -> None:
    assert url
    first = PerformanceExporterPrometheus.of(conf_here)
    try:
        with pytest.raises(OSError, match=r"in use|No socket"):
            PerformanceExporterPrometheus.of(conf_here)
    finally:
        first.close()
