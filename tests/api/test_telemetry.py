"""Named configurations over REST: made, merged, changed and deleted; and collecting now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from delfin.db.jobs import Job
from delfin.db.metrics_config import TelemetryConfig
from delfin.telemetry.plan import Wanted, plan_for
from tests.api.client import Client
from tests.api.conftest import Stage

Body = Callable[..., dict[str, Any]]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "name is required"),
    ({"name": ""}, "name must have at least 1 character"),
    ({"name": "taken"}, "name: another configuration of this storage has it"),
    ({"name": "n", "interval": 59}, "interval must be at least 60"),
    ({"name": "n", "interval": 86401}, "interval must be at most 86400"),
    ({"name": "n", "enabled": "yes"}, "enabled must be true or false"),
    ({"name": "n", "resources": {}}, "resources must hold at least 1"),
    ({"name": "n", "resources": {"tape": None}}, "resources must be one of storage, storage-pool"),
    ({"name": "n", "resources": {"volume": []}}, "resources.volume must hold at least 1"),
    ({"name": "n", "resources": {"volume": ["speed"]}}, "resources.volume.0 must be one of"),
    (
        {"name": "n", "resources": {"storage-pool": ["cpuUsage"]}},
        "resources.storage-pool: the driver does not collect cpuUsage",
    ),
    (
        {"name": "n", "resources": {"share": None}},
        "resources.share: the driver collects nothing of share",
    ),
    (
        {"name": "n", "resources": {"storage-pool": None, "storagePool": None}},
        "storage-pool is named twice",
    ),
    ({"name": "n", "labels": {"a": 1}}, "labels.a must be a string"),
    ({"name": "n", "labels": {"unit": "x"}}, "labels must have names of at most 64 letters"),
    ({"name": "n", "labels": {"__name__": "x"}}, "labels must have names of at most 64"),
    ({"name": "n", "labels": {"a-b": "x"}}, "labels must have names of at most 64 letters"),
    (
        {"name": "n", "labels": {f"l{number}": "x" for number in range(21)}},
        "labels must hold at most 20",
    ),
    ({"name": "n", "id": "mine"}, "id is not a known field"),
]
ON, OFF = ({"array_polling": {"perf_collection": on}} for on in (True, False))
NOT_NOW: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (OFF, {}, "metrics-config: nothing is collected"),
    ({"configs": []}, {}, "metrics-config: nothing is collected"),
    (ON, {"resource_types": ["volume", "share"]}, "resource_types.1: share is not collected"),
    (ON, {"resource_types": ["tape"]}, "resource_types.0 must be one of"),
    (ON, {"resource_types": "volume"}, "resource_types must be a list"),
    (ON, {"resource_types": ["disk"] * 2}, "resource_types must not hold anything twice"),
]


def path_of(storage_id: str) -> str:
    return f"/v1/storages/{storage_id}/telemetry"


def made(client: Client, storage_id: str, **sent: Any) -> dict[str, Any]:
    reply = client.post(path_of(storage_id), sent)
    assert reply.status == 201, reply
    return dict(reply.json)


def plan(stage: Stage, storage_id: str) -> dict[str, Wanted]:
    with stage.parts.database.reader() as session:
        found = plan_for(session, stage.parts.conf, storage_id)
    return {one.resource_type: one for one in found}


def timers(client: Client, storage_id: str) -> dict[str, dict[str, Any]]:
    """Schedules of the storage's configurations, by id."""
    found = client.get(f"/v1/schedules?origin=metrics&storage_id={storage_id}")
    return {one["id"]: {**one, "updated_at": None} for one in found.json["schedules"]}


