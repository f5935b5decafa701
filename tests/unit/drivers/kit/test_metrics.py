"""What is offered and what is collected come from one declaration."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from delfin import exception
from delfin.common import constants as c
from delfin.drivers import capabilities
from delfin.drivers.kit.mapping import Calc, Get
from delfin.drivers.kit.metrics import Measured, MetricMap
from delfin.drivers.kit.times import epoch_seconds

VOLUMES = Measured(
    c.ResourceType.VOLUME,
    {
        c.VolumeMetric.READ_IOPS: Get("reads"),
        c.VolumeMetric.IOPS: Calc(lambda sample: sample["reads"] + sample["writes"]),
        c.VolumeMetric.READ_THROUGHPUT: Get("read_kb", lambda kb: kb / 1000),
    },
    source="luns",
    name=Get("label"),
    samples=lambda part: part["history"],
    time=Get("at", epoch_seconds, required=True),
)
PORTS = Measured(c.ResourceType.PORT, {c.PortMetric.IOPS: Get("ops")}, source="ports")
METRICS = MetricMap(VOLUMES, PORTS, is_historic=True, retention=3600, interval=60)


def sample(at: int, reads: Any = 1, writes: Any = 2, read_kb: Any = 3000) -> dict[str, Any]:
    return {"at": at, "reads": reads, "writes": writes, "read_kb": read_kb}


def collected(*history: dict[str, Any], wanted: Any = ("iops", "readIops")) -> dict[str, Any]:
    part = {"id": 7, "label": "db", "history": history}
    series = METRICS.collect("s", {"volume": wanted}, 1000, 5000, lambda _: [part])
    return {one.name: one.values for one in series}


def test_the_capabilities_are_valid_and_complete() -> None:
    told = capabilities.checked(METRICS.capabilities())
    assert told["is_historic"] is True
    assert told["performance_metric_retention_window"] == 3600
    assert told["collect_interval"] == 60
    assert {kind: list(names) for kind, names in told["resource_metrics"].items()} == {
        "volume": ["readIops", "iops", "readThroughput"],
        "port": ["iops"],
    }
    assert told["resource_metrics"]["volume"]["readThroughput"]["unit"] == "MB/s"


def test_all_that_is_offered_is_collected_with_its_labels() -> None:
    parts = {
        "luns": [{"id": 7, "label": "db", "history": [sample(2)]}],
        "ports": [{"id": "p1", "name": "P1", "time": 2000, "ops": 9}],
    }
    wanted = METRICS.capabilities()["resource_metrics"]
    found = METRICS.collect("s", wanted, 0, 9000, lambda measured: parts[measured.source])
    offered = {(kind, name) for kind, names in wanted.items() for name in names}
    assert {(one.labels["resource_type"], one.name) for one in found} == offered
    for one in found:
        assert one.labels["unit"] == wanted[one.labels["resource_type"]][one.name]["unit"]
    assert found[-1] == c.metric_struct(
        "iops",
        {
            "storage_id": "s",
            "resource_type": "port",
            "resource_id": "p1",
            "resource_name": "P1",
            "type": "RAW",
            "unit": "IOPS",
        },
        {2000: 9.0},
    )


def test_each_series_has_a_dict_of_its_own() -> None:
    part = {"id": 7, "history": [sample(2)]}
    wanted = METRICS.capabilities()["resource_metrics"]
    found = METRICS.collect("s", {"volume": wanted["volume"]}, 0, 9000, lambda _: [part, part])
    assert len({id(one.values) for one in found} | {id(one.labels) for one in found}) == 12


def test_values_are_sorted_and_inside_the_closed_window() -> None:
    history = [sample(at, reads=at) for at in (5, 6, 3, 0, 1)]
    assert list(collected(*history)["readIops"].items()) == [(1000, 1.0), (3000, 3.0), (5000, 5.0)]


@pytest.mark.parametrize("nothing", [None, float("nan"), float("inf"), "", Decimal("NaN"), True])
def test_what_is_no_number_is_left_out_and_never_zero(nothing: Any) -> None:
    found = collected(sample(2, reads=nothing), sample(3, reads=4), wanted=["readIops"])
    assert found == {"readIops": {3000: 4.0}}
    assert collected(sample(2, reads=nothing), wanted=["readIops"]) == {}


def test_numbers_of_any_kind_become_floats() -> None:
    assert collected(sample(2, reads=Decimal("1.23456")))["readIops"] == {2000: 1.235}


def test_only_what_is_wanted_and_declared_is_asked_for() -> None:
    asked: list[str] = []

    def fetch(measured: Measured) -> list[Any]:
        asked.append(measured.source)
        return [{"id": 1, "history": [sample(2)]}]

    wanted = {"volume": ["iops", "cpuUsage"], "disk": ["iops"]}
    found = METRICS.collect("s", wanted, 0, 9000, fetch)
    assert asked == ["luns"]
    assert [one.name for one in found] == ["iops"]


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        ({"at": 2, "reads": 1}, "statistics of 7: .*iops: cannot be computed"),
        ({"reads": 1, "writes": 2}, "statistics of 7: .*time_ms: nothing at 'at'"),
        (sample(2, reads="many", writes="few"), "readIops: str is no number"),
    ],
)
def test_a_sample_that_cannot_be_read_names_its_part(broken: dict[str, Any], text: str) -> None:
    with pytest.raises(exception.InvalidResults, match=text):
        collected(broken)


def test_samples_that_are_missing_are_told() -> None:
    with pytest.raises(exception.InvalidResults, match="statistics of 7"):
        METRICS.collect("s", {"volume": ["iops"]}, 0, 9000, lambda _: [{"id": 7}])


def test_a_metric_that_the_resource_does_not_have_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="disk has no metric cpuUsage"):
        Measured(c.ResourceType.DISK, {c.ControllerMetric.CPU_USAGE: Get("cpu")})
    with pytest.raises(ValueError, match="share is no measured type"):
        Measured(c.ResourceType.SHARE, {})
    with pytest.raises(ValueError, match="declared twice"):
        MetricMap(PORTS, PORTS, is_historic=False)


def test_a_type_that_this_array_does_not_measure_is_left_out_unless_it_is_alone() -> None:
    def fetch(measured: Measured) -> list[dict[str, Any]]:
        if measured is VOLUMES:
            raise NotImplementedError
        return [{"id": "p1", "time": 2000, "ops": 9}]

    both = METRICS.capabilities()["resource_metrics"]
    found = METRICS.collect("s", both, 1000, 5000, fetch)
    assert [(one.name, one.labels["resource_type"]) for one in found] == [("iops", "port")]
    with pytest.raises(NotImplementedError, match="volume"):
        METRICS.collect("s", {"volume": both["volume"], "tape": {}}, 1000, 5000, fetch)
    assert METRICS.collect("s", {"tape": {}}, 1000, 5000, fetch) == []
