"""Jobs: listed, shown, cleared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.api.client import Client
from tests.api.conftest import Stage

Body = Callable[..., dict[str, Any]]


def only_job(client: Client) -> dict[str, Any]:
    (job,) = client.get("/v1/jobs").json["jobs"]
    return dict(job)


def test_jobs_are_listed_filtered_and_paged(stage: Stage, client: Client, body: Body) -> None:
    ids = [stage.synced(body(serial=serial)) for serial in ("ONE", "TWO")]
    listed = client.get("/v1/jobs?sort=created_at:asc").json["jobs"]
    assert [job["storage_id"] for job in listed] == ids
    first, second = listed
    assert (first["kind"], first["state"], first["attempt"]) == ("sync", "done", 1)
    assert first["result"]["rows"]["volumes"] == 7
    assert isinstance(first["finished_at"], int)
    for query in (
        f"id={second['id']}",
        f"storage_id={ids[1]}",
        f"marker={first['id']}&sort_dir=asc",
    ):
        assert client.get(f"/v1/jobs?{query}").json == {"jobs": [second]}
    assert client.get("/v1/jobs?state=queued").json == {"jobs": []}
    page = client.get("/v1/jobs?limit=1")
    assert page.headers["x-total-count"] == "2"
    assert 'rel="next"' in page.headers["link"]


def test_a_job_is_shown(stage: Stage, client: Client, body: Body) -> None:
    stage.synced(body())
    job = only_job(client)
    assert client.get(f"/v1/jobs/{job['id']}").json == job
    assert client.get("/v1/jobs/none").code == "JobNotFound"
    assert client.get("/v1/jobs?marker=none").code == "JobNotFound"


def test_a_waiting_job_is_cancelled_and_then_struck_off(client: Client, body: Body) -> None:
    client.post("/v1/storages", body())
    job = only_job(client)
    assert job["state"] == "queued"
    for expected in ("cancelled", None):
        assert client.delete(f"/v1/jobs/{job['id']}").status == 202
        shown = client.get("/v1/jobs").json["jobs"]
        assert [j["state"] for j in shown] == ([expected] if expected else [])
    assert client.delete(f"/v1/jobs/{job['id']}").code == "JobNotFound"


def test_a_removal_cannot_be_cleared_before_its_end(client: Client, body: Body) -> None:
    storage_id = client.post("/v1/storages", body()).json["id"]
    client.delete(f"/v1/storages/{storage_id}")
    (removal,) = client.get("/v1/jobs?kind=removal").json["jobs"]
    refused = client.delete(f"/v1/jobs/{removal['id']}")
    assert (refused.status, refused.code) == (400, "InvalidInput")
