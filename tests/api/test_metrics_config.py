"""What is collected of a storage, over REST: both forms, the default, and what comes of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete

from delfin.db.metrics_config import MetricsSettings, TelemetryConfig
from delfin.db.schedules import Schedule, ScheduleState
from delfin.telemetry.plan import Wanted, plan_for
from tests.api.client import Client
from tests.api.conftest import Stage

Body = Callable[..., dict[str, Any]]

ALL_TYPES = ["storage", "storagePool", "volume", "controller", "port", "disk", "filesystem"]
DEFAULT = {"array_polling": {"perf_collection": True, "interval": 900, "is_historic": True}}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "exactly one of array_polling, configs is required"),
    ({**DEFAULT, "configs": []}, "exactly one of array_polling, configs is required"),
    ({"polling": {}}, "polling is not a known field"),
    ({"array_polling": {}}, "array_polling.perf_collection is required"),
    ({"array_polling": {"perf_collection": 1}}, "array_polling.perf_collection must be true"),
    (
        {"array_polling": {"perf_collection": True, "interval": 59}},
        "array_polling.interval must be at least 60",
    ),
    (
        {"array_polling": {"perf_collection": True, "interval": 86401}},
        "array_polling.interval must be at most 86400",
    ),
    (
        {"array_polling": {"perf_collection": True, "interval": "900"}},
        "array_polling.interval must be an integer",
    ),
    ({"configs": {}}, "configs must be a list"),
    ({"configs": [{"interval": 60}]}, "configs.0.resource_type is required"),
    ({"configs": [{"resource_type": "volume"}]}, "configs.0.interval is required"),
    (
        {"configs": [{"resource_type": "tape", "interval": 60}]},
        "configs.0.resource_type must be one of storage,",
    ),
    (
        {"configs": [{"resource_type": "volume", "interval": 5}]},
        "configs.0.interval must be at least 60",
    ),
    (
        {"configs": [{"resource_type": "volume", "interval": 60, "historic": "no"}]},
        "configs.0.historic must be true or false",
    ),
    (
        {"configs": [{"resource_type": t, "interval": 60} for t in ("disk", "disk")]},
        "configs.1.resource_type: disk is named twice",
    ),
    (
        {"configs": [{"resource_type": "share", "interval": 60}]},
        "configs.0.resource_type: the driver collects nothing of share",
    ),
]
ROUTES: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "metrics-config", None),
    ("PUT", "metrics-config", DEFAULT),
    ("GET", "telemetry", None),
    ("POST", "telemetry", {"name": "n"}),
    ("GET", "telemetry/none", None),
    ("PATCH", "telemetry/none", {}),
    ("DELETE", "telemetry/none", None),
    ("POST", "collect", None),
    ("GET", "collection", None),
]


def path_of(storage_id: str) -> str:
    return f"/v1/storages/{storage_id}/metrics-config"


def plan(stage: Stage, storage_id: str) -> list[Wanted]:
    with stage.parts.database.reader() as session:
        return plan_for(session, stage.parts.conf, storage_id)


def timers(client: Client, storage_id: str) -> list[dict[str, Any]]:
    found = client.get(f"/v1/schedules?kind=collect&storage_id={storage_id}&sort=interval:asc")
    return list(found.json["schedules"])


def seconds_from_now(moment: str) -> float:
    return (datetime.fromisoformat(moment).replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()


def test_a_new_storage_is_collected_as_the_configuration_file_says(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.register(body())
    assert client.get(path_of(storage_id)).json == DEFAULT
    (timer,) = timers(client, storage_id)
    assert (timer["interval"], timer["enabled"], timer["origin"]) == (900, True, "metrics")
    assert timer["resource_kinds"] == ALL_TYPES
    assert 0 < seconds_from_now(timer["next_due"]) <= 900
    wanted = plan(stage, storage_id)
    assert [one.resource_type for one in wanted] == ALL_TYPES
    assert {(one.interval, one.metrics, one.config_id) for one in wanted} == {
        (900, None, timer["id"])
    }


def test_one_interval_for_all_is_kept_and_shown(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.register(body())
    rings = stage.bell.rings
    sent = {"array_polling": {"perf_collection": True, "interval": 60, "is_historic": True}}
    assert client.put(path_of(storage_id), sent).json == sent
    assert client.get(path_of(storage_id)).json == sent
    assert stage.bell.rings == rings + 1
    (timer,) = timers(client, storage_id)
    assert timer["interval"] == 60
    # Within one interval, though the storage has only just been registered.
    assert 0 < seconds_from_now(timer["next_due"]) <= 60
    # The array keeps what it has measured for some time.
    assert {(one.interval, one.historic) for one in plan(stage, storage_id)} == {(60, True)}


def test_an_interval_for_each_type_of_resource(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.register(body())
    reply = client.put(
        path_of(storage_id),
        {
            "configs": [
                {"resource_type": "volume", "interval": 300, "historic": True},
                {"resource_type": "storage-pool", "interval": 300, "historic": True},
                {"resource_type": "disk", "interval": 3600, "historic": False},
                {"resource_type": "controller", "interval": 3600, "historic": False},
            ]
        },
    )
    told = {
        "configs": [
            {"resource_type": "storage-pool", "interval": 300, "historic": True},
            {"resource_type": "volume", "interval": 300, "historic": True},
            {"resource_type": "controller", "interval": 3600, "historic": False},
            {"resource_type": "disk", "interval": 3600, "historic": False},
        ]
    }
    assert reply.json == client.get(path_of(storage_id)).json == told
    assert [(one["interval"], one["resource_kinds"]) for one in timers(client, storage_id)] == [
        (300, ["storagePool", "volume"]),
        (3600, ["controller", "disk"]),
    ]
    assert [(one.resource_type, one.interval) for one in plan(stage, storage_id)] == [
        ("storagePool", 300),
        ("volume", 300),
        ("controller", 3600),
        ("disk", 3600),
    ]


def test_false_stops_it_and_true_starts_it_again(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.register(body())
    (before,) = timers(client, storage_id)
    off = client.put(path_of(storage_id), {"array_polling": {"perf_collection": False}})
    stopped = {"array_polling": {**DEFAULT["array_polling"], "perf_collection": False}}
    assert off.json == client.get(path_of(storage_id)).json == stopped
    (timer,) = timers(client, storage_id)
    assert (timer["id"], timer["enabled"], timer["next_due"]) == (before["id"], False, None)
    assert plan(stage, storage_id) == []
    assert client.put(path_of(storage_id), DEFAULT).json == DEFAULT
    (timer,) = timers(client, storage_id)
    assert (timer["id"], timer["enabled"]) == (before["id"], True)
    assert timer["next_due"] == before["next_due"]


def test_an_empty_list_asks_for_nothing(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.register(body())
    assert client.put(path_of(storage_id), {"configs": []}).json == {"configs": []}
    assert client.get(path_of(storage_id)).json == {"configs": []}
    assert (timers(client, storage_id), plan(stage, storage_id)) == ([], [])


def test_the_same_again_changes_no_time(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.register(body())
    sent = {"configs": [{"resource_type": "volume", "interval": 300, "historic": True}]}
    client.put(path_of(storage_id), sent)
    before = timers(client, storage_id)
    client.put(path_of(storage_id), sent)
    assert timers(client, storage_id) == before


def test_what_is_wrong_is_named_and_changes_nothing(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.register(body())
    before = timers(client, storage_id)
    for sent, said in WRONG:
        refused = client.put(path_of(storage_id), sent)
        assert (refused.status, refused.code) == (400, "InvalidInput")
        assert said in refused.message
    assert client.get(path_of(storage_id)).json == DEFAULT
    assert timers(client, storage_id) == before


def test_the_interval_of_the_configuration_file_is_the_default(
    stage: Stage, client: Client, body: Body
) -> None:
    stage.parts.conf.set_override("performance_collection_interval", 120, "telemetry")
    storage_id = stage.register(body())
    assert client.get(path_of(storage_id)).json["array_polling"]["interval"] == 120
    client.put(path_of(storage_id), {"configs": []})
    again = client.put(path_of(storage_id), {"array_polling": {"perf_collection": True}})
    assert again.json["array_polling"]["interval"] == 120


def test_where_the_policy_is_to_ask_first_nothing_is_collected_before(
    stage: Stage, client: Client, body: Body
) -> None:
    stage.parts.conf.set_override("collect_by_default", False, "telemetry")
    storage_id = stage.register(body())
    assert client.get(path_of(storage_id)).json["array_polling"]["perf_collection"] is False
    (timer,) = timers(client, storage_id)
    assert (timer["enabled"], plan(stage, storage_id)) == (False, [])
    client.put(path_of(storage_id), DEFAULT)
    assert client.get(path_of(storage_id)).json == DEFAULT
    assert len(plan(stage, storage_id)) == 7


def test_a_storage_of_an_earlier_release_shows_the_default_at_once(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.register(body())
    with stage.parts.database.writer() as session:
        for model in (MetricsSettings, TelemetryConfig, Schedule):
            session.execute(delete(model))
    assert client.get(path_of(storage_id)).json == DEFAULT
    assert plan(stage, storage_id) == []
    client.put(path_of(storage_id), DEFAULT)
    assert len(plan(stage, storage_id)) == 7


def test_a_removed_storage_leaves_nothing(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.synced(body())
    client.post(f"/v1/storages/{storage_id}/telemetry", {"name": "more", "interval": 60})
    client.post(f"/v1/storages/{storage_id}/collect")
    client.delete(f"/v1/storages/{storage_id}")
    for path in ("metrics-config", "telemetry", "collection"):
        assert client.get(f"/v1/storages/{storage_id}/{path}").code == "StorageNotFound"
    assert timers(client, storage_id) == []
    stage.run_jobs()
    for model in (MetricsSettings, TelemetryConfig, Schedule, ScheduleState):
        assert stage.count(model) == 0


def test_an_unknown_storage_is_not_found(client: Client) -> None:
    for method, path, sent in ROUTES:
        missing = client.send(method, f"/v1/storages/nobody/{path}", sent)
        assert (missing.status, missing.code) == (404, "StorageNotFound")


def test_it_is_due_within_one_interval_whenever_it_is_asked_for(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.register(body())
    for interval in (86400, 60, 3600):
        sent = {"array_polling": {"perf_collection": True, "interval": interval}}
        client.put(path_of(storage_id), sent)
        (timer,) = timers(client, storage_id)
        due = timedelta(seconds=seconds_from_now(timer["next_due"]))
        assert timedelta() < due <= timedelta(seconds=interval)