def test_a_configuration_is_made_shown_listed_and_deleted(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.register(body())
    before = timers(client, storage_id)
    config = made(
        client,
        storage_id,
        name="databases",
        interval=60,
        resources={"volume": ["iops", "responseTime"], "storage-pool": None},
        labels={"team": "db"},
    )
    next_poll = config["status"].pop("next_poll")
    assert config == {
        "id": config["id"],
        "storage_id": storage_id,
        "name": "databases",
        "enabled": True,
        "interval": 60,
        "historic": True,
        "resources": {"storage-pool": None, "volume": ["iops", "responseTime"]},
        "labels": {"team": "db"},
        "status": {"last_poll": None, "last_result": None, "last_error": None},
        "created_at": config["created_at"],
        "updated_at": None,
    }
    due = datetime.fromisoformat(next_poll).replace(tzinfo=UTC) - datetime.now(UTC)
    assert 0 < due.total_seconds() <= 60
    path = f"{path_of(storage_id)}/{config['id']}"
    listed = client.get(path_of(storage_id))
    assert listed.json == {"telemetry": [client.get(path).json]}
    assert listed.headers["x-total-count"] == "1"
    timer = timers(client, storage_id)[config["id"]]
    assert (timer["name"], timer["kind"], timer["next_due"]) == ("databases", "collect", next_poll)
    assert client.delete(path).status == 200
    for again in (client.get(path), client.delete(path), client.send("PATCH", path, {})):
        assert again.code == "TelemetryConfigNotFound"
    assert timers(client, storage_id) == before


def test_what_several_ask_for_is_collected_once_and_most_often(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.register(body())
    client.put(
        f"/v1/storages/{storage_id}/metrics-config",
        {"configs": [{"resource_type": "disk", "interval": 900}]},
    )
    (own,) = timers(client, storage_id)
    rare = made(
        client,
        storage_id,
        name="rare",
        interval=600,
        resources={"volume": ["iops"], "disk": ["iops"], "port": None},
        labels={"site": "north", "by": "rare"},
    )
    often = made(
        client,
        storage_id,
        name="often",
        interval=60,
        resources={"volume": ["responseTime"]},
        labels={"by": "often"},
    )
    wanted = plan(stage, storage_id)
    assert wanted["volume"] == Wanted(
        resource_type="volume",
        interval=60,
        metrics=frozenset({"iops", "responseTime"}),
        historic=True,
        labels=(("by", "often"), ("site", "north")),
        config_id=often["id"],
    )
    # The storage's own configuration asks for all metrics.
    assert (wanted["disk"].interval, wanted["disk"].metrics) == (600, None)
    assert (wanted["port"].interval, wanted["port"].config_id) == (600, rare["id"])
    found = timers(client, storage_id)
    assert found[often["id"]]["resource_kinds"] == ["volume"]
    assert found[rare["id"]]["resource_kinds"] == ["port", "disk"]
    assert found[own]["enabled"] is False
    # What is collected for another is as good as its own.
    client.send("PATCH", f"{path_of(storage_id)}/{rare['id']}", {"resources": {"volume": None}})
    shown = client.get(f"{path_of(storage_id)}/{rare['id']}").json
    assert shown["status"]["next_poll"] == found[often["id"]]["next_due"]
    assert timers(client, storage_id)[own]["enabled"] is True


def test_a_change_keeps_what_is_left_out(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.register(body())
    first = made(client, storage_id, name="a", interval=300, labels={"x": "1"})
    path = f"{path_of(storage_id)}/{first['id']}"
    assert first["resources"] is None
    off = client.send("PATCH", path, {"enabled": False}).json
    assert (off["enabled"], off["interval"], off["labels"]) == (False, 300, {"x": "1"})
    assert off["status"]["next_poll"] is None
    assert timers(client, storage_id)[first["id"]]["enabled"] is False
    assert {one.interval for one in plan(stage, storage_id).values()} == {900}
    on = client.send("PATCH", path, {"enabled": True, "resources": {"port": ["iops"]}}).json
    assert on["resources"] == {"port": ["iops"]}
    assert {kind for kind, one in plan(stage, storage_id).items() if one.interval == 300} == {
        "port"
    }
    faster = client.send("PATCH", path, {"interval": 60, "name": "b", "labels": {}}).json
    assert (faster["interval"], faster["name"], faster["labels"]) == (60, "b", {})
    assert timers(client, storage_id)[first["id"]]["interval"] == 60


def test_switched_off_as_a_whole_the_named_ones_rest_too(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.register(body())
    config = made(client, storage_id, name="a", interval=60)
    client.put(f"/v1/storages/{storage_id}/metrics-config", OFF)
    assert plan(stage, storage_id) == {}
    assert not any(one["enabled"] for one in timers(client, storage_id).values())
    shown = client.get(f"{path_of(storage_id)}/{config['id']}").json
    assert (shown["enabled"], shown["status"]["next_poll"]) == (True, None)
    client.put(f"/v1/storages/{storage_id}/metrics-config", {"configs": []})
    assert {one.config_id for one in plan(stage, storage_id).values()} == {config["id"]}


def test_what_is_wrong_is_named(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.register(body())
    kept = made(client, storage_id, name="taken", interval=300)
    other = made(client, storage_id, name="other", interval=300)
    path = f"{path_of(storage_id)}/{other['id']}"
    for sent, said in WRONG:
        refused = client.post(path_of(storage_id), sent)
        assert (refused.status, refused.code) == (400, "InvalidInput")
        assert said in refused.message
        assert not sent or said in client.send("PATCH", path, sent).message
    listed = client.get(path_of(storage_id)).json["telemetry"]
    assert [one["id"] for one in listed] == [kept["id"], other["id"]]
    assert listed[1]["name"] == "other"


def test_a_name_is_taken_once_for_each_storage(stage: Stage, client: Client, body: Body) -> None:
    for serial in ("A", "B"):
        storage_id = stage.register(body(serial=serial))
        made(client, storage_id, name="mine", interval=60)
    assert client.get(f"{path_of(storage_id)}?name=mine").json["telemetry"][0]["name"] == "mine"


def test_another_storages_configuration_is_not_found(
    stage: Stage, client: Client, body: Body
) -> None:
    one, other = (stage.register(body(serial=serial)) for serial in ("A", "B"))
    config = made(client, one, name="mine", interval=60)
    for method, sent in (("GET", None), ("PATCH", {"enabled": False}), ("DELETE", None)):
        reply = client.send(method, f"{path_of(other)}/{config['id']}", sent)
        assert (reply.status, reply.code) == (404, "TelemetryConfigNotFound")
    with stage.parts.database.reader() as session:
        own = select(TelemetryConfig.id).where(TelemetryConfig.name.is_(None))
        hidden = session.scalars(own).all()
    assert client.get(f"{path_of(one)}/{hidden[0]}").code == "TelemetryConfigNotFound"


def test_nobody_breaks_a_configuration_through_its_schedule(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.register(body())
    before = timers(client, storage_id)
    for schedule_id in before:
        path = f"/v1/schedules/{schedule_id}"
        for refused in (client.put(path, {"enabled": False}), client.delete(path)):
            assert (refused.status, refused.code) == (400, "InvalidInput")
            assert "schedule: it belongs to a metrics configuration" in refused.message
    asked = client.post("/v1/schedules", {"kind": "collect", "interval": 60})
    assert (asked.status, asked.code) == (400, "InvalidInput")
    assert timers(client, storage_id) == before


def test_collecting_now_leaves_the_schedule_alone(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.synced(body())
    before, rings = timers(client, storage_id), stage.bell.rings
    path = f"/v1/storages/{storage_id}/collect"
    asked = client.post(path, {"resource_types": ["volume", "storage-pool"]})
    assert asked.status == 202
    job = client.get(f"/v1/jobs/{asked.json['job_id']}").json
    assert (job["kind"], job["storage_id"], job["state"]) == ("collect", storage_id, "queued")
    assert (timers(client, storage_id), stage.bell.rings) == (before, rings + 1)
    with stage.parts.database.reader() as session:
        (payload,) = session.scalars(select(Job.payload).where(Job.kind == "collect"))
    assert payload["resource_types"] == ["storagePool", "volume"]
    # One job waits for a storage, and does what everybody asks for.
    assert client.post(path).json == asked.json
    with stage.parts.database.reader() as session:
        (payload,) = session.scalars(select(Job.payload).where(Job.kind == "collect"))
    assert payload["resource_types"] == []


def test_collecting_now_what_is_not_configured_is_refused(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.register(body())
    for config, sent, said in NOT_NOW:
        client.put(f"/v1/storages/{storage_id}/metrics-config", config)
        refused = client.post(f"/v1/storages/{storage_id}/collect", sent)
        assert (refused.status, refused.code) == (400, "InvalidInput")
        assert said in refused.message


def test_how_collection_stands_before_the_first_one(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.register(body())
    stands = client.get(f"/v1/storages/{storage_id}/collection").json
    assert (stands["last_attempt"], stands["resources"], stands["gaps"]) == (None, [], [])
