"""Topology: from any row to all it has to do with, within its array, in a fixed number of statements."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from delfin.exception import VolumeNotFound
from delfin.inventory.access import HOST_GROUPS, PORT_GROUPS, VOLUME_GROUPS
from delfin.inventory.block import POOLS, VOLUMES
from delfin.inventory.hardware import DISKS, PORTS
from delfin.inventory.kind import ResourceKind
from delfin.inventory.topology import graph
from tests.statements import counted
from tests.unit.conftest import Bench
from tests.unit.scripted import Script


def wired(serial_number: str = "SN1", volumes: int = 3, hosts: int = 2) -> Script:
    """An array whose volumes are given out through groups, except the last: that is alone."""
    script = Script(serial_number)
    last = f"v{volumes - 1}"
    script.listings |= {
        "list_storage_pools": [{"native_storage_pool_id": p} for p in ("p0", "p1")],
        "list_volumes": [
            {"native_volume_id": f"v{i}", "name": f"vol {i}", "native_storage_pool_id": f"p{i % 2}"}
            for i in range(volumes)
        ],
        "list_disks": [
            {"native_disk_id": f"d{i}", "native_disk_group_id": f"p{i % 2}"} for i in range(4)
        ],
        "list_ports": [{"native_port_id": p} for p in ("n0", "n1", "n2")],
        "list_filesystems": [{"native_filesystem_id": "f0", "native_pool_id": "p1"}],
        "list_qtrees": [],
        "list_shares": [{"native_share_id": "s0", "native_filesystem_id": "f0"}],
        "list_storage_hosts": [{"native_storage_host_id": f"h{i}"} for i in range(hosts)],
        "list_storage_host_initiators": [
            {"native_storage_host_initiator_id": f"i{i}", "native_storage_host_id": f"h{i}"}
            for i in range(hosts)
        ],
        "list_storage_host_groups": {
            "storage_host_groups": [{"native_storage_host_group_id": "hg"}],
            "storage_host_grp_host_rels": [
                {"native_storage_host_group_id": "hg", "native_storage_host_id": f"h{i}"}
                for i in range(hosts - 1)
            ],
        },
        "list_port_groups": {
            "port_groups": [{"native_port_group_id": "ng"}],
            "port_grp_port_rels": [
                {"native_port_group_id": "ng", "native_port_id": n} for n in ("n0", "n1")
            ],
        },
        "list_volume_groups": {
            "volume_groups": [{"native_volume_group_id": "vg"}],
            "vol_grp_vol_rels": [
                {"native_volume_group_id": "vg", "native_volume_id": f"v{i}"}
                for i in range(volumes - 1)
            ],
        },
        "list_masking_views": [
            {
                "native_masking_view_id": "m0",
                "native_storage_host_group_id": "hg",
                "native_volume_group_id": "vg",
                "native_port_group_id": "ng",
            },
            {
                "native_masking_view_id": "m1",
                "native_storage_host_id": f"h{hosts - 1}",
                "native_volume_id": last,
            },
        ],
    }
    return script


def row_id(bench: Bench, kind: ResourceKind, storage_id: str, native: str) -> str:
    columns = kind.table.c
    wanted = select(columns.id).where(
        columns.storage_id == storage_id, columns[kind.native_id] == native
    )
    with bench.database.reader() as session:
        return str(session.scalars(wanted).one())


def natives(answer: dict[str, Any]) -> dict[str, Any]:
    """Native ids by kind; None stays None."""
    return {
        key: None if rows is None else sorted(row["native_id"] for row in rows)
        for key, rows in answer["nodes"].items()
    }


def path(bench: Bench, kind: ResourceKind, storage_id: str, native: str) -> dict[str, Any]:
    wanted = row_id(bench, kind, storage_id, native)
    with bench.database.reader() as session:
        return graph.path(session, kind, wanted)


def impact(bench: Bench, kind: ResourceKind, storage_id: str, native: str) -> dict[str, Any]:
    wanted = row_id(bench, kind, storage_id, native)
    with bench.database.reader() as session:
        return natives(graph.impact(session, kind, wanted, storage_id))


def test_a_volume_leads_through_groups_to_hosts_ports_pool_and_disks(bench: Bench) -> None:
    storage_id = bench.register(wired())
    bench.sync(storage_id)
    answer = path(bench, VOLUMES, storage_id, "v0")
    assert natives(answer) == {
        "storage_hosts": ["h0"],
        "storage_host_initiators": ["i0"],
        "storage_host_groups": ["hg"],
        "masking_views": ["m0"],
        "port_groups": ["ng"],
        "ports": ["n0", "n1"],
        "volume_groups": ["vg"],
        "volumes": ["v0"],
        "storage_pools": ["p0"],
        "disks": ["d0", "d2"],
    }
    assert (answer["not_known"], answer["through_any_port"]) == ([], [])
    group = row_id_of(answer, "volume_groups", "vg")
    pairs = next(one["pairs"] for one in answer["links"] if one["to"] == "volumes")
    assert pairs == [
        [row_id_of(answer, "masking_views", "m0"), row_id_of(answer, "volumes", "v0"), group]
    ]


def row_id_of(answer: dict[str, Any], kind: str, native: str) -> str:
    return str(next(row["id"] for row in answer["nodes"][kind] if row["native_id"] == native))


def test_a_view_without_port_group_goes_through_any_port(bench: Bench) -> None:
    storage_id = bench.register(wired())
    bench.sync(storage_id)
    answer = path(bench, VOLUMES, storage_id, "v2")
    assert natives(answer)["storage_hosts"] == ["h1"]
    assert answer["through_any_port"] == [row_id_of(answer, "masking_views", "m1")]
    assert natives(answer)["ports"] == []


def test_a_failing_disk_hits_all_that_rests_on_its_pool(bench: Bench) -> None:
    storage_id = bench.register(wired())
    bench.sync(storage_id)
    assert impact(bench, DISKS, storage_id, "d1") == {
        "storage_hosts": ["h0"],
        "storage_host_groups": ["hg"],
        "masking_views": ["m0"],
        "volume_groups": ["vg"],
        "volumes": ["v1"],
        "storage_pools": ["p1"],
        "disks": ["d1"],
        "filesystems": ["f0"],
        "qtrees": [],
        "shares": ["s0"],
    }


def test_a_failing_pool_hits_the_volumes_and_not_the_disks(bench: Bench) -> None:
    storage_id = bench.register(wired())
    bench.sync(storage_id)
    hit = impact(bench, POOLS, storage_id, "p0")
    assert (hit["volumes"], hit["storage_hosts"]) == (["v0", "v2"], ["h0", "h1"])
    assert not {"disks", "ports", "storage_host_initiators"} & hit.keys()


def test_a_failing_port_hits_the_views_and_what_is_seen_through_them(bench: Bench) -> None:
    storage_id = bench.register(wired())
    bench.sync(storage_id)
    hit = impact(bench, PORTS, storage_id, "n0")
    assert hit["masking_views"] == ["m0", "m1"], "one names the port, one may use any"
    assert hit["volumes"] == ["v0", "v1", "v2"]
    assert impact(bench, PORTS, storage_id, "n2")["masking_views"] == ["m1"]


def test_a_group_is_asked_about_as_all_its_members(bench: Bench) -> None:
    storage_id = bench.register(wired(volumes=4))
    bench.sync(storage_id)
    found = natives(path(bench, VOLUME_GROUPS, storage_id, "vg"))
    assert found["volumes"] == ["v0", "v1", "v2"]
    assert (found["masking_views"], found["storage_hosts"]) == (["m0"], ["h0"])
    assert (found["storage_pools"], found["volume_groups"]) == (["p0", "p1"], ["vg"])
    hit = impact(bench, VOLUME_GROUPS, storage_id, "vg")
    assert (hit["masking_views"], hit["storage_hosts"]) == (["m0"], ["h0"])
    assert not {"storage_pools", "disks", "ports"} & hit.keys()
    through = impact(bench, PORT_GROUPS, storage_id, "ng")
    assert (through["ports"], through["masking_views"]) == (["n0", "n1"], ["m0", "m1"])
    assert through["volumes"] == ["v0", "v1", "v2", "v3"], "all ports of a view fail"
    hosts = natives(path(bench, HOST_GROUPS, storage_id, "hg"))
    assert (hosts["storage_hosts"], hosts["storage_host_initiators"]) == (["h0"], ["i0"])
    assert (hosts["volumes"], hosts["ports"]) == (["v0", "v1", "v2"], ["n0", "n1"])


def test_a_group_that_nobody_is_in_leads_nowhere_and_is_there(bench: Bench) -> None:
    script = wired()
    groups = script.listings["list_volume_groups"]
    groups["volume_groups"] = [*groups["volume_groups"], {"native_volume_group_id": "empty"}]
    storage_id = bench.register(script)
    bench.sync(storage_id)
    found = natives(path(bench, VOLUME_GROUPS, storage_id, "empty"))
    assert found.pop("volume_groups") == ["empty"]
    assert not any(found.values())
    assert None not in found.values()


def test_a_group_of_volumes_that_the_driver_does_not_list_says_so(bench: Bench) -> None:
    script = wired()
    script.listings["list_volumes"] = NotImplementedError
    storage_id = bench.register(script)
    bench.sync(storage_id)
    answer = path(bench, VOLUME_GROUPS, storage_id, "vg")
    found = natives(answer)
    assert (found["volume_groups"], found["volumes"], found["masking_views"]) == (
        ["vg"],
        None,
        None,
    )
    reasons = {one["kind"]: one["reason"] for one in answer["not_known"]}
    assert reasons["volumes"] == "the driver does not support volumes"
    assert reasons["masking_views"].startswith("follows from volumes")


def test_whatever_can_be_asked_about_leads_somewhere(bench: Bench) -> None:
    script = wired()
    script.listings["list_qtrees"] = [{"native_qtree_id": "q0", "native_filesystem_id": "f0"}]
    storage_id = bench.register(script)
    bench.sync(storage_id)
    first = {kind: min(bench.rows(kind, storage_id)) for kind in graph.BY_WORD.values()}
    links = {
        kind.key: path(bench, kind, storage_id, native)["links"] for kind, native in first.items()
    }
    assert len(links) == len(graph.BY_WORD)
    assert [key for key, found in links.items() if not found] == []


def test_native_ids_of_two_arrays_never_mix(bench: Bench) -> None:
    first, other = bench.register(wired("SN1")), bench.register(wired("SN2", volumes=9))
    bench.sync(first)
    bench.sync(other)
    ours = {row["id"] for kind in (VOLUMES, POOLS) for row in bench.rows(kind, first).values()}
    answer = path(bench, POOLS, first, "p0")
    assert {row["id"] for row in answer["nodes"]["volumes"]} <= ours
    assert natives(answer)["volumes"] == ["v0", "v2"]
    stranger = row_id(bench, VOLUMES, other, "v0")
    with bench.database.reader() as session, pytest.raises(VolumeNotFound):
        graph.impact(session, VOLUMES, stranger, first)


def test_what_the_driver_does_not_support_is_not_known_rather_than_empty(bench: Bench) -> None:
    script = wired()
    script.listings["list_masking_views"] = NotImplementedError
    script.listings["list_disks"] = NotImplementedError
    storage_id = bench.register(script)
    bench.sync(storage_id)
    answer = path(bench, VOLUMES, storage_id, "v0")
    found = natives(answer)
    assert (found["storage_pools"], found["disks"], found["masking_views"]) == (["p0"], None, None)
    reasons = {one["kind"]: one["reason"] for one in answer["not_known"]}
    assert reasons["disks"] == "the driver does not support disks"
    assert reasons["storage_hosts"].startswith("follows from masking_views")


def test_disks_that_never_name_a_pool_tell_nothing(bench: Bench) -> None:
    script = wired()
    script.listings["list_disks"] = [{"native_disk_id": "d0"}]
    storage_id = bench.register(script)
    bench.sync(storage_id)
    answer = path(bench, VOLUMES, storage_id, "v0")
    assert natives(answer)["disks"] is None
    assert "does not say" in answer["not_known"][0]["reason"]


def test_a_kind_that_has_no_rows_is_known_to_be_empty(bench: Bench) -> None:
    script = wired()
    script.listings["list_masking_views"] = []
    storage_id = bench.register(script)
    bench.sync(storage_id)
    found = natives(path(bench, VOLUMES, storage_id, "v0"))
    assert (found["masking_views"], found["storage_hosts"]) == ([], [])


def test_the_whole_array_shows_every_row_of_it_once(bench: Bench) -> None:
    storage_id = bench.register(wired())
    bench.sync(storage_id)
    with bench.database.reader() as session:
        answer = graph.whole(session, storage_id)
    assert natives(answer)["volumes"] == ["v0", "v1", "v2"]
    assert natives(answer)["ports"] == ["n0", "n1", "n2"]
    by_ends = {(one["from"], one["to"]): len(one["pairs"]) for one in answer["links"]}
    assert by_ends["masking_views", "volumes"] == 3
    assert by_ends["storage_hosts", "masking_views"] == 2
    assert by_ends["storage_pools", "disks"] == 4


def test_the_number_of_statements_does_not_grow_with_the_array(bench: Bench) -> None:
    small, large = bench.register(wired("SN1")), bench.register(wired("SN2", 5101, 700))
    bench.sync(small)
    bench.sync(large)
    sent: dict[str, list[str]] = {}
    for storage_id in (small, large):
        volume = row_id(bench, VOLUMES, storage_id, "v0")
        pool = row_id(bench, POOLS, storage_id, "p0")
        with bench.database.reader() as session, counted(bench.database) as statements:
            graph.path(session, VOLUMES, volume)
            graph.impact(session, POOLS, pool, storage_id)
            graph.whole(session, storage_id)
        sent[storage_id] = [text.partition("WHERE")[0] for text in statements]
    assert sent[small] == sent[large]
