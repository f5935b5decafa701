"""Topology over REST, on a simulated array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.api.conftest import Stage

Body = Callable[..., dict[str, Any]]


def test_the_path_of_a_volume_follows_the_document(stage: Stage, body: Body) -> None:
    stage.synced(body(volumes="40"))
    volume = stage.client.get("/v1/volumes?name=vol_000001").json["volumes"]
    volumes = volume or stage.client.get("/v1/volumes?sort=native_volume_id:asc").json["volumes"]
    shown = stage.client.get(f"/v1/volumes/{volumes[0]['id']}/path")
    assert shown.status == 200
    assert shown.json["of"] == {"kind": "volumes", "id": volumes[0]["id"]}
    assert len(shown.json["nodes"]["storage_pools"]) == 1
    assert shown.json["nodes"]["disks"]
    assert shown.json["nodes"]["storage_hosts"]


def test_the_whole_array_and_the_impact_of_a_pool(stage: Stage, body: Body) -> None:
    storage_id = stage.synced(body(volumes="40"))
    whole = stage.client.get(f"/v1/storages/{storage_id}/topology")
    assert len(whole.json["nodes"]["volumes"]) == 40
    pool = whole.json["nodes"]["storage_pools"][0]["id"]
    hit = stage.client.get(f"/v1/storages/{storage_id}/topology?impact_of=pool:{pool}")
    assert 0 < len(hit.json["nodes"]["volumes"]) < 40
    assert "disks" not in hit.json["nodes"]


def test_a_group_leads_to_what_its_members_lead_to(stage: Stage, body: Body) -> None:
    storage_id = stage.synced(body(volumes="40"))
    groups = stage.client.get(f"/v1/storages/{storage_id}/volume-groups").json["volume_groups"]
    group = max(groups, key=lambda one: len(one["volumes"]))
    assert group["volumes"]
    for question in ("path_of", "impact_of"):
        asked = f"/v1/storages/{storage_id}/topology?{question}=volume_group:{group['id']}"
        found = stage.client.get(asked).json
        assert found["of"] == {"kind": "volume_groups", "id": group["id"]}
        shown = sorted(row["native_id"] for row in found["nodes"]["volumes"])
        assert shown == sorted(group["volumes"])


def test_what_is_not_there_is_not_found(stage: Stage, body: Body) -> None:
    storage_id = stage.synced(body())
    for path, status, code in (
        ("/v1/storages/none/topology", 404, "StorageNotFound"),
        ("/v1/volumes/none/path", 404, "VolumeNotFound"),
        (f"/v1/storages/{storage_id}/topology?impact_of=disk:none", 404, "DiskNotFound"),
        (f"/v1/storages/{storage_id}/topology?impact_of=moon:x", 400, "InvalidInput"),
        (
            f"/v1/storages/{storage_id}/topology?path_of=host_group:x",
            404,
            "StorageHostGroupNotFound",
        ),
        (f"/v1/storages/{storage_id}/topology?impact_of=disk", 400, "InvalidInput"),
        (
            f"/v1/storages/{storage_id}/topology?impact_of=disk:x&path_of=disk:x",
            400,
            "InvalidInput",
        ),
    ):
        found = stage.client.get(path)
        assert (found.status, found.code) == (status, code), path
