"""Collections: filters, order, pages; one set of rules for every kind."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from delfin.api.listing import listable_of
from delfin.db import storages
from delfin.inventory.access import MaskingView, StorageHost, StorageHostGroup
from delfin.inventory.access import StorageHostGroupMember as Member
from delfin.inventory.access import StorageHostInitiator as Initiator
from delfin.inventory.block import Volume
from delfin.inventory.catalog import KINDS
from delfin.inventory.hardware import Port
from delfin.inventory.kind import Resource, ResourceKind
from tests.api.client import Client
from tests.api.conftest import Stage

START = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)


def store(stage: Stage, model: type[Resource], rows: list[dict[str, Any]]) -> None:
    """Rows of storages that are made as needed; created one second apart unless said."""
    with stage.parts.database.writer() as session:
        for number, row in enumerate(rows):
            storage_id = row.setdefault("storage_id", "one")
            if session.get(storages.Storage, storage_id) is None:
                storages.add(session, storage_id, {"serial_number": storage_id})
            row.setdefault("created_at", START + timedelta(seconds=number))
        session.execute(insert(model), rows)


def volume(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"v{number}", "native_volume_id": f"n{number}", "name": f"vol-{number}", **more}


def ids(client: Client, path: str) -> list[str]:
    (rows,) = client.get(path).json.values()
    return [row["id"] for row in rows]


def test_newest_come_first_and_all_are_counted(stage: Stage, client: Client) -> None:
    store(stage, Volume, [volume(number) for number in range(3)])
    reply = client.get("/v1/volumes")
    assert [row["id"] for row in reply.json["volumes"]] == ["v2", "v1", "v0"]
    assert reply.headers["x-total-count"] == "3"
    assert "link" not in reply.headers


def test_times_have_six_digits_and_no_zone(stage: Stage, client: Client) -> None:
    fine = START.replace(microsecond=7)
    store(stage, Volume, [volume(0), volume(1, created_at=fine, updated_at=START)])
    shown = client.get("/v1/volumes/v1").json
    assert shown["created_at"] == "2026-05-01T12:00:00.000007"
    assert shown["updated_at"] == "2026-05-01T12:00:00.000000"
    first = client.get("/v1/volumes/v0")
    assert b'"created_at":"2026-05-01T12:00:00.000000"' in first.raw
    assert first.json["updated_at"] is None


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_every_kind_has_its_columns_filters_and_missing_error(
    client: Client, kind: ResourceKind
) -> None:
    base = f"/v1/storages/x/{kind.path}" if kind.nested else f"/v1/{kind.path}"
    for name in listable_of(kind).filters:
        for query in (f"{name}=x", f"{name}~=x", f"{name}=%00", f"sort={name}:asc"):
            assert client.get(f"{base}?{query}").json == {kind.key: []}
    for name in kind.impossible_filters:
        assert client.get(f"{base}?{name}=&marker=none&sort=none").json == {kind.key: []}
    for query in ("marker=none", "marker=", "marker=%00", "marker=none&limit=0"):
        missing = client.get(f"{base}?{query}")
        assert (missing.status, missing.code) == (404, kind.missing.__name__)
    if not kind.nested:
        missing = client.get(f"{base}/none")
        assert (missing.status, missing.code) == (404, kind.missing.__name__)
        assert missing.json["error_args"] == ["none"]


def test_filters_are_exact_and_all_must_hold(stage: Stage, client: Client) -> None:
    rows = [volume(0, wwn="a"), volume(1, wwn="A"), volume(2, wwn="a", status="error")]
    store(stage, Volume, rows)
    assert ids(client, "/v1/volumes?wwn=a") == ["v2", "v0"]
    assert ids(client, "/v1/volumes?wwn=a&status=error") == ["v2"]
    assert ids(client, "/v1/volumes?wwn=a,A") == []
    assert ids(client, "/v1/volumes?wwn=") == []
    assert ids(client, "/v1/volumes?wwn=A&wwn=a&id=v0") == ["v0"]


def test_a_part_of_a_text_is_found_in_any_case_and_without_wildcards(
    stage: Stage, client: Client
) -> None:
    rows = [
        volume(0, name="Ab%c"),
        volume(1, name="abXc"),
        volume(2, name="a_b"),
        volume(3, name=None),
    ]
    store(stage, Volume, rows)
    assert ids(client, "/v1/volumes?name~=AB") == ["v1", "v0"]
    assert ids(client, "/v1/volumes?name~=b%25c") == ["v0"]
    assert ids(client, "/v1/volumes?name%7E=_") == ["v2"]
    assert client.get("/v1/volumes?name~=b").headers["x-total-count"] == "3"


def test_unknown_parameters_are_ignored(stage: Stage, client: Client) -> None:
    store(stage, Volume, [volume(0)])
    for query in ("colour=red", "description=x", "total_capacity=1", "storage_id[]=1", "~=x"):
        assert ids(client, f"/v1/volumes?{query}") == ["v0"]


def test_documented_filters_that_were_ignored_work(stage: Stage, client: Client) -> None:
    ports = [
        {"id": f"p{n}", "native_port_id": str(n), "health_status": s} for n, s in enumerate("ab")
    ]
    store(stage, Port, ports)
    assert ids(client, "/v1/ports?health_status=a") == ["p0"]
    views = [
        {"id": f"m{n}", "native_masking_view_id": str(n), "native_port_group_id": str(n)}
        for n in range(2)
    ]
    store(stage, MaskingView, views)
    assert ids(client, "/v1/storages/one/masking-views?native_port_group_id=1") == ["m1"]


def test_the_storage_in_the_path_wins(stage: Stage, client: Client) -> None:
    hosts = [
        {"id": f"h-{where}", "native_storage_host_id": "1", "storage_id": where}
        for where in ("one", "two")
    ]
    store(stage, StorageHost, hosts)
    path = "/v1/storages/one/storage-hosts"
    assert ids(client, f"{path}?storage_id=two") == ["h-one"]
    assert client.get(f"{path}?storage_id=two").headers["x-total-count"] == "1"
    assert client.get(f"{path}?marker=h-two").code == "StorageHostNotFound"
    assert client.get("/v1/storages/nobody/storage-hosts").json == {"storage_hosts": []}


def test_members_are_of_the_same_storage(stage: Stage, client: Client) -> None:
    for where in ("one", "two"):
        group = {"id": f"g-{where}", "native_storage_host_group_id": "G", "storage_id": where}
        host = {"id": f"h-{where}", "native_storage_host_id": "H", "storage_id": where}
        store(stage, StorageHostGroup, [group])
        store(stage, StorageHost, [host])
        store(
            stage,
            Member,
            [
                {
                    "id": f"m-{where}",
                    "native_storage_host_group_id": "G",
                    "native_storage_host_id": f"H-{where}",
                    "storage_id": where,
                }
            ],
        )
        initiator = {
            "id": f"i-{where}",
            "native_storage_host_initiator_id": f"I-{where}",
            "native_storage_host_id": "H",
            "storage_id": where,
        }
        store(stage, Initiator, [initiator])
    (group,) = client.get("/v1/storages/one/storage-host-groups").json["storage_host_groups"]
    assert group["storage_hosts"] == ["H-one"]
    (host,) = client.get("/v1/storages/two/storage-hosts").json["storage_hosts"]
    assert host["storage_host_initiators"] == ["I-two"]


def test_order_by_several_keys(stage: Stage, client: Client) -> None:
    rows = [volume(0, status="b"), volume(1, status="a"), volume(2, status="b")]
    store(stage, Volume, rows)
    assert ids(client, "/v1/volumes?sort=status:asc,name:desc") == ["v1", "v2", "v0"]
    assert ids(client, "/v1/volumes?sort=%20status%20:%20asc%20,%20name%20") == ["v1", "v2", "v0"]
    assert ids(client, "/v1/volumes?sort_key=name&sort_dir=asc") == ["v0", "v1", "v2"]
    assert ids(client, "/v1/volumes?sort_key=name") == ["v2", "v1", "v0"]
    assert ids(client, "/v1/volumes?sort=name:asc&sort_key=none&sort_dir=up") == ["v0", "v1", "v2"]
    assert ids(client, "/v1/volumes?sort=" + "name:asc," * 700 + "id") == ["v0", "v1", "v2"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("limit=-1", "limit"),
        ("limit=", "limit"),
        ("limit=1.5", "limit"),
        ("limit=abc", "limit"),
        ("offset=-1", "offset"),
        ("offset=", "offset"),
        ("offset=x", "offset"),
        ("offset=2147483648", "offset"),
        ("offset=" + "9" * 5000, "offset"),
        ("sort=", "sort: the key must be one of native_volume_id, name"),
        ("sort=none", "sort: the key must be one of"),
        ("sort=name:up", "sort: the direction must be asc or desc"),
        ("sort=name:ASC", "sort: the direction"),
        ("sort=name:asc:asc", "sort: the direction"),
        ("sort=name:", "sort: the direction"),
        ("sort_dir=DESC", "sort_dir: the direction"),
        ("sort_key=", "sort_key: the key"),
        ("sort_key=none", "sort_key: the key"),
        # What is checked first is what is told.
        ("limit=x&sort=name:up", "limit"),
        ("offset=x&limit=x", "limit"),
        ("sort=name:up&marker=none", "direction"),
    ],
)
def test_wrong_parameters_name_themselves(client: Client, query: str, said: str) -> None:
    refused = client.get(f"/v1/volumes?{query}")
    assert (refused.status, refused.code) == (400, "InvalidInput")
    assert said in refused.message


def test_an_unknown_marker_counts_more_than_an_unknown_key(stage: Stage, client: Client) -> None:
    store(stage, Volume, [volume(0)])
    assert client.get("/v1/volumes?sort=none&marker=none").code == "VolumeNotFound"
    assert client.get("/v1/volumes?sort=none&marker=v0").code == "InvalidInput"


def test_limits(stage: Stage, client: Client) -> None:
    stage.parts.conf.set_override("api_max_limit", 2)
    store(stage, Volume, [volume(number) for number in range(3)])
    assert ids(client, "/v1/volumes") == ["v2", "v1"]
    assert ids(client, "/v1/volumes?limit=99999999999999999999999") == ["v2", "v1"]
    assert ids(client, "/v1/volumes?limit=%2001") == ["v2"]
    assert ids(client, "/v1/volumes?offset=1") == ["v1", "v0"]
    none = client.get("/v1/volumes?limit=0")
    assert (none.json, none.headers["x-total-count"]) == ({"volumes": []}, "3")


def walk(client: Client, path: str) -> list[str]:
    """Ids of all pages, by following the links."""
    seen: list[str] = []
    while path:
        reply = client.get(path)
        (rows,) = reply.json.values()
        seen += [row["id"] for row in rows]
        link = re.fullmatch(r'<(.*)>; rel="next"', reply.headers.get("link", ""))
        path = link[1] if link else ""
    return seen


@pytest.mark.parametrize(
    "sort",
    ["created_at", "created_at:asc", "name:asc,created_at", "compressed:asc", "compressed", "wwn"],
)
def test_pages_by_marker_have_every_row_once(stage: Stage, client: Client, sort: str) -> None:
    """Rows tie in every column but the id, and hold nulls and booleans."""
    values = [None, True, False]
    rows = [
        volume(n, created_at=START, compressed=values[n % 3], wwn=values[n % 3] and "w", name="n")
        for n in range(20)
    ]
    store(stage, Volume, rows)
    whole = ids(client, f"/v1/volumes?sort={sort}")
    assert len(set(whole)) == 20
    assert walk(client, f"/v1/volumes?sort={sort}&limit=3") == whole


def test_links_keep_filters_and_drop_the_offset(stage: Stage, client: Client) -> None:
    rows = [volume(n, name="a&b" if n % 2 else "other") for n in range(12)]
    store(stage, Volume, rows)
    assert walk(client, "/v1/volumes?name=a%26b&limit=2&offset=1&sort=name") == [
        *("v9", "v7", "v5", "v3", "v1"),
    ]
    store(stage, StorageHost, [{"id": str(n), "native_storage_host_id": str(n)} for n in range(5)])
    assert walk(client, "/v1/storages/one/storage-hosts?limit=2") == ["4", "3", "2", "1", "0"]


def test_offset_applies_after_the_marker(stage: Stage, client: Client) -> None:
    store(stage, Volume, [volume(number) for number in range(5)])
    assert ids(client, "/v1/volumes?marker=v4&offset=1&limit=2") == ["v2", "v1"]


def test_storages_are_filtered_and_sorted_too(stage: Stage, client: Client) -> None:
    with stage.parts.database.writer() as session:
        for name in ("b", "a"):
            row = {"serial_number": f"S{name}", "name": name, "vendor": "v", "status": "normal"}
            storages.add(session, name, row)
        stage.parts.jobs.request_sync(session, "b")
    assert ids(client, "/v1/storages?id=a") == ["a"]
    assert ids(client, "/v1/storages?serial_number~=sB") == ["b"]
    assert ids(client, "/v1/storages?sort=name:asc") == ["a", "b"]
    assert ids(client, "/v1/storages?sort=sync_status:asc") == ["a", "b"]
    assert walk(client, "/v1/storages?sort=sync_status&limit=1") == ["b", "a"]
    assert walk(client, "/v1/storages?sort=deleted&limit=1&vendor=v") == ["a", "b"]
    assert client.get("/v1/storages?marker=none").code == "StorageNotFound"
    with stage.parts.database.writer() as session:
        storages.bury(session, "a")
    assert client.get("/v1/storages?marker=a").code == "StorageNotFound"
