"""What the API has a task process do at an array, also when none of them answers."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from delfin.alerts.store import raise_alert
from delfin.alerts.words import FROM_DELFIN
from delfin.db import trap_inbox
from delfin.db.base import utcnow
from delfin.db.services import Service
from tests.api.conftest import Stage
from tests.api.test_alerts import changes, driver_with, report, storage_id

__all__ = ["storage_id"]


def test_when_no_task_process_answers_a_listing_says_so(stage: Stage, storage_id: str) -> None:
    stage.bus_problems.append("cannot be reached")
    reply = stage.client.get(f"/v1/storages/{storage_id}/alerts")
    assert (reply.status, reply.code) == (503, "TaskServiceUnavailable")
    assert reply.json["error_args"] == [storage_id]
    assert stage.client.get(f"/v1/storages/{storage_id}/alerts?source=store").status == 200


def test_a_clear_that_nobody_can_do_now_is_kept_and_done_later(
    stage: Stage, storage_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = driver_with(monkeypatch, "clear_alert", None)
    report(stage, storage_id, 7)
    stage.bus_problems.append("cannot be reached")
    path, rings = f"/v1/storages/{storage_id}/alerts/7", stage.bell.rings
    reply = stage.client.delete(path)
    assert reply.status == 202
    job = stage.client.get(f"/v1/jobs/{reply.json['job_id']}").json
    assert (job["kind"], job["state"], job["priority"]) == ("alert_clear", "queued", 10)
    assert stage.client.delete(path).json == reply.json
    assert stage.bell.rings > rings
    assert not called
    stage.run_jobs()
    assert called == [("7",)]
    assert changes(stage) == ["raised", "cleared"]
    assert stage.client.get(f"/v1/jobs/{reply.json['job_id']}").json["state"] == "done"


def test_a_clear_of_an_unknown_storage_is_not_kept(stage: Stage) -> None:
    stage.bus_problems.append("cannot be reached")
    assert stage.client.delete("/v1/storages/none/alerts/7").code == "StorageNotFound"
    assert stage.client.get("/v1/jobs").json == {"jobs": []}


def acknowledge(stage: Stage) -> list[dict[str, Any]]:
    """Take up the alert there is; the jobs that come of it."""
    (alert,) = stage.client.get("/v1/alerts").json["alerts"]
    reply = stage.client.put(f"/v1/alerts/{alert['id']}", {"acknowledged": True})
    assert reply.status == 200
    jobs: list[dict[str, Any]] = stage.client.get("/v1/jobs?kind=alert_acknowledge").json["jobs"]
    return jobs


def test_an_array_that_can_be_told_hears_who_took_up_an_alert_as_a_job(
    stage: Stage, storage_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = driver_with(monkeypatch, "acknowledge_alert", None)
    report(stage, storage_id, 7)
    stage.bus_problems.append("cannot be reached")
    (job,) = acknowledge(stage)
    assert (job["storage_id"], job["state"], job["priority"]) == (storage_id, "queued", 10)
    assert not called
    stage.run_jobs()
    assert called == [("7",)]
    assert stage.client.get(f"/v1/jobs/{job['id']}").json["result"] == {"told": True}
    assert changes(stage) == ["raised", "acknowledged"]


def test_an_array_that_cannot_be_told_gets_no_job(stage: Stage, storage_id: str) -> None:
    report(stage, storage_id, 7)
    assert acknowledge(stage) == []
    assert changes(stage) == ["raised", "acknowledged"]


def test_what_delfin_raised_itself_is_no_arrays_business(
    stage: Stage, storage_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver_with(monkeypatch, "acknowledge_alert", None)
    with stage.parts.database.writer() as session:
        for about in (None, storage_id):
            raise_alert(session, about, {"alert_id": "delfin.own"}, source=FROM_DELFIN)
            session.flush()
    for alert in stage.client.get("/v1/alerts").json["alerts"]:
        assert stage.client.put(f"/v1/alerts/{alert['id']}", {"acknowledged": True}).status == 200
    assert stage.client.get("/v1/jobs?kind=alert_acknowledge").json == {"jobs": []}


def test_the_array_is_told_where_our_receivers_are(
    stage: Stage, storage_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v1/storages/{storage_id}/trap-config"
    refused = stage.client.put(path, {})
    assert refused.code == "InvalidInput"
    assert "trap_targets" in refused.message
    sent = overheard(monkeypatch)
    stage.parts.conf.set_override("trap_targets", ["192.0.2.1:1162", "[2001:db8::1]"], "alerts")
    added = driver_with(monkeypatch, "add_trap_config", None)
    removed = driver_with(monkeypatch, "remove_trap_config", None)
    stage.client.secrets.append("c0mmunity")
    reply = stage.client.put(path, {"version": "SNMPv2c", "community_string": "c0mmunity"})
    assert (reply.status, reply.json) == (200, {"targets": ["192.0.2.1:1162", "[2001:db8::1]"]})
    assert [call[0]["host"] for call in added] == ["192.0.2.1", "2001:db8::1"]
    assert [call[0]["port"] for call in added] == [1162, 162]
    assert {call[0]["community_string"] for call in added} == {"c0mmunity"}
    assert stage.client.delete(path).status == 200
    assert sent
    assert not [text for text in sent if "c0mmunity" in text], "no secret is on the bus"
    assert [call[0]["host"] for call in removed] == ["192.0.2.1", "2001:db8::1"]


def overheard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that goes over the bus from now on."""
    sent: list[str] = []

    def dumps(data: Any) -> str:
        sent.append(json.dumps(data))
        return sent[-1]

    monkeypatch.setattr("delfin.rpc.inproc.jsonutils.dumps", dumps)
    return sent


