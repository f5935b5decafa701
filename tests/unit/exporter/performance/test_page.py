"""The page for Prometheus: what is on it, for how long, and what a reading costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as text_format

from delfin.common.constants import Metrics, MetricUnit, ResourceType
from delfin.exporter.performance.naming import SCHEMES
from delfin.exporter.performance.packing import split
from delfin.exporter.performance.prometheus.family import Family
from delfin.exporter.performance.prometheus.page import Page
from delfin.telemetry.samples import Series
from tests.unit.exporter.performance.collected import NOW, batch, one, source, volume
from tests.unit.exporter.performance.prometheus_server import promtool_objects

S1 = source("s1")
NASTY = 'a "quoted"\\path\nof line\r two\ttabs, 存储 é \N{PILE OF POO}{}=,\0'


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Shown:
    """A page and its clock."""

    naming: str = "soda"
    timed: bool = False
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.page = Page(SCHEMES[self.naming], 3.0, 60.0, timed=self.timed, clock=self.clock)

    def text(self, *, opened: bool = False) -> str:
        return b"".join(self.page.read(open_metrics=opened)).decode()

    def values(self) -> dict[str, float]:
        """By resource id."""
        return {
            sample.labels["resource_id"]: sample.value
            for family in text_format(self.text())
            for sample in family.samples
        }


@pytest.fixture
def shown() -> Shown:
    return Shown()


def test_a_line_is_named_as_in_soda_delfin(shown: Shown) -> None:
    shown.page.put(one(source("s1", rack="7"), 12.5))
    assert shown.text() == (
        "# HELP volume_iops Reads and writes per second, in IOPS\n"
        "# TYPE volume_iops gauge\n"
        'volume_iops{storage_id="s1",name="array",serial_number="SN-s1",resource_type="volume",'
        'resource_id="v1",resource_name="volume 1",rack="7",type="RAW",unit="IOPS"} 12.5\n'
    )


@pytest.mark.parametrize(
    ("metric", "unit", "name", "value"),
    [
        ("readIops", MetricUnit.IOPS, "delfin_volume_read_iops", 2.0),
        ("throughput", MetricUnit.MBS, "delfin_volume_throughput_bytes_per_second", 2097152.0),
        ("responseTime", MetricUnit.MS, "delfin_volume_response_time_seconds", 0.002),
        ("ioSize", MetricUnit.KB, "delfin_volume_io_size_bytes", 2048.0),
        ("cacheHitRatio", MetricUnit.PERCENTAGE, "delfin_volume_cache_hit_ratio", 0.02),
        ("queueDepth", "commands/s", "delfin_volume_queue_depth_commands_per_s", 2.0),
    ],
)
def test_base_units_are_seconds_bytes_and_ratios(
    metric: str, unit: str, name: str, value: float
) -> None:
    shown = Shown("base_units")
    shown.page.put(batch(S1, [volume(1, metric, unit)], (0, NOW, 2.0)))
    (family,) = text_format(shown.text())
    assert family.name == name
    assert family.samples[0].value == value
    assert family.samples[0].labels["storage_name"] == "array"


def test_reading_consumes_nothing_and_costs_nothing(shown: Shown) -> None:
    shown.page.put(one(S1, 1.0))
    assert shown.page.read(open_metrics=False) is shown.page.read(open_metrics=False)
    assert shown.values() == {"v1": 1.0}


def test_an_array_in_many_parts_is_formatted_once_for_a_page(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    formatted = []
    how = Family._format

    def counted(family: Family) -> Any:
        formatted.append(family.name)
        return how(family)

    monkeypatch.setattr(Family, "_format", counted)
    for turn in range(2):
        whole = [(number, NOW + turn, float(number)) for number in range(40)]
        for part in split(batch(S1, [volume(number) for number in range(40)], *whole), 2):
            shown.page.put(part)
        assert len(shown.values()) == len(shown.values()) == 40
        assert formatted == ["volume_iops"] * (turn + 1)
    shown.page.put(one(source("s2"), 1.0))
    assert shown.text().count("RAW") == 41
    assert len(formatted) == 3


def test_the_newest_sample_is_shown_whatever_comes_late(shown: Shown) -> None:
    shown.page.put(batch(S1, [volume(1)], (0, NOW, 1.0), (0, NOW + 1000, 2.0)))
    shown.page.put(one(S1, 3.0, NOW + 500))
    shown.page.put(one(S1, 4.0, NOW + 9000, refill=True))
    assert shown.values() == {"v1": 2.0}
    shown.page.put(one(S1, 5.0, NOW + 2000))
    assert shown.values() == {"v1": 5.0}


def test_batches_of_other_series_leave_the_rest_as_it_is(shown: Shown) -> None:
    series = [volume(number) for number in range(3)]
    shown.page.put(batch(S1, series, *((number, NOW, float(number)) for number in range(3))))
    shown.page.put(batch(S1, [volume(2), volume(9)], (0, NOW + 1, 22.0), (1, NOW, 99.0)))
    shown.page.put(batch(S1, series, (1, NOW + 1, 11.0)))
    assert shown.values() == {"v0": 0.0, "v1": 11.0, "v2": 22.0, "v9": 99.0}


def test_a_series_without_a_sample_is_not_shown(shown: Shown) -> None:
    shown.page.put(batch(S1, [volume(1), volume(2)], (1, NOW, 2.0)))
    assert shown.values() == {"v2": 2.0}
    shown.page.put(batch(S1, [volume(1), volume(2)], (0, NOW, 1.0)))
    assert shown.values() == {"v1": 1.0, "v2": 2.0}


def test_what_is_not_renewed_disappears_after_three_intervals(shown: Shown) -> None:
    series = [volume(1), volume(2)]
    shown.page.put(batch(S1, series, (0, NOW, 1.0), (1, NOW, 2.0), interval=10.0))
    shown.clock.now += 20
    shown.page.put(batch(S1, series, (1, NOW + 20, 2.5), interval=10.0))
    shown.clock.now += 9
    assert shown.values() == {"v1": 1.0, "v2": 2.5}
    shown.clock.now += 2
    assert shown.values() == {"v2": 2.5}
    shown.page.put(batch(S1, series, (0, NOW + 40, 7.0), (1, NOW + 40, 8.0), interval=10.0))
    assert shown.values() == {"v1": 7.0, "v2": 8.0}
    shown.clock.now += 31
    assert shown.text() == ""
    shown.page.put(one(S1, 9.0, NOW + 90_000))
    shown.clock.now += 179
    assert shown.values() == {"v1": 9.0}


def test_a_removed_array_is_taken_off(shown: Shown) -> None:
    shown.page.put(one(S1, 1.0))
    shown.page.put(one(source("s2"), 2.0))
    shown.page.retain({"s2"})
    assert 'storage_id="s1"' not in shown.text()
    assert shown.values() == {"v1": 2.0}


def test_an_array_that_was_renamed_is_not_there_twice(shown: Shown) -> None:
    shown.page.put(one(S1, 1.0))
    shown.page.put(one(source("s1", name="renamed"), 2.0))
    assert 'name="array"' not in shown.text()
    assert shown.values() == {"v1": 2.0}


def test_times_are_milliseconds_in_one_format_and_seconds_in_the_other() -> None:
    shown = Shown(timed=True)
    shown.page.put(one(S1, 1.0))
    assert shown.text().endswith(f" 1.0 {NOW}\n")
    assert f" 1.0 {NOW / 1000}\n# EOF\n" in shown.text(opened=True)


@pytest.mark.parametrize("naming", ["soda", "base_units"])
@pytest.mark.parametrize("timed", [False, True])
def test_any_name_is_legal_in_both_formats(naming: str, timed: bool) -> None:
    shown = Shown(naming, timed)
    of = source(
        "s1", NASTY, **{"9 läbel": NASTY, "__name__": "x", "storage_id": "mine", "unit": "mine"}
    )
    series = [
        Series("storagePool", "p1", NASTY, "readIops", "IOPS"),
        Series("odd type", "p2", "", "odd-metric.é", 'un"it'),
        Series("volume", NASTY, "", "responseTime", NASTY),
    ]
    values = (1.0, float("nan"), float("-inf"))
    shown.page.put(batch(of, series, *((n, NOW, value) for n, value in enumerate(values))))
    assert promtool_objects(shown.text().encode()) == ""
    parse: Callable[[str], object]
    for parse, opened in ((text_format, False), (open_metrics, True)):
        families = list(parse(shown.text(opened=opened)))
        samples = [sample for family in families for sample in family.samples]
        assert len(samples) == 3
        (pool,) = (one for one in samples if one.labels["resource_id"] == "p1")
        assert pool.labels["resource_name"] == NASTY.replace("\0", "\N{REPLACEMENT CHARACTER}")
        assert pool.labels["storage_id"] == "s1"


@pytest.mark.parametrize("naming", ["soda", "base_units"])
def test_promtool_has_nothing_against_any_metric_of_the_registry(naming: str) -> None:
    shown = Shown(naming)
    metrics = [getattr(Metrics, name) for name in dir(Metrics) if name.isupper()]
    series = [
        Series(resource_type, "1", "one", metric.name, metric.unit)
        for resource_type in ResourceType.ALL
        for metric in metrics
    ]
    shown.page.put(batch(S1, series, *((number, NOW, 1.0) for number in range(len(series)))))
    assert shown.text().count("# HELP") == len(series)
    assert promtool_objects(shown.text().encode()) == ""


def test_families_of_several_arrays_stand_together(shown: Shown) -> None:
    for number in range(3):
        of = source(f"s{number}")
        series = [volume(1), volume(1, "throughput", "MB/s")]
        shown.page.put(batch(of, series, (0, NOW, 1.0), (1, NOW, 2.0)))
    assert shown.text().count("# TYPE") == 2
    assert promtool_objects(shown.text().encode()) == ""
    assert [len(family.samples) for family in text_format(shown.text())] == [3, 3]
