"""What can be collected is known without the array; and a storage is registered whatever it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from delfin.db import collection
from delfin.drivers.fake_storage.driver import FakeStorageDriver
from delfin.telemetry.collected import CollectedKind
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.api.client import Client
from tests.api.conftest import Stage

Body = Callable[..., dict[str, Any]]


def test_an_array_that_is_away_is_not_asked(
    stage: Stage, client: Client, body: Body, array: FakeStorage
) -> None:
    storage_id = stage.synced(body())
    stage.drivers.sessions.close()
    asked = array.counters.requests
    array.faults.order("hang", "sessions")
    took = []
    for _ in range(5):
        began = time.monotonic()
        told = client.get(f"/v1/storages/{storage_id}/capabilities")
        took.append(time.monotonic() - began)
        assert "volume" in told.json["spec"]["resource_metrics"]
    assert min(took) < 0.2
    for method, path, sent in (
        ("GET", "metrics-config", None),
        ("PUT", "metrics-config", {"array_polling": {"perf_collection": True}}),
        ("POST", "telemetry", {"name": "n"}),
        ("POST", "collect", None),
    ):
        assert client.send(method, f"/v1/storages/{storage_id}/{path}", sent).status < 300
    assert array.counters.requests == asked


@pytest.mark.parametrize(
    ("told", "status", "code"),
    [
        (None, 501, "StorageCapabilityNotSupported"),
        ({"is_historic": True, "resource_metrics": {}}, 501, "StorageCapabilityNotSupported"),
        ({"speed": 3}, 500, "InvalidStorageCapability"),
    ],
)
def test_of_a_driver_without_metrics_nothing_is_collected(
    stage: Stage,
    client: Client,
    body: Body,
    monkeypatch: pytest.MonkeyPatch,
    told: Any,
    status: int,
    code: str,
) -> None:
    monkeypatch.setattr(FakeStorageDriver, "get_capabilities", staticmethod(lambda *_: told))
    storage_id = stage.register(body())
    path = f"/v1/storages/{storage_id}"
    nothing = {"array_polling": {"perf_collection": False, "interval": 900, "is_historic": False}}
    shown = client.get(f"{path}/metrics-config").json["array_polling"]
    assert shown["perf_collection"] is False
    assert client.get(f"/v1/schedules?storage_id={storage_id}").json == {"schedules": []}
    on = {"array_polling": {"perf_collection": True}}
    for refused in (
        client.put(f"{path}/metrics-config", on),
        client.post(f"{path}/telemetry", {"name": "n"}),
        client.post(f"{path}/collect"),
    ):
        assert (refused.status, refused.code) == (status, code)
    assert client.get(f"{path}/telemetry").json == {"telemetry": []}
    if status == 501:
        assert client.put(f"{path}/metrics-config", nothing).json == nothing


def test_a_driver_that_once_listed_versions_is_understood(
    stage: Stage, client: Client, body: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = {
        1.0: {"is_historic": True, "resource_metrics": {"storage": ["iops"]}},
        99.0: {"is_historic": True, "resource_metrics": {"volume": ["iops"]}},
    }
    monkeypatch.setattr(FakeStorageDriver, "get_capabilities", staticmethod(lambda *_: versions))
    storage_id = stage.register(body())
    told = client.get(f"/v1/storages/{storage_id}/capabilities").json["spec"]
    assert told["resource_metrics"].keys() == {"storage"}
    assert told["resource_metrics"]["storage"]["iops"]["unit"] == "IOPS"


def test_what_the_array_turned_out_not_to_measure_is_left_out(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.register(body())
    path = f"/v1/storages/{storage_id}/capabilities"
    before = client.get(path).json["spec"]["resource_metrics"]
    with stage.parts.database.writer() as session:
        row = collection.locked(session, storage_id)
        row.kinds = {"volume": CollectedKind(lacking=True).kept(), "disk": CollectedKind().kept()}
    after = client.get(path).json["spec"]["resource_metrics"]
    assert before.keys() - after.keys() == {"volume"}
    assert after.items() <= before.items()
