"""Services: the processes of delfin, listed, shown, filtered and paged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from delfin.db import services
from delfin.db.base import utcnow
from tests.api.client import Client
from tests.api.conftest import Stage


def put(stage: Stage, service_id: str, *, silent: float = 0.0, **facts: Any) -> None:
    """A process that was heard of so many seconds ago."""
    row = {
        "node": "node-a",
        "process": "delfin-task",
        "pid": 7,
        "worker": 0,
        "version": "1.2",
        "started_at": utcnow(),
        **facts,
    }
    with stage.parts.database.writer() as session:
        services.beat(session, service_id, row)
        heard = utcnow() - timedelta(seconds=silent)
        session.get_one(services.Service, service_id).heartbeat_at = heard


@pytest.fixture
def three(stage: Stage) -> None:
    put(stage, "one", running_jobs=4, owned_storages=1000, weight=2)
    put(stage, "two", node="node-b", worker=1)
    put(stage, "three", process="delfin-api", version="1.1", silent=60.0)


def ids(client: Client, query: str = "") -> list[str]:
    return [row["id"] for row in client.get(f"/v1/services?{query}").json["services"]]


@pytest.mark.usefixtures("three")
def test_a_process_is_shown_as_it_last_was(client: Client) -> None:
    shown = client.get("/v1/services/one").json
    assert (shown["node"], shown["process"], shown["weight"]) == ("node-a", "delfin-task", 2)
    assert (shown["running_jobs"], shown["owned_storages"]) == (4, 1000)
    assert shown["state"] == "up"
    assert client.get("/v1/services?id=one").json == {"services": [shown]}
    assert client.get("/v1/services/three").json["state"] == "down"
    assert client.get("/v1/services/none").code == "ServiceNotFound"
    assert client.get("/v1/services?marker=none").code == "ServiceNotFound"


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"one", "two", "three"}),
        ("state=up", {"one", "two"}),
        ("state=down", {"three"}),
        ("state~=OW", {"three"}),
        ("node=node-b", {"two"}),
        ("process=delfin-task&version=1.2", {"one", "two"}),
        ("version~=1.", {"one", "two", "three"}),
    ],
)
def test_processes_are_filtered(client: Client, query: str, found: set[str]) -> None:
    assert set(ids(client, query)) == found


@pytest.mark.usefixtures("three")
def test_processes_are_sorted_and_paged(client: Client) -> None:
    assert ids(client, "sort=state:asc,worker:desc") == ["three", "two", "one"]
    assert ids(client, "sort=owned_storages:desc&limit=1") == ["one"]
    page = client.get("/v1/services?sort=state:asc,worker:desc&limit=2")
    assert page.headers["x-total-count"] == "3"
    following = page.headers["link"].partition("<")[2].partition(">")[0]
    assert [row["id"] for row in client.get(following).json["services"]] == ["one"]
    assert client.get("/v1/services?sort=nonsense").code == "InvalidInput"


def test_how_long_a_silence_means_down_is_for_the_operator(stage: Stage, client: Client) -> None:
    put(stage, "quiet", silent=60.0)
    assert client.get("/v1/services/quiet").json["state"] == "down"
    stage.parts.conf.set_override("service_down_time", 90.0)
    assert client.get("/v1/services/quiet").json["state"] == "up"


@pytest.mark.usefixtures("three")
def test_prometheus_is_told_each_node_with_a_live_task_process_once(
    stage: Stage, client: Client
) -> None:
    put(stage, "four", node="node-b", worker=2)
    put(stage, "five", node="node-c", silent=60.0)
    put(stage, "six", node="node-d", process="delfin-standalone")
    put(stage, "seven", node="node-e", process="delfin-alert")
    stage.parts.conf.set_override("metric_server_port", 9195, "prometheus_exporter")
    answer = client.get("/v1/prometheus/targets")
    assert answer.json == [
        {"targets": [f"{node}:9195"], "labels": {"__meta_delfin_node": node}}
        for node in ("node-a", "node-b", "node-d")
    ]
