"""Charts and rankings over REST, from what the history sink was given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from delfin.db.metric_history import MetricHistory
from delfin.telemetry.history.keeping import keep_house
from delfin.telemetry.history.sink import HistorySink
from tests.api.client import Client, Reply
from tests.api.conftest import Stage
from tests.unit.db.stored import add_storage
from tests.unit.telemetry.history.measured import MINUTE, batch, every_minute, hours_ago

HOUR = 60 * MINUTE


class Charts:
    """One storage with a history, and what it is asked."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        with stage.parts.database.writer() as session:
            self.storage_id = add_storage(session)
        self._sink = HistorySink(stage.parts.conf, stage.parts.database)

    def put(self, taken: dict[tuple[str, str], Any], kind: str = "volume") -> None:
        self._sink.put(batch(self.storage_id, taken, kind))

    def keep_house(self) -> None:
        keep_house(self.stage.parts.database, self.stage.parts.conf, lambda _id: True)

    def ask(self, **query: Any) -> Reply:
        asked = {"resource": "volume", "metric": "iops", **query}
        text = "&".join(f"{name}={value}" for name, value in asked.items() if value is not None)
        return self.stage.client.get(f"/v1/storages/{self.storage_id}/metrics?{text}")

    def line(self, **query: Any) -> dict[str, Any]:
        reply = self.ask(**query)
        assert reply.status == 200, reply
        (line,) = reply.json["metrics"]
        return dict(line)


@pytest.fixture
def charts(stage: Stage) -> Charts:
    return Charts(stage)


def values(line: dict[str, Any]) -> list[float]:
    return [point["value"] for point in line["points"]]


def test_the_samples_of_today_are_shown_as_they_are(charts: Charts) -> None:
    charts.put({("v1", "iops"): every_minute(hours_ago(1), [1.25, 2, 3])})
    line = charts.line(id="v1")
    points = line.pop("points")
    assert line == {
        "resource_type": "volume",
        "resource_id": "v1",
        "resource_name": "name of v1",
        "metric": "iops",
        "unit": "IOPS",
        "step": None,
    }
    assert points[0] == {"time": hours_ago(1), "value": 1.25, "min": 1.25, "max": 1.25, "count": 1}
    assert [point["value"] for point in points] == [1.25, 2, 3]


def test_a_range_beyond_today_comes_in_hours(charts: Charts) -> None:
    for age in (72, 1):
        charts.put({("v1", "iops"): every_minute(hours_ago(age), [age, 3 * age])})
    charts.keep_house()
    line = charts.line(id="v1", start=hours_ago(100))
    assert line["step"] == 3600
    assert [(p["time"], p["value"], p["min"], p["max"], p["count"]) for p in line["points"]] == [
        (hours_ago(72), 144, 72, 216, 2),
        (hours_ago(1), 2, 1, 3, 2),
    ]


def test_a_step_puts_samples_together(charts: Charts) -> None:
    charts.put({("v1", "iops"): every_minute(hours_ago(1), [*range(20)])})
    line = charts.line(id="v1", step=600)
    assert (line["step"], values(line)) == (600, [4.5, 14.5])
    assert line["points"][1]["time"] == hours_ago(1) + 10 * MINUTE


def test_days_are_put_together_from_hours(charts: Charts) -> None:
    midnight = hours_ago(72) - hours_ago(72) % (24 * HOUR)
    for hour in range(48):
        charts.put({("v1", "iops"): [(midnight + hour * HOUR, float(hour))]})
    charts.keep_house()
    line = charts.line(id="v1", step=86400, start=midnight, end=midnight + 48 * HOUR)
    assert values(line) == [11.5, 35.5]


def test_start_and_end_bound_what_is_shown(charts: Charts) -> None:
    start = hours_ago(1)
    charts.put({("v1", "iops"): every_minute(start, [*range(20)])})
    line = charts.line(id="v1", start=start + 5 * MINUTE, end=start + 8 * MINUTE)
    assert values(line) == [5, 6, 7]


@pytest.mark.parametrize("how", [{"id": "v1"}, {"id": "v1", "step": 604800}, {"top": 5}])
def test_a_range_of_all_time_asks_only_for_what_can_be_there(
    charts: Charts, how: dict[str, Any]
) -> None:
    charts.put({("v1", "iops"): every_minute(hours_ago(1), [1.0])})
    assert values(charts.line(**how, start=0, end=99_999_999_999_999)) == [1.0]
    later = charts.ask(**how, start=99_999_999_999_000, end=99_999_999_999_999)
    assert later.status == 200
    assert not any(line["points"] for line in later.json["metrics"])


def test_several_metrics_come_in_the_order_asked_for(charts: Charts) -> None:
    start = hours_ago(1)
    charts.put({("v1", name): [(start, 1.0)] for name in ("iops", "throughput", "ioSize")})
    reply = charts.ask(id="v1", metric="throughput,iops,unheardOf")
    assert [line["metric"] for line in reply.json["metrics"]] == ["throughput", "iops"]


