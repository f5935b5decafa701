"""What drivers collected: the good samples become batches, the bad ones are counted by reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from delfin.common.constants import metric_struct
from delfin.telemetry.checking import Counted, Expected, Window, batches, clock_of
from delfin.telemetry.samples import Batch, Source

SOURCE = Source("id-1", "east", "acme", "a1", "SN1")
WINDOW = Window(start=1000, end=2000, oldest=500, latest=2500)
EXPECTED = Expected(SOURCE, "volume", {"iops", "responseTime"}, WINDOW)
LABELS = {
    "storage_id": "id-1",
    "resource_type": "volume",
    "resource_id": "7",
    "resource_name": "data",
    "type": "RAW",
    "unit": "IOPS",
}


def row(values: dict[Any, Any], metric: str = "iops", **labels: Any) -> metric_struct:
    kept = {name: value for name, value in {**LABELS, **labels}.items() if value is not ...}
    return metric_struct(metric, kept, values)


def made(rows: Iterable[Any], **more: Any) -> tuple[list[Batch], Counted]:
    counted = Counted()
    expected = Expected(SOURCE, "volume", EXPECTED.metrics, WINDOW, **more)
    return list(batches(rows, expected, counted)), counted


def samples(found: list[Batch]) -> list[tuple[str, int, float]]:
    return [(series.resource_id, at, value) for one in found for series, at, value in one.samples()]


def test_good_samples_stand_in_the_order_of_their_times() -> None:
    found, counted = made([row({1500: 2, 1200: 1.5}), row({"1300": "9"}, resource_id="8")])
    assert samples(found) == [("7", 1200, 1.5), ("7", 1500, 2.0), ("8", 1300, 9.0)]
    assert (counted.kept, counted.newest, dict(counted.bad)) == (3, 1500, {})
    first = found[0].series[0]
    assert (first.resource_name, first.unit, first.metric) == ("data", "IOPS", "iops")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row({1500: None}), "not_a_number"),
        (row({1500: float("nan")}), "not_a_number"),
        (row({1500: float("inf")}), "not_a_number"),
        (row({1500: Decimal("NaN")}), "not_a_number"),
        (row({1500: "many"}), "not_a_number"),
        (row({1500: True}), "not_a_number"),
        (row({1500: -1}), "negative"),
        (row({2501: 1}), "future"),
        (row({499: 1}), "outside"),
        (row({"soon": 1}), "malformed"),
        (row({1500: 1}, storage_id=...), "labels"),
        (row({1500: 1}, resource_id=...), "labels"),
        (row({1500: 1}, resource_id=""), "labels"),
        (row({1500: 1}, resource_id="\0"), "labels"),
        (row({1500: 1}, resource_type=...), "labels"),
        (row({1500: 1}, unit=...), "labels"),
        (row({1500: 1}, storage_id="id-2"), "foreign"),
        (row({1500: 1}, resource_type="disk"), "foreign"),
        (row({1500: 1}, "hue"), "metric"),
        (row({1500: 1}, unit="furlongs"), "unit"),
        (("iops", None, {1500: 1}), "malformed"),
        (("iops", LABELS, [1]), "malformed"),
        (None, "malformed"),
    ],
)
def test_a_bad_sample_is_dropped_and_counted_and_the_rest_exported(bad: Any, reason: str) -> None:
    found, counted = made([row({1100: 1}), bad, row({1200: 2}, resource_id="8")])
    assert [at for _, at, _ in samples(found)] == [1100, 1200]
    assert dict(counted.bad) == {reason: 1}


@pytest.mark.parametrize(
    ("told", "passed_on"),
    [
        ("a\0b", "ab"),
        ("\udc80", "?"),
        ("x" * 300, "x" * 255),
        ("Zürich", "Zürich"),
        # Cut first, as the inventory does.
        ("x" * 254 + "\0" + "y", "x" * 254),
    ],
    ids=["NUL", "half of a pair", "too long", "beyond ASCII", "NUL at the end of what is kept"],
)
def test_no_sink_meets_a_text_that_cannot_be_stored(told: str, passed_on: str) -> None:
    source = Source("id-1", told, told, told, told, (("site", told),))
    rows = [row({1100: 1}, resource_id=told, resource_name=told)]
    (found,) = batches(rows, replace(EXPECTED, source=source), Counted())
    (series,) = found.series
    assert (series.resource_id, series.resource_name) == (passed_on, passed_on)
    assert found.source[1:5] == (passed_on,) * 4
    assert found.source.labels == (("site", passed_on),)


def test_ids_that_are_one_when_they_are_clean_are_one_series() -> None:
    found, _ = made([row({1100: 1}), row({1100: 5, 1200: 2}, resource_id="7\0")])
    assert samples(found) == [("7", 1100, 1.0), ("7", 1200, 2.0)]
    assert len(found[0].series) == 1


def test_what_was_delivered_before_or_will_be_later_is_nobodys_fault() -> None:
    found, counted = made([row({900: 1, 1000: 1, 1001: 1, 2000: 1, 2001: 1})])
    assert [at for _, at, _ in samples(found)] == [1001, 2000]
    assert not counted.bad


def test_a_series_that_comes_in_parts_has_each_time_once() -> None:
    found, _ = made(
        [row({1100: 1, 1200: 2}), row({1100: 5}, resource_id="8"), row({1200: 2, 1300: 3})]
    )
    assert samples(found) == [
        ("7", 1100, 1.0),
        ("7", 1200, 2.0),
        ("8", 1100, 5.0),
        ("7", 1300, 3.0),
    ]
    assert len(found[0].series) == 2


def test_batches_are_bounded() -> None:
    rows = [row(dict.fromkeys(range(1100, 1110), 1), resource_id=str(n)) for n in range(100)]
    counted = Counted()
    found = list(batches(iter(rows), EXPECTED, counted, most=100))
    assert [len(one) for one in found] == [100] * 10
    assert counted.kept == 1000


def test_a_resource_without_a_name_gets_the_one_of_the_inventory() -> None:
    found, _ = made([row({1100: 1}, resource_name=None)], name_of={"7": "known"}.__getitem__)
    assert found[0].series[0].resource_name == "known"


def test_a_word_of_a_drivers_own_is_understood() -> None:
    counted = Counted()
    expected = Expected(SOURCE, "storagePool", {"iops"}, WINDOW)
    (found,) = batches([row({1100: 1}, resource_type="pool", unit="iops")], expected, counted)
    assert found.series[0].resource_type == "storagePool"
    assert found.series[0].unit == "IOPS"


def test_the_clock_of_an_array_is_what_most_series_say() -> None:
    rows = [row({1000: 1, 1500: 1}), row({1500: 1}), row({1500: 1}), row({2400: 1}), None]
    assert clock_of(rows, 9000) == 1500
    assert clock_of([row({99_000: 1}), row({1200: 1})], 9000) == 1200
    assert clock_of([row({}), None], 9000) is None


@pytest.mark.parametrize(
    "broken",
    [{"name": "iops"}, row({float("inf"): 1}), row({"soon": 1}), ("iops", LABELS)],
    ids=["no triple", "a time without end", "no time", "no values"],
)
def test_one_broken_row_hides_the_clock_of_no_other(broken: Any) -> None:
    assert clock_of([broken, row({1500: 1})], 9000) == 1500