def receiver(stage: Stage, node: str, process: str = "delfin-alert", silent: float = 0.0) -> None:
    """A process that receives traps, heard of so many seconds ago."""
    with stage.parts.database.writer() as session:
        trap_inbox.report(session, f"{node}:0", utcnow(), {})
        facts = dict.fromkeys(("pid", "worker", "weight"), 1)
        session.add(
            Service(
                **{"id": node, "node": node, "process": process, "version": "1", **facts},
                started_at=utcnow(),
                heartbeat_at=utcnow() - timedelta(seconds=silent),
            )
        )


def test_without_targets_the_receivers_that_are_there_are_told(
    stage: Stage, storage_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = {"n1": "192.0.2.1", "n2": "2001:db8::2", "here": "127.0.1.1"}

    def getaddrinfo(host: str, *_: Any, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", (addresses[host], 0))]

    driver_with(monkeypatch, "add_trap_config", None)
    path = f"/v1/storages/{storage_id}/trap-config"
    for node, silent in (("n1", 0.0), ("n2", 0.0), ("here", 0.0), ("dead", 3600.0)):
        receiver(stage, node, silent=silent)
    receiver(stage, "n3", process="delfin-task")
    monkeypatch.setattr("delfin.api.trap_config.socket.getaddrinfo", getaddrinfo)
    told = stage.client.put(path).json["targets"]
    # A loopback address is of no use to an array; the name may be.
    assert told == ["here", "192.0.2.1", "2001:db8::2"]
    stage.parts.conf.set_override("trap_receiver_port", 1162)
    assert stage.client.put(path).json["targets"] == [
        *("here:1162", "192.0.2.1:1162", "[2001:db8::2]:1162"),
    ]


def test_a_driver_that_only_looks_as_if_it_could_is_said_not_to(
    stage: Stage, storage_id: str
) -> None:
    """The simulated array's driver has the methods, and nothing in them."""
    stage.parts.conf.set_override("trap_targets", ["192.0.2.1"], "alerts")
    for method in ("PUT", "DELETE"):
        reply = stage.client.send(method, f"/v1/storages/{storage_id}/trap-config")
        assert (reply.status, reply.code) == (501, "OperationNotSupported")


def test_a_call_goes_over_the_bus_and_costs_no_second_session(
    stage: Stage, storage_id: str, array: Any
) -> None:
    before = array.sessions.logins
    assert len(stage.client.get(f"/v1/storages/{storage_id}/alerts").json["alerts"]) == 4
    assert array.sessions.logins == before
