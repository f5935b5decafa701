"""What several configurations of a storage come to together."""

from __future__ import annotations

from typing import Any

from delfin.db.metrics_config import MetricsSettings, TelemetryConfig
from delfin.telemetry.plan import Wanted, merged, types_of

SETTINGS = MetricsSettings(
    historic=True,
    supported={"volume": ["iops", "readIops", "writeIops"], "disk": ["iops"], "storage": ["iops"]},
)


def config(name: str, interval: int, **facts: Any) -> TelemetryConfig:
    plain: dict[str, Any] = {"enabled": True, "historic": False, "resources": None, "labels": {}}
    return TelemetryConfig(id=name, interval=interval, **{**plain, **facts})


def plan(*configs: TelemetryConfig) -> dict[str, Wanted]:
    return {one.resource_type: one for one in merged(SETTINGS, configs)}


def test_all_that_the_driver_has_in_the_order_of_the_vocabulary() -> None:
    assert list(plan(config("a", 60))) == ["storage", "volume", "disk"]
    assert plan() == {}
    assert plan(config("a", 60, enabled=False)) == {}


def test_the_shortest_interval_and_all_metrics_count() -> None:
    rare = config("rare", 300, resources={"volume": ["readIops"], "disk": None}, historic=True)
    often = config("often", 60, resources={"volume": ["iops"]})
    expected = Wanted(
        *("volume", 60, frozenset({"iops", "readIops"})),
        historic=True,
        labels=(),
        config_id="often",
    )
    for both in ((rare, often), (often, rare)):
        found = plan(*both)
        assert found["volume"] == expected
        assert (found["disk"].interval, found["disk"].metrics) == (300, None)


def test_all_metrics_are_more_than_some() -> None:
    some = config("some", 60, resources={"volume": ["iops"]})
    every = config("every", 900)
    assert plan(some, every)["volume"].metrics is None
    assert plan(every, some)["volume"].metrics is None


def test_the_label_of_the_more_frequent_one_counts() -> None:
    rare = config("rare", 300, labels={"by": "rare", "site": "north"})
    often = config("often", 60, labels={"by": "often"}, resources={"disk": None})
    found = plan(rare, often)
    assert found["disk"].labels == (("by", "often"), ("site", "north"))
    assert found["volume"].labels == (("by", "rare"), ("site", "north"))


def test_what_the_driver_has_not_is_left_out() -> None:
    asked = {"volume": ["iops", "cpuUsage"], "disk": ["cpuUsage"], "share": None}
    odd = config("odd", 60, resources=asked)
    assert types_of(SETTINGS, odd) == ["volume"]
    assert plan(odd)["volume"].metrics == frozenset({"iops"})


def test_an_array_that_keeps_nothing_is_not_asked_for_the_past() -> None:
    forgetful = MetricsSettings(historic=False, supported={"disk": ["iops"]})
    (found,) = merged(forgetful, [config("a", 60, historic=True)])
    assert found.historic is False
