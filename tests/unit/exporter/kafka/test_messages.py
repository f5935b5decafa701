"""Messages have named fields, stay below the limit, and together say all that was measured."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from delfin.exporter.base_exporter import RejectedError
from delfin.exporter.kafka import messages
from delfin.telemetry.samples import Batch, Series, Source

SOURCE = Source("s1", 'array "one"', "vendor", "model", "SN1", (("site", "north"),))


def batch(resources: int, samples: int) -> Batch:
    made = Batch(
        SOURCE, [Series("volume", f"v{n}", f"vol {n}", "iops", "IOPS") for n in range(resources)]
    )
    for number in range(resources):
        for place in range(samples):
            made.index.append(number)
            made.times.append(1_700_000_000_000 + place * 60_000)
            made.values.append(number + place / 7)
    return made


def read(batch: Batch, limit: int) -> list[dict[str, Any]]:
    raw = list(messages.performance(batch, limit))
    assert all(len(one) <= limit for one in raw)
    return [json.loads(one) for one in raw]


def samples(told: list[dict[str, Any]]) -> list[tuple[str, int, float]]:
    return [
        (series["resource_id"], time, value)
        for one in told
        for series in one["series"]
        for time, value in zip(series["times"], series["values"], strict=True)
    ]


def expected(batch: Batch) -> list[tuple[str, int, float]]:
    return [(series.resource_id, time, value) for series, time, value in batch.samples()]


def test_a_small_batch_is_one_message_with_named_fields() -> None:
    (told,) = read(batch(1, 2), 1_000_000)
    assert told == {
        "type": "performance",
        "version": 1,
        "storage_id": "s1",
        "storage_name": 'array "one"',
        "vendor": "vendor",
        "model": "model",
        "serial_number": "SN1",
        "labels": {"site": "north"},
        "refill": False,
        "series": [
            {
                "resource_type": "volume",
                "resource_id": "v0",
                "resource_name": "vol 0",
                "metric": "iops",
                "unit": "IOPS",
                "times": [1_700_000_000_000, 1_700_000_060_000],
                "values": [0.0, 1 / 7],
            }
        ],
    }


@pytest.mark.parametrize("limit", [1000, 5000, 40_000])
def test_many_series_become_messages_below_the_limit(limit: int) -> None:
    made = batch(200, 5)
    told = read(made, limit)
    assert len(told) > 1
    assert samples(told) == expected(made)


def test_a_long_series_is_parted() -> None:
    made = batch(1, 1000)
    told = read(made, 2000)
    assert len(told) > 10
    assert samples(told) == expected(made)


def test_what_is_no_number_is_left_out() -> None:
    made = batch(2, 2)
    made.values[0], made.values[2], made.values[3] = math.nan, math.inf, -math.inf
    assert samples(read(made, 10_000)) == expected(made)[1:2]


def test_without_samples_there_is_no_message() -> None:
    assert read(Batch(SOURCE, []), 10_000) == []


def test_a_name_above_the_limit_is_refused_for_ever() -> None:
    series = [Series("volume", "v", "long" * 500, "iops", "IOPS")]
    made = Batch(SOURCE, series)
    made.index.append(0)
    made.times.append(1)
    made.values.append(1.0)
    with pytest.raises(RejectedError, match="above the limit"):
        list(messages.performance(made, 1500))


def test_an_alert_stands_under_its_own_name() -> None:
    assert json.loads(messages.event("alert", {"type": "Fault", "id": "a"})) == {
        "type": "alert",
        "version": 1,
        "alert": {"type": "Fault", "id": "a"},
    }
