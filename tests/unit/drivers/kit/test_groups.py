"""Groups with members, and masking views."""

from __future__ import annotations

from typing import Any

import pytest

from delfin import exception
from delfin.drivers.kit.groups import combined, host_groups, port_groups, volume_groups
from delfin.drivers.kit.mapping import Get
from delfin.inventory.catalog import KINDS
from delfin.testing import rules

GROUPS = port_groups("ports", {"name": Get("label")})


def test_groups_and_members_come_apart() -> None:
    records: list[dict[str, Any]] = [
        {"id": "g1", "label": "a", "ports": ["p1", "p2", "p1"]},
        {"id": "g2"},
    ]
    assert GROUPS.lists("s", records) == {
        "port_groups": [
            {"native_port_group_id": "g1", "name": "a", "storage_id": "s"},
            {"native_port_group_id": "g2", "name": None, "storage_id": "s"},
        ],
        "port_grp_port_rels": [
            {"storage_id": "s", "native_port_group_id": "g1", "native_port_id": "p1"},
            {"storage_id": "s", "native_port_group_id": "g1", "native_port_id": "p2"},
        ],
    }


@pytest.mark.parametrize(
    ("lister", "groups"),
    [
        ("list_storage_host_groups", host_groups("members", {})),
        ("list_port_groups", port_groups("members", {})),
        ("list_volume_groups", volume_groups("members", {})),
    ],
)
def test_the_answer_is_what_the_lister_must_return(lister: str, groups: Any) -> None:
    kind = next(kind for kind in KINDS if kind.lister == lister)
    answer = groups.lists("s", [{"id": "g1", "members": ["m1", "m2"]}, {"id": "g2", "members": []}])
    assert rules.findings(kind, answer) == []
    assert len(rules.pairs_of(kind, answer)) == 2


@pytest.mark.parametrize(
    ("groups", "members"),
    [
        (
            volume_groups("luns", {}, member="lun.id"),
            [{"lun": {"id": "p1"}}, {"lun": {"id": "p2"}}],
        ),
        (volume_groups("luns", {}, separator=","), "p1, p2,"),
    ],
)
def test_members_may_be_records_or_one_text(groups: Any, members: Any) -> None:
    found = groups.lists("s", [{"id": "g", "luns": members}])["vol_grp_vol_rels"]
    assert [pair["native_volume_id"] for pair in found] == ["p1", "p2"]


@pytest.mark.parametrize(
    ("members", "text"), [("p1,p2", "no list"), ([None], "without id"), ([{"id": 1}], "without id")]
)
def test_members_that_are_none_are_malformed(members: Any, text: str) -> None:
    with pytest.raises(
        exception.InvalidResults, match=f"test_groups: native_port_id: .*{text} at 'ports'"
    ):
        GROUPS.lists("s", [{"id": "g1", "ports": members}])


def test_a_mapping_of_many_to_many_becomes_views_of_one_to_one() -> None:
    mappings: list[dict[str, Any]] = [
        {"id": "m1", "hosts": ["h1", "h2"], "luns": ["l1", "l2"], "label": "a"},
        {"id": "m2", "hosts": [], "luns": ["l1"]},
        {"id": "m3", "hosts": "h1", "luns": ["l3"]},
        {"id": "m4"},
    ]
    views = list(combined(mappings, host="hosts", volume="luns"))
    assert [view["view_id"] for view in views] == [
        *("m1/h1/l1", "m1/h1/l2", "m1/h2/l1", "m1/h2/l2"),
        "m3/h1/l3",
    ]
    assert (views[1]["host"], views[1]["volume"], views[1]["label"]) == ("h1", "l2", "a")
