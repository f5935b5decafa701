"""Schedules over REST: made, listed, changed, deleted; what is wrong is named; and what they do."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from delfin.db.schedules import Schedule, ScheduleState
from delfin.jobs.timetable import Timetable
from tests.api.client import Client
from tests.api.conftest import Stage

Body = Callable[..., dict[str, Any]]
UNTIL = datetime(2036, 1, 1, tzinfo=UTC)


def made(client: Client, **sent: Any) -> dict[str, Any]:
    reply = client.post("/v1/schedules", sent)
    assert reply.status == 201, reply
    return dict(reply.json)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_schedule_is_made_shown_listed_and_deleted(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.synced(body())
    rings = stage.bell.rings
    nightly = made(
        client,
        name="nightly",
        storage_id=storage_id,
        resource_kinds=["volumes", "disks"],
        cron="0 3 * * *",
        time_zone="Europe/Berlin",
    )
    assert stage.bell.rings == rings + 1
    told = {
        "name": "nightly",
        "kind": "sync",
        "storage_id": storage_id,
        "resource_kinds": ["volumes", "disks"],
        "trigger": "cron",
        "interval": None,
        "cron": "0 3 * * *",
        "time_zone": "Europe/Berlin",
        "at": None,
        "jitter": 0,
        "priority": "low",
        "enabled": True,
        "when_late": "run",
        "grace": 300,
        "origin": "user",
        "last_run": None,
        "last_job_id": None,
    }
    assert {name: nightly[name] for name in told} == told
    assert re.search(r"T0[12]:00:00\.000000$", nightly["next_due"])
    path = f"/v1/schedules/{nightly['id']}"
    assert client.get(path).json == nightly
    assert client.get("/v1/schedules?kind=sync").json == {"schedules": [nightly]}
    assert client.delete(path).status == 202
    assert client.get(path).code == "ScheduleNotFound"
    assert client.delete(path).code == "ScheduleNotFound"
    # That of the storage's metrics configuration.
    assert stage.count(ScheduleState) == 1


def test_schedules_are_filtered_sorted_and_paged(client: Client) -> None:
    often = made(client, name="often", interval=60, priority="normal")
    rare = made(client, name="rare", interval=86400, enabled=False)
    night = made(client, name="night", cron="0 3 * * *", priority="high")
    for query, expected in (
        ("name=often", [often]),
        ("name~=N&sort=name:asc", [night, often]),
        ("trigger=cron", [night]),
        ("priority=low", [rare]),
        ("enabled=false", [rare]),
        ("enabled=perhaps", []),
        ("origin=user&sort=interval:desc&limit=1", [rare]),
        (f"marker={night['id']}", [rare, often]),
        ("sort=priority:asc,next_due:asc", [night, rare, often]),
        ("kind=sync&id=" + night["id"], [night]),
    ):
        expected_ids = [one["id"] for one in expected]
        found = client.get(f"/v1/schedules?{query}").json["schedules"]
        assert [one["id"] for one in found] == expected_ids, query
    page = client.get("/v1/schedules?limit=2")
    assert page.headers["x-total-count"] == "3"
    assert 'rel="next"' in page.headers["link"]
    assert client.get("/v1/schedules?marker=none").code == "ScheduleNotFound"
    assert client.get("/v1/schedules?sort=resource_kinds").code == "InvalidInput"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "exactly one of interval, cron, at is required"),
        ({"interval": 5, "cron": "* * * * *"}, "exactly one of interval, cron, at is required"),
        ({"interval": 0}, "interval must be at least 1"),
        ({"interval": 10**9}, "interval must be at most 31622400"),
        ({"interval": "5"}, "interval must be an integer"),
        ({"interval": 60, "jitter": 60}, "jitter must be less than the interval"),
        ({"interval": 60, "time_zone": "UTC"}, "time_zone is for cron only"),
        ({"interval": 60, "priority": "urgent"}, "priority must be one of high, normal, low"),
        ({"interval": 60, "kind": "removal"}, "kind must be one of sync"),
        ({"interval": 60, "enabled": 1}, "enabled must be true or false"),
        ({"interval": 60, "when_late": "never"}, "when_late must be one of run, skip"),
        ({"interval": 60, "resource_kinds": "volumes"}, "resource_kinds must be a list"),
        ({"interval": 60, "resource_kinds": ["volumes", "x"]}, "resource_kinds.1 must be one of"),
        ({"interval": 60, "resource_kinds": ["ports"] * 2}, "must not hold anything twice"),
        ({"interval": 60, "name": "a\0b"}, "name must not hold a NUL character"),
        ({"interval": 60, "id": "mine"}, "id is not a known field"),
        ({"cron": "0 25 * * *"}, "cron: the hour must be from 0 to 23"),
        ({"cron": "daily"}, "cron: it needs five fields"),
        ({"cron": "0 0 31 2 *"}, "cron: there is no such day"),
        ({"cron": "0 3 * * *", "time_zone": "Mars/Base"}, "time_zone: it is not the name"),
        ({"at": "tomorrow"}, "at must be a time such as"),
        ({"at": "2020-01-01T00:00:00Z"}, "at must be in the future"),
        ({"at": 0}, "at must be in the future"),
        ({"at": -1}, "at must be at least 0"),
        ({"at": "0001-01-01T00:00:00+23:00"}, "at must be a time such as"),
    ],
)
def test_what_is_wrong_is_named(
    stage: Stage, client: Client, sent: dict[str, Any], said: str
) -> None:
    refused = client.post("/v1/schedules", sent)
    assert (refused.status, refused.code) == (400, "InvalidInput")
    assert said in refused.message
    assert stage.count(Schedule) == 0


def test_a_schedule_for_an_unknown_storage_is_refused(client: Client) -> None:
    refused = client.post("/v1/schedules", {"storage_id": "none", "interval": 60})
    assert (refused.status, refused.code) == (404, "StorageNotFound")


@pytest.mark.parametrize(
    "sent", ["2036-01-01T00:00:00", "2036-01-01T01:00:00+01:00", int(UNTIL.timestamp() * 1000)]
)
def test_a_moment_is_shown_as_all_times_are(
    stage: Stage, client: Client, body: Body, sent: str | int
) -> None:
    stage.synced(body())
    once = made(client, at=sent)
    assert once["at"] == once["next_due"] == "2036-01-01T00:00:00.000000"
    assert once["trigger"] == "at"


def test_a_change_keeps_what_is_left_out(stage: Stage, client: Client, body: Body) -> None:
    stage.synced(body())
    first = made(client, name="n", cron="0 3 * * *", time_zone="Europe/Berlin", priority="high")
    path = f"/v1/schedules/{first['id']}"
    off = client.put(path, {"enabled": False}).json
    assert (off["enabled"], off["next_due"], off["cron"]) == (False, None, "0 3 * * *")
    renamed = client.put(path, {"enabled": True, "name": "m"}).json
    changed = {"name": "m", "updated_at": renamed["updated_at"]}
    assert renamed == {**first, **changed}
    often = client.put(path, {"interval": 60}).json
    assert (often["trigger"], often["interval"]) == ("interval", 60)
    assert (often["cron"], often["time_zone"], often["priority"]) == (None, None, "high")
    soon = moment(often["next_due"]) - datetime.now(UTC)
    # The storage is new: half an interval later, and then its turn within one.
    assert timedelta() < soon <= timedelta(seconds=90)
    for sent, said in (
        ({"jitter": 60}, "jitter must be less than the interval"),
        ({"interval": 5, "at": UNTIL.isoformat()}, "only one of interval, cron, at may be given"),
        ({"storage_id": "x"}, "storage_id is not a known field"),
        ({"time_zone": "UTC"}, "time_zone is for cron only"),
    ):
        refused = client.put(path, sent)
        assert (refused.status, refused.code) == (400, "InvalidInput")
        assert said in refused.message
    assert client.get(path).json == often
    assert client.put("/v1/schedules/none", {}).code == "ScheduleNotFound"


def test_a_schedule_that_has_run_tells_of_it(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.synced(body())
    schedule = made(client, interval=60, resource_kinds=["volumes"])
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    later = Timetable(
        stage.parts.database, stage.parts.jobs, stage.parts.conf, clock=lambda: tomorrow
    )
    for due in later.upcoming(0):
        if due.schedule_id == schedule["id"]:
            later.fire(due)
    shown = client.get(f"/v1/schedules/{schedule['id']}").json
    assert moment(shown["last_run"]) == tomorrow
    assert tomorrow < moment(shown["next_due"]) <= tomorrow + timedelta(seconds=60)
    job = client.get(f"/v1/jobs/{shown['last_job_id']}").json
    assert (job["storage_id"], job["state"], job["priority"]) == (storage_id, "queued", -10)
    assert client.get("/v1/jobs?priority=-10").json == {"jobs": [job]}
    assert client.delete(f"/v1/jobs/{job['id']}").status == 202
    assert client.get(f"/v1/jobs/{job['id']}").json["state"] == "cancelled"


def test_defaults_are_shown_and_left_alone(stage: Stage, client: Client, body: Body) -> None:
    stage.parts.timetable.write_defaults()
    storage_id = stage.register(body())
    listed = client.get("/v1/schedules?origin=default&sort=id:asc").json["schedules"]
    assert [one["id"] for one in listed] == [
        *("default-alerts", "default-frequent", "default-inventory", "default-report"),
    ]
    assert all(moment(one["next_due"]) > datetime.now(UTC) for one in listed)
    for refused in (
        client.put("/v1/schedules/default-frequent", {"interval": 60}),
        client.delete("/v1/schedules/default-frequent"),
    ):
        assert (refused.status, refused.code) == (400, "InvalidInput")
        assert "configuration file" in refused.message
    own = [
        made(client, storage_id=storage_id, kind=kind, interval=60)
        for kind in ("sync", "alert_sync", "report")
    ]
    replaced = client.get("/v1/schedules?origin=default").json["schedules"]
    assert {one["next_due"] for one in replaced} == {None}
    for one in own:
        client.delete(f"/v1/schedules/{one['id']}")
    again = client.get("/v1/schedules?origin=default&sort=id:asc").json["schedules"]
    assert again == listed


def test_a_schedule_for_alerts_reads_no_resource_kinds(client: Client) -> None:
    body = {"kind": "alert_sync", "interval": 60, "resource_kinds": ["volumes"]}
    refused = client.post("/v1/schedules", body)
    assert (refused.status, refused.code) == (400, "InvalidInput")
    assert "resource_kinds" in refused.message


def test_what_is_a_removed_storages_own_is_gone_at_once(
    stage: Stage, client: Client, body: Body
) -> None:
    storage_id = stage.synced(body())
    own = made(client, storage_id=storage_id, interval=60)
    client.delete(f"/v1/storages/{storage_id}")
    assert client.get("/v1/schedules").json == {"schedules": []}
    assert client.get(f"/v1/schedules/{own['id']}").code == "ScheduleNotFound"
    stage.run_jobs()
    assert stage.count(Schedule) == stage.count(ScheduleState) == 0
