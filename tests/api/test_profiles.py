"""Profiles, what pools tell of themselves, and how reports are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from delfin.jobs import report
from tests.api.conftest import Stage

Body = Callable[..., dict[str, Any]]
FAST = {
    "name": "fast",
    "conditions": [
        {"field": "storage_type", "operator": "in", "value": ["block", "unified"]},
        {"field": "capabilities.protocols", "operator": "contains", "value": "fc"},
        {
            "field": "extras.IOConnectivityLineOfService.MaxIOPs",
            "operator": ">=",
            "value": 100_000,
        },
    ],
}


def reported(stage: Stage, body: dict[str, Any]) -> str:
    """The id of a storage that is synchronised, and has reported."""
    storage_id = stage.synced(body)
    with stage.parts.database.writer() as session:
        assert report.request(stage.parts.jobs, session, storage_id, stage.parts.conf)
    stage.run_jobs()
    return storage_id


def test_pools_show_their_zone_their_lines_of_service_and_their_report(
    stage: Stage, body: Body
) -> None:
    reported(stage, body())
    pools = stage.client.get("/v1/storage-pools?sort=native_storage_pool_id:asc").json
    first, second = pools["storage_pools"][:2]
    assert (first["availability_zone"], first["freshness"]) == ("zone-1", "current")
    assert first["extras"]["DataStorageLineOfService"]["ProvisioningPolicy"] == ["Thin", "Fixed"]
    assert second["extras"]["IOConnectivityLineOfService"]["MaxIOPs"] is None
    assert first["extras"]["Drives"] == {"Media": "ssd"}, "unknown groups are kept"
    found = stage.client.get("/v1/storage-pools?freshness=current&availability_zone=zone-1").json
    assert len(found["storage_pools"]) == 2
    one = stage.client.get(f"/v1/storage-pools/{first['id']}").json
    assert one["reported_at"] == first["reported_at"]


def test_a_storage_shows_how_old_its_report_is(stage: Stage, body: Body) -> None:
    storage_id = stage.synced(body())
    before = stage.client.get(f"/v1/storages/{storage_id}").json["report"]
    assert (before["freshness"], before["age"], before["restarts"]) == ("unknown", None, 0)
    with stage.parts.database.writer() as session:
        report.request(stage.parts.jobs, session, storage_id, stage.parts.conf)
    stage.run_jobs()
    after = stage.client.get(f"/v1/storages/{storage_id}").json["report"]
    assert (after["freshness"], after["stopped_at"]) == ("current", None)
    assert after["age"] < 60


def test_capabilities_tell_kinds_protocols_and_features(stage: Stage, body: Body) -> None:
    storage_id = stage.synced(body())
    spec = stage.client.get(f"/v1/storages/{storage_id}/capabilities").json["spec"]
    assert spec["is_historic"] is False
    assert "volumes" in spec["supported_kinds"]
    assert spec["protocols"] == ["fc", "iscsi", "nfs", "cifs"]
    assert "compression" in spec["features"]


def test_a_profile_names_the_pools_that_satisfy_it_and_why_others_do_not(
    stage: Stage, body: Body
) -> None:
    reported(stage, body())
    made = stage.client.post("/v1/profiles", FAST)
    assert (made.status, made.json["satisfying"]) == (201, None)
    found = stage.client.get(f"/v1/profiles/{made.json['id']}/pools").json
    assert [pool["native_storage_pool_id"] for pool in found["satisfying"]] == ["P000", "P002"]
    assert found["others"][0]["reasons"] == [
        "extras.IOConnectivityLineOfService.MaxIOPs: the array does not tell it"
    ]


def test_the_pools_of_a_profile_come_in_pages_like_other_listings(stage: Stage, body: Body) -> None:
    reported(stage, body())
    made = stage.client.post("/v1/profiles", FAST).json
    path = f"/v1/profiles/{made['id']}/pools"
    whole = stage.client.get(path)
    assert whole.headers["x-total-count"] == "4"
    assert "link" not in whole.headers
    met: dict[str, list[Any]] = {"satisfying": [], "others": []}
    way: str | None = f"{path}?limit=1"
    names: list[str] = []
    while way is not None:
        page = stage.client.get(way)
        names += (pool["name"] for pools in page.json.values() for pool in pools)
        assert page.headers["x-total-count"] == "4"
        for part, pools in page.json.items():
            met[part] += pools
        link = page.headers.get("link")
        way = None if link is None else link[1 : link.index(">")]
    assert (len(names), names) == (4, sorted(names))
    assert met == whole.json
    second = stage.client.get(f"{path}?limit=1&offset=1").json
    assert [pool["name"] for pools in second.values() for pool in pools] == names[1:2]
    filtered = stage.client.get(f"{path}?native_storage_pool_id=P002&sort=free_capacity:desc")
    assert filtered.headers["x-total-count"] == "1"
    for wrong, status, code in (
        ("limit=x", 400, "InvalidInput"),
        ("sort=extras", 400, "InvalidInput"),
        ("marker=none", 404, "StoragePoolNotFound"),
    ):
        refused = stage.client.get(f"{path}?{wrong}")
        assert (refused.status, refused.code) == (status, code), wrong


def test_a_pool_without_report_says_so(stage: Stage, body: Body) -> None:
    stage.synced(body())
    made = stage.client.post("/v1/profiles", {"name": "any", "conditions": []}).json
    found = stage.client.get(f"/v1/profiles/{made['id']}/pools").json
    assert found["satisfying"] == []
    assert found["others"][0]["reasons"] == ["freshness: its last report is unknown"]


def test_profiles_are_made_changed_listed_and_forgotten(stage: Stage) -> None:
    made = stage.client.post("/v1/profiles", FAST).json
    path = f"/v1/profiles/{made['id']}"
    changed = stage.client.put(path, {"name": "any", "conditions": [], "allow_stale": True}).json
    assert (changed["name"], changed["conditions"], changed["allow_stale"]) == ("any", [], True)
    assert stage.client.get("/v1/profiles?name=any").json["profiles"] == [changed]
    assert stage.client.delete(path).status == 200
    for gone in (stage.client.get(path), stage.client.delete(path), stage.client.put(path, FAST)):
        assert (gone.status, gone.code) == (404, "ProfileNotFound")


def test_what_nothing_could_meet_is_refused(stage: Stage) -> None:
    for bad in (
        {"name": "x"},
        {"name": "x", "conditions": [{"field": "speed", "operator": "=", "value": 1}]},
        {"name": "x", "conditions": [{"field": "name", "operator": "~", "value": "x"}]},
        {"name": "x", "conditions": [{"field": "name", "operator": ">=", "value": "x"}]},
    ):
        refused = stage.client.post("/v1/profiles", bad)
        assert (refused.status, refused.code) == (400, "InvalidInput"), bad
