"""Alerts over REST: live from an array, in the store, silenced, acknowledged and cleared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from delfin.alerts.store import raise_alert
from delfin.db.alerts import Alert, AlertEvent
from delfin.drivers.fake_storage.driver import FakeStorageDriver
from delfin.utils import utcnow_ms
from tests.api.client import Client
from tests.api.conftest import Stage

Body = Callable[..., dict[str, Any]]

KEYS = {
    *("alert_id", "alert_name", "severity", "category", "type", "sequence_number"),
    *("occur_time", "description", "recovery_advice", "resource_type", "location", "match_key"),
    *("storage_id", "storage_name", "vendor", "model", "serial_number"),
}


@pytest.fixture
def storage_id(stage: Stage, body: Body) -> str:
    return stage.synced(body(alerts="4"))


def report(stage: Stage, storage_id: str, *numbers: int, **values: Any) -> None:
    """Faults of different parts of the array."""
    with stage.parts.database.writer() as session:
        for number in numbers:
            raise_alert(
                session,
                storage_id,
                {
                    "alert_id": f"code {number}",
                    "sequence_number": number,
                    "severity": "Major",
                    "category": "Fault",
                    "occur_time": 1_700_000_000_000 + number,
                    **values,
                },
            )


def changes(stage: Stage) -> list[str]:
    with stage.parts.database.reader() as session:
        return list(session.scalars(select(AlertEvent.change).order_by(AlertEvent.id)))


def driver_with(monkeypatch: pytest.MonkeyPatch, name: str, answer: Any) -> list[tuple[Any, ...]]:
    """Another model of array, whose driver does this; what it was called with."""
    calls: list[tuple[Any, ...]] = []

    def method(_driver: Any, _context: Any, *arguments: Any) -> Any:
        calls.append(arguments)
        if isinstance(answer, type):
            raise answer
        return answer

    monkeypatch.setattr(FakeStorageDriver, name, method)
    return calls


def test_alerts_are_live_from_the_array_with_the_keys_of_the_contract(
    client: Client, storage_id: str
) -> None:
    listed = client.get(f"/v1/storages/{storage_id}/alerts").json["alerts"]
    assert len(listed) == 4
    storage = client.get(f"/v1/storages/{storage_id}").json
    for alert in listed:
        assert set(alert) <= KEYS
        assert alert["storage_name"] == storage["name"]
        assert alert["serial_number"] == storage["serial_number"]
        assert abs(alert["occur_time"] - utcnow_ms()) < 86_400_000
    assert client.get("/v1/alerts").json == {"alerts": []}, "a look at the array stores nothing"


def test_the_time_range_is_honoured_whatever_the_driver_does(
    client: Client, storage_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [
        {"alert_id": 7, "sequence_number": 3, "occur_time": 1_700_000_000, "severity": "odd"},
        {"alert_id": "late", "occur_time": "1800000000000", "unheard": "of", "location": None},
    ]
    driver_with(monkeypatch, "list_alerts", listed)
    path = f"/v1/storages/{storage_id}/alerts"
    first, second = client.get(path).json["alerts"]
    assert (first["occur_time"], first["severity"]) == (1_700_000_000_000, "NotSpecified")
    assert (first["alert_id"], first["sequence_number"]) == ("7", 3)
    assert "location" not in second
    assert "severity" not in second
    for query, expected in (
        ("begin_time=1700000000001", ["late"]),
        ("end_time=1700000000000", ["7"]),
        ("begin_time=1700000000000&end_time=1800000000000", ["7", "late"]),
        ("begin_time=&end_time=0", ["7", "late"]),
    ):
        found = client.get(f"{path}?{query}").json["alerts"]
        assert [alert["alert_id"] for alert in found] == expected, query


@pytest.mark.parametrize(
    "query",
    [
        "begin_time=soon",
        "end_time=1.5",
        "begin_time=-1",
        "begin_time=5&end_time=5",
        "source=elsewhere",
        "source=store&begin_time=x",
        "source=store&sort=told",
    ],
)
def test_a_wrong_query_is_refused(client: Client, storage_id: str, query: str) -> None:
    reply = client.get(f"/v1/storages/{storage_id}/alerts?{query}")
    assert (reply.status, reply.code) == (400, "InvalidInput")


@pytest.mark.parametrize(
    ("method", "path", "name", "what"),
    [
        ("GET", "alerts", "list_alerts", "alerts"),
        ("DELETE", "alerts/7", "clear_alert", "clearing alerts"),
        ("PUT", "trap-config", "add_trap_config", "trap configuration"),
        ("DELETE", "trap-config", "remove_trap_config", "trap configuration"),
    ],
)
def test_what_the_driver_cannot_do_is_said(
    stage: Stage,
    storage_id: str,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    name: str,
    what: str,
) -> None:
    stage.parts.conf.set_override("trap_targets", ["192.0.2.1"], "alerts")
    driver_with(monkeypatch, name, NotImplementedError)
    reply = stage.client.send(method, f"/v1/storages/{storage_id}/{path}")
    assert (reply.status, reply.code) == (501, "OperationNotSupported")
    assert reply.json["error_args"] == [storage_id, what]


def test_an_array_that_is_away_is_an_error_and_no_empty_list(
    stage: Stage, storage_id: str, array: Any
) -> None:
    stage.drivers.sessions.evict_all()
    array.close()
    reply = stage.client.get(f"/v1/storages/{storage_id}/alerts")
    assert reply.status >= 400
    assert reply.code in {"InvalidIpOrPort", "ConnectTimeout"}


def test_unknown_storages_and_alerts(client: Client, storage_id: str) -> None:
    for method, path, code in (
        ("GET", "/v1/storages/none/alerts", "StorageNotFound"),
        ("GET", "/v1/storages/none/alerts?source=store", "StorageNotFound"),
        ("GET", "/v1/storages/none/alerts/sync", "StorageNotFound"),
        ("POST", "/v1/storages/none/alerts/sync", "StorageNotFound"),
        ("DELETE", "/v1/storages/none/alerts/7", "StorageNotFound"),
        ("GET", "/v1/alerts/none", "AlertNotFound"),
        ("GET", "/v1/alerts?marker=none", "AlertNotFound"),
        ("GET", "/v1/silences/none", "SilenceNotFound"),
        ("DELETE", "/v1/silences/none", "SilenceNotFound"),
    ):
        reply = client.send(method, path)
        assert (reply.status, reply.code) == (404, code), path
    assert storage_id


def test_alert_sync_merges_into_the_store(stage: Stage, storage_id: str) -> None:
    path = f"/v1/storages/{storage_id}/alerts"
    assert stage.client.get(f"{path}/sync").json["last_attempt"] is None
    reply = stage.client.post(f"{path}/sync", {})
    assert (reply.status, reply.raw) == (200, b"")
    assert stage.bell.rings
    stage.run_jobs()
    stored = stage.client.get(f"{path}?source=store").json["alerts"]
    assert {alert["state"] for alert in stored} == {"open"}
    assert len(stored) == 4
    assert stage.client.post(f"{path}/sync").status == 200, "no body is as good as an empty one"
    stage.run_jobs()
    assert changes(stage) == ["raised"] * 4
    shown = stage.client.get(f"{path}/sync").json
    assert (shown["supported"], shown["error_code"]) == (True, None)
    assert shown["last_success"] == shown["last_attempt"]


def test_alert_sync_takes_the_time_range_it_is_given(stage: Stage, storage_id: str) -> None:
    path = f"/v1/storages/{storage_id}/alerts"
    newest = max(alert["occur_time"] for alert in stage.client.get(path).json["alerts"])
    assert stage.client.post(f"{path}/sync", {"begin_time": newest}).status == 200
    stage.run_jobs()
    (alert,) = stage.client.get("/v1/alerts").json["alerts"]
    assert alert["occur_time"] == newest
    wrongs: list[Any] = [{"begin_time": 9, "end_time": 3}, {"begin_time": "x"}, {"until": 1}, []]
    for wrong in wrongs:
        reply = stage.client.post(f"{path}/sync", wrong)
        assert (reply.status, reply.code) == (400, "InvalidInput")


def test_clearing_reaches_the_array_and_the_store(stage: Stage, storage_id: str) -> None:
    path = f"/v1/storages/{storage_id}/alerts"
    stage.client.post(f"{path}/sync", {})
    stage.run_jobs()
    number = stage.client.get(path).json["alerts"][0]["sequence_number"]
    reply = stage.client.delete(f"{path}/{number}")
    assert (reply.status, reply.raw) == (200, b"")
    assert len(stage.client.get(path).json["alerts"]) == 3
    (cleared,) = stage.client.get(f"{path}?source=store&state=cleared").json["alerts"]
    assert (cleared["sequence_number"], cleared["cleared_by"]) == (str(number), "user")
    assert stage.client.delete(f"{path}/{number}").status == 200
    assert changes(stage) == ["raised"] * 4 + ["cleared"], "exporters are told once"


def test_alerts_of_all_arrays_are_filtered_sorted_and_paged(
    stage: Stage, storage_id: str, body: Body
) -> None:
    other = stage.synced(body(serial="OTHER"))
    report(stage, storage_id, 1, 2, 3)
    report(stage, other, 4, 5, severity="Fatal")

    def numbers(query: str) -> list[str]:
        reply = stage.client.get(f"/v1/alerts?{query}")
        assert reply.status == 200, reply
        return [alert["sequence_number"] for alert in reply.json["alerts"]]

    assert numbers("sort=sequence_number:asc") == ["1", "2", "3", "4", "5"]
    assert numbers(f"storage_id={other}&sort=occur_time") == ["5", "4"]
    assert numbers("severity=Major&sort=occur_time:asc&limit=2") == ["1", "2"]
    assert numbers("begin_time=1700000000002&end_time=1700000000003&sort=occur_time") == ["3", "2"]
    assert numbers("alert_id~=CODE 4") == ["4"]
    assert numbers("state=cleared") == []
    page = stage.client.get("/v1/alerts?limit=2&sort=occur_time:asc")
    assert page.headers["x-total-count"] == "5"
    link = page.headers["link"].partition(">")[0].lstrip("<")
    assert numbers(link.partition("?")[2]) == ["3", "4"]
    assert stage.client.get("/v1/alerts?state=odd").code == "InvalidInput"
    shown = stage.client.get("/v1/alerts?limit=1").json["alerts"][0]
    assert stage.client.get(f"/v1/alerts/{shown['id']}").json == shown


def test_alerts_are_counted_by_severity(stage: Stage, storage_id: str) -> None:
    report(stage, storage_id, 1, 2)
    report(stage, storage_id, 3, severity="Fatal")
    counted = stage.client.get("/v1/alerts/counts").json
    assert counted["total"] == 3
    assert {word: n for word, n in counted["by_severity"].items() if n} == {"Major": 2, "Fatal": 1}
    for query, total in (("severity=Fatal", 1), ("state=cleared", 0), ("storage_id=none", 0)):
        assert stage.client.get(f"/v1/alerts/counts?{query}").json["total"] == total
    assert stage.client.get("/v1/alerts/counts?begin_time=x").code == "InvalidInput"


def test_an_alert_is_acknowledged_and_given_back(stage: Stage, storage_id: str) -> None:
    report(stage, storage_id, 1)
    alert_id = stage.client.get("/v1/alerts").json["alerts"][0]["id"]
    path = f"/v1/alerts/{alert_id}"
    taken = stage.client.put(path, {"acknowledged": True, "acknowledged_by": "kim"}).json
    assert (taken["state"], taken["acknowledged_by"]) == ("acknowledged", "kim")
    assert taken["acknowledged_at"] is not None
    assert stage.client.put(path, {"acknowledged": True, "acknowledged_by": "jo"}).json[
        "acknowledged_by"
    ] == ("jo")
    back = stage.client.put(path, {"acknowledged": False}).json
    assert (back["state"], back["acknowledged_by"], back["acknowledged_at"]) == ("open", None, None)
    assert changes(stage) == ["raised", "acknowledged", "unacknowledged"]
    for wrong in ({}, {"acknowledged": "yes"}, {"acknowledged": True, "state": "cleared"}):
        assert stage.client.put(path, wrong).code == "InvalidInput"
    report(stage, storage_id, 1, category="Recovery")
    assert stage.client.put(path, {"acknowledged": True}).code == "InvalidInput"
    assert stage.client.put("/v1/alerts/none", {"acknowledged": True}).code == "AlertNotFound"


def test_silences_are_made_changed_and_deleted(client: Client, storage_id: str) -> None:
    before = utcnow_ms()
    window = {"storage_id": storage_id, "ends_at": before + 3_600_000, "comment": "new drives"}
    made = client.post("/v1/silences", window)
    assert made.status == 201
    assert before <= made.json["starts_at"] <= utcnow_ms()
    path = f"/v1/silences/{made.json['id']}"
    assert client.get(path).json == made.json
    changed = client.put(path, {"severity": "Minor", "alert_id": "0x1001"}).json
    assert (changed["severity"], changed["storage_id"], changed["ends_at"]) == ("Minor", None, None)
    assert changed["starts_at"] == made.json["starts_at"]
    assert client.get("/v1/silences?severity=Minor").json["silences"] == [changed]
    assert client.delete(path).status == 200
    assert client.get("/v1/silences").json == {"silences": []}
    assert client.put(path, {}).code == "SilenceNotFound"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"severity": "loud"}, "InvalidInput"),
        ({"starts_at": 5, "ends_at": 5}, "InvalidInput"),
        ({"ends_at": 1}, "InvalidInput"),
        ({"starts_at": -1}, "InvalidInput"),
        ({"host": "h"}, "InvalidInput"),
        ({"storage_id": "none"}, "StorageNotFound"),
    ],
    ids=str,
)
def test_a_wrong_silence_is_refused(client: Client, sent: dict[str, Any], code: str) -> None:
    assert client.post("/v1/silences", sent).code == code
    assert client.get("/v1/silences").json == {"silences": []}


def test_exporters_are_shown(client: Client) -> None:
    assert client.get("/v1/exporters").json == {"exporters": []}


def test_a_removed_storage_takes_its_alerts_along(stage: Stage, storage_id: str) -> None:
    report(stage, storage_id, 1)
    stage.client.post("/v1/silences", {"storage_id": storage_id})
    assert stage.client.delete(f"/v1/storages/{storage_id}").status == 202
    stage.run_jobs()
    assert stage.count(Alert) == 0
    assert stage.client.get("/v1/silences").json == {"silences": []}
