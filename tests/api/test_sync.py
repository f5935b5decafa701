"""A synchronisation is asked for: of what, how urgently, when; and what one more request means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from delfin.db.jobs import Job
from delfin.jobs.queue import LeaseLostError, now_ms
from tests.api.client import Client
from tests.api.conftest import Stage

Body = Callable[..., dict[str, Any]]
TEXT = {"Content-Type": "text/plain"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def storage_id(stage: Stage, body: Body) -> str:
    return stage.synced(body())


@pytest.fixture
def path(storage_id: str) -> str:
    return f"/v1/storages/{storage_id}/sync"


def waiting(client: Client) -> list[dict[str, Any]]:
    return list(client.get("/v1/jobs?state=queued&sort=not_before:asc").json["jobs"])


def payloads(stage: Stage) -> list[Any]:
    with stage.parts.database.reader() as session:
        return [job.payload for job in session.query(Job).filter(Job.state == "queued")]


def test_a_body_may_be_left_away(stage: Stage, client: Client, path: str) -> None:
    bodies: list[dict[str, Any]] = [
        {},
        {"body": {}},
        {"raw": b"", "headers": JSON},
        {"raw": b" \n", "headers": JSON},
        {"raw": b"a=b", "headers": TEXT},
        {"body": {"kinds": []}},
    ]
    for sent in bodies:
        asked = client.send("POST", path, **sent)
        assert (asked.status, asked.raw) == (202, b""), sent
        assert payloads(stage) == [{}]
        stage.run_jobs()


def test_only_the_kinds_that_are_asked_for_are_read(
    stage: Stage, client: Client, path: str, storage_id: str
) -> None:
    assert client.post(path, {"kinds": ["disks", "volumes"]}).status == 202
    stage.run_jobs()
    (job, _) = client.get("/v1/jobs").json["jobs"]
    assert set(job["result"]["rows"]) == {"disks", "volumes"}
    assert client.get(f"/v1/storages/{storage_id}").json["last_sync"]["result"] == "done"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"kinds": ["volumes", "cheese"]}, "kinds.1 must be one of storage_pools"),
        ({"kinds": "volumes"}, "kinds must be a list"),
        ({"kinds": ["volumes", "volumes"]}, "kinds must not hold anything twice"),
        ({"priority": "urgent"}, "priority must be one of high, normal, low"),
        ({"priority": 5}, "priority must be one of high, normal, low"),
        ({"not_before": -1}, "not_before must be at least 0"),
        ({"not_before": "now"}, "not_before must be an integer"),
        ({"not_before": 10**18}, "not_before must be at most"),
        ({"kind": ["volumes"]}, "kind is not a known field"),
        ([], "the body must be a JSON object"),
    ],
)
def test_what_is_wrong_is_named(client: Client, path: str, sent: Any, said: str) -> None:
    refused = client.post(path, sent)
    assert (refused.status, refused.code) == (400, "InvalidInput")
    assert said in refused.message
    assert waiting(client) == []


def test_priority_is_a_number_in_the_job(stage: Stage, client: Client, body: Body) -> None:
    path = f"/v1/storages/{stage.synced(body())}/sync"
    for word, number in (("high", 10), ("normal", 0), ("low", -10)):
        client.post(path, {"priority": word})
        assert [job["priority"] for job in waiting(client)] == [number]
        assert len(client.get(f"/v1/jobs?state=queued&priority={number}").json["jobs"]) == 1
        stage.run_jobs()
    for query in ("priority=abc", "priority=99999999999999", "priority~=abc"):
        assert client.get(f"/v1/jobs?{query}").json == {"jobs": []}


def test_a_new_storage_goes_before_all_else(stage: Stage, client: Client, body: Body) -> None:
    storage_id = stage.register(body(serial="NEW"))
    (job,) = client.get(f"/v1/jobs?storage_id={storage_id}").json["jobs"]
    assert job["priority"] == 100


def test_a_part_that_a_waiting_whole_does_is_refused(
    stage: Stage, client: Client, path: str
) -> None:
    assert client.post(path).status == 202
    for sent in ({"kinds": ["volumes"]}, {}, {"priority": "low"}):
        assert client.post(path, sent).code == "StorageIsSyncing"
    assert len(waiting(client)) == 1


def test_a_whole_widens_a_part_that_waits(stage: Stage, client: Client, path: str) -> None:
    assert client.post(path, {"kinds": ["volumes"]}).status == 202
    assert client.post(path, {"kinds": ["disks"], "priority": "high"}).status == 202
    assert payloads(stage) == [{"kinds": ["disks", "volumes"]}]
    assert client.post(path).status == 202
    (job,) = waiting(client)
    assert (job["priority"], payloads(stage)) == (10, [{}])


def test_a_more_urgent_request_moves_the_one_that_waits_up(client: Client, path: str) -> None:
    client.post(path, {"priority": "low"})
    assert client.post(path, {"kinds": ["volumes"], "priority": "high"}).status == 202
    assert [job["priority"] for job in waiting(client)] == [10]


def test_what_a_running_one_does_not_do_comes_afterwards(
    stage: Stage, client: Client, path: str
) -> None:
    client.post(path, {"kinds": ["volumes"]})
    running = stage.queue.lease("w")
    assert running is not None
    assert client.post(path, {"kinds": ["volumes"]}).code == "StorageIsSyncing"
    assert client.post(path, {"kinds": ["volumes", "disks"]}).status == 202
    assert client.post(path, {"kinds": ["ports"]}).status == 202
    assert stage.queue.lease("w") is None
    stage.queue.finish(running, "done", {})
    following = stage.queue.lease("w")
    assert following is not None
    assert following.payload == {"kinds": ["disks", "ports", "volumes"]}
    # That one runs under another key: there is room for one more behind it.
    assert client.post(path).status == 202
    assert len(waiting(client)) == 1


def test_one_for_later_neither_makes_the_storage_busy_nor_is_lost(
    stage: Stage, client: Client, path: str, storage_id: str
) -> None:
    later = now_ms() + 3_600_000
    assert client.post(path, {"kinds": ["volumes"], "not_before": later}).status == 202
    assert client.get(f"/v1/storages/{storage_id}").json["sync_status"] == "SYNCED"
    assert client.post(path, {"kinds": ["disks"], "not_before": later}).status == 202
    assert client.post(path, {"not_before": later + 1}).status == 202
    assert client.post(path).status == 202
    assert client.get(f"/v1/storages/{storage_id}").json["sync_status"] == "SYNCING"
    stage.run_jobs()
    first, second = waiting(client)
    assert (first["not_before"], second["not_before"]) == (later, later + 1)
    assert {"kinds": ["disks", "volumes"]} in payloads(stage)
    assert client.delete(f"/v1/jobs/{first['id']}").status == 202
    assert waiting(client) == [second]


def test_one_for_a_time_that_has_passed_is_for_now(stage: Stage, client: Client, path: str) -> None:
    asked_at = now_ms()
    assert client.post(path, {"not_before": 5}).status == 202
    assert waiting(client)[0]["not_before"] >= asked_at
    assert client.post(path, {"not_before": 6}).code == "StorageIsSyncing"


def test_sync_all_widens_what_waits_and_queues_behind_what_runs(
    stage: Stage, client: Client, body: Body
) -> None:
    idle, part, low, runs, whole = (
        stage.synced(body(serial=serial)) for serial in ("A", "B", "C", "D", "E")
    )
    client.post(f"/v1/storages/{runs}/sync", {"kinds": ["volumes"], "priority": "high"})
    assert stage.queue.lease("w") is not None
    client.post(f"/v1/storages/{part}/sync", {"kinds": ["volumes"]})
    client.post(f"/v1/storages/{low}/sync", {"priority": "low"})
    client.post(f"/v1/storages/{whole}/sync")
    assert client.post("/v1/storages/sync").status == 202
    assert payloads(stage) == [{}] * 5
    jobs = waiting(client)
    assert {job["storage_id"] for job in jobs} == {idle, part, low, runs, whole}
    assert {job["priority"] for job in jobs} == {0}


def test_a_running_one_is_cleared_and_writes_nothing_more(
    stage: Stage, client: Client, path: str
) -> None:
    client.post(path)
    running = stage.queue.lease("w")
    assert running is not None
    assert client.delete(f"/v1/jobs/{running.job_id}").status == 202
    assert client.get(f"/v1/jobs/{running.job_id}").json["state"] == "cancelled"
    with pytest.raises(LeaseLostError):
        stage.queue.finish(running, "done", {})
    assert client.post(path).status == 202