def test_of_what_was_never_measured_there_is_nothing(charts: Charts) -> None:
    assert charts.ask(id="v1").json == {"metrics": []}
    assert charts.ask(top=3).json == {"metrics": []}
    assert charts.ask(top=3, start=hours_ago(2)).json == {"metrics": []}
    charts.put({("v1", "iops"): every_minute(hours_ago(1), [1])})
    assert charts.ask(id="v2").json == {"metrics": []}
    assert charts.ask(id="v1", metric="ioSize").json == {"metrics": []}
    assert charts.ask(id="v1", resource="disk").json == {"metrics": []}
    assert charts.ask(top=3, resource="disk").json == {"metrics": []}


def test_the_top_of_the_last_interval_is_what_each_was_measured_at_last(charts: Charts) -> None:
    start = hours_ago(1)
    charts.put({(f"v{n}", "iops"): every_minute(start, [900 - n, n]) for n in range(20)})
    charts.put({("p1", "iops"): every_minute(start, [5000])}, "storagePool")
    reply = charts.ask(top=3)
    found = [(line["resource_id"], *values(line)) for line in reply.json["metrics"]]
    assert found == [("v19", 19), ("v18", 18), ("v17", 17)]
    assert reply.json["metrics"][0]["points"][0]["time"] == start + MINUTE
    assert charts.ask(top=0).json == {"metrics": []}


def test_a_volume_that_was_busy_yesterday_is_not_on_top_today(charts: Charts) -> None:
    charts.put({("old", "iops"): every_minute(hours_ago(5), [9999])})
    charts.put({("v1", "iops"): every_minute(hours_ago(1), [1])})
    assert charts.line(top=5)["resource_id"] == "v1"


@pytest.mark.parametrize("ages", [(3, 2), (60, 50)], ids=["samples", "hours"])
def test_the_top_of_a_range_is_the_highest_mean(charts: Charts, ages: tuple[int, int]) -> None:
    for age in ages:
        start = hours_ago(age)
        charts.put(
            {
                ("peak", "iops"): every_minute(start, [0, 0, 0, 100]),
                ("steady", "iops"): every_minute(start, [50, 50, 50, 50]),
            }
        )
    charts.keep_house()
    reply = charts.ask(top=2, start=hours_ago(ages[0]), end=hours_ago(ages[1] - 1))
    found = [(line["resource_id"], line["points"]) for line in reply.json["metrics"]]
    summed = {"time": None, "count": 8}
    assert found == [
        ("steady", [{**summed, "value": 50, "min": 50, "max": 50}]),
        ("peak", [{**summed, "value": 25, "min": 0, "max": 100}]),
    ]


def test_the_top_of_two_days_counts_the_hour_that_runs_too(charts: Charts) -> None:
    charts.put({("v1", "iops"): every_minute(hours_ago(40), [10])})
    charts.keep_house()
    charts.put({("v1", "iops"): every_minute(hours_ago(0), [30])})
    line = charts.line(top=1, start=hours_ago(48))
    assert (values(line), line["points"][0]["count"]) == ([20], 2)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"resource": None, "id": "v1"}, "resource: is required"),
        ({"metric": "", "id": "v1"}, "metric: is required"),
        ({}, "id: is required"),
        ({"id": "v1", "start": "yesterday"}, "start: must be a whole number"),
        ({"id": "v1", "start": 2000, "end": 1000}, "start: must be before the end"),
        ({"id": "v1", "step": 0}, "step: must be 1 or more"),
        ({"id": "v1", "step": 5400}, "step: above 3600 it must be a multiple"),
        ({"id": "v1", "step": 1}, "step: more than 10000 points"),
        ({"id": "v1", "step": 60, "start": 10**12}, "only hours are kept"),
        ({"top": "many"}, "top: must be a whole number"),
        ({"top": 5000}, "top: must not be larger than 1000"),
        ({"top": 5, "id": "v1"}, "id: not with top"),
        ({"top": 5, "step": 60}, "step: not with top"),
        ({"top": 5, "metric": "iops,ioSize"}, "metric: exactly one with top"),
        ({"id": "v1", "metric": ",".join(map(str, range(40)))}, "metric: at most 32"),
    ],
)
def test_what_is_wrong_is_named(charts: Charts, query: dict[str, Any], words: str) -> None:
    reply = charts.ask(**query)
    assert (reply.status, reply.code) == (400, "InvalidInput")
    assert words in reply.message


def test_a_storage_that_is_not_there_has_no_history(client: Client) -> None:
    for query in ("id=v1", "top=3", "top=3&start=5"):
        reply = client.get(f"/v1/storages/nowhere/metrics?resource=volume&metric=iops&{query}")
        assert (reply.status, reply.code) == (404, "StorageNotFound")


def test_a_removed_storage_takes_its_history_with_it(
    stage: Stage, charts: Charts, body: Callable[..., dict[str, Any]]
) -> None:
    storage_id = stage.synced(body())
    charts.storage_id = storage_id
    charts.put({("v1", "iops"): every_minute(hours_ago(1), [1])})
    assert stage.count(MetricHistory) == 1
    stage.client.delete(f"/v1/storages/{storage_id}")
    stage.run_jobs()
    assert stage.count(MetricHistory) == 0
