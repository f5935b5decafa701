"""The rules are only worth what they reject: each broken row must be found."""

from __future__ import annotations

from typing import Any

import pytest

from delfin.inventory.access import HOST_GROUPS, HOSTS, PORT_GROUPS
from delfin.inventory.block import POOLS, VOLUMES
from delfin.testing import rules

GOOD = {
    "storage_id": "s",
    "native_volume_id": "1",
    "status": "normal",
    "total_capacity": 10,
    "used_capacity": 4,
    "free_capacity": 6,
}
PAIR = {"storage_id": "s", "native_port_group_id": "g", "native_port_id": "p"}
GROUPS = {
    "port_groups": [{"storage_id": "s", "native_port_group_id": "g"}],
    "port_grp_port_rels": [PAIR],
}
STORAGE = {
    "name": "a",
    "vendor": "v",
    "model": "m",
    "status": "normal",
    "serial_number": "1",
    "total_capacity": 10,
    "used_capacity": 4,
    "free_capacity": 6,
}


def test_good_rows_pass() -> None:
    assert rules.findings(VOLUMES, [GOOD]) == []
    assert rules.findings(VOLUMES, []) == []
    assert rules.findings(PORT_GROUPS, GROUPS) == []
    assert rules.storage_findings(STORAGE) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"free_capacit": 6}, "no column for 'free_capacit'"),
        ({"id": "1"}, "no column for 'id'"),
        ({"created_at": "now"}, "no column"),
        ({"status": "Normal"}, "want one of"),
        ({"total_capacity": "10"}, "is str, want int"),
        ({"total_capacity": 10.0}, "is float, want int"),
        ({"total_capacity": True}, "is bool, want int"),
        ({"name": ("a",)}, "is tuple, want str"),
        ({"name": "x" * 256}, "longer"),
        ({"used_capacity": 40, "free_capacity": None}, "exceeds"),
        ({"free_capacity": 5}, "is not used"),
        ({"native_volume_id": None}, "without native_volume_id"),
        ({"native_volume_id": ""}, "without native_volume_id"),
        ({"native_volume_id": 1}, "want str"),
        ({"compressed": 1}, "want bool"),
        ({"total_capacity": -1, "used_capacity": None}, "negative"),
    ],
)
def test_a_bad_row_is_found(change: dict[str, Any], said: str) -> None:
    assert any(said in found for found in rules.findings(VOLUMES, [{**GOOD, **change}]))


def test_a_duplicate_id_is_found() -> None:
    assert "appears 2 times" in rules.findings(VOLUMES, [GOOD, GOOD])[0]


@pytest.mark.parametrize("answer", [None, {}, (GOOD,), [None], "rows"])
def test_an_answer_that_is_no_list_is_found(answer: Any) -> None:
    assert "list_volumes returned" in rules.findings(VOLUMES, answer)[0]


@pytest.mark.parametrize(
    "answer",
    [None, [], {"port_groups": []}, {**GROUPS, "more": []}, {**GROUPS, "port_groups": None}],
)
def test_groups_in_another_form_are_found(answer: Any) -> None:
    assert "list_port_groups returned" in rules.findings(PORT_GROUPS, answer)[0]


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([PAIR, PAIR], "appears 2 times"),
        ([{**PAIR, "native_port_id": None}], "lacks an end"),
        ([{**PAIR, "native_port_id": 5}], "want str"),
        ([{**PAIR, "port": "p"}], "no column"),
    ],
)
def test_a_bad_membership_is_found(pairs: list[dict[str, Any]], said: str) -> None:
    answer = {**GROUPS, "port_grp_port_rels": pairs}
    assert any(said in found for found in rules.findings(PORT_GROUPS, answer))


def test_a_dangling_reference_is_found() -> None:
    row = {**GOOD, "native_storage_pool_id": "zz"}
    assert "points at 'zz'" in rules.dangling(VOLUMES, [row], {POOLS.key: {"p"}})[0]
    assert rules.dangling(VOLUMES, [row], {POOLS.key: {"zz"}}) == []
    assert rules.dangling(VOLUMES, [GOOD], {POOLS.key: set()}) == []


def test_a_dangling_member_is_found() -> None:
    known = {"port_groups": {"g"}, "ports": {"other"}}
    assert "port_grp_port_rels.native_port_id" in rules.dangling(PORT_GROUPS, GROUPS, known)[0]
    known = {"port_groups": {"other"}, "ports": {"p"}}
    assert "native_port_group_id points" in rules.dangling(PORT_GROUPS, GROUPS, known)[0]


def test_kinds_whose_embed_is_listed_elsewhere_are_plain_lists() -> None:
    assert rules.findings(HOSTS, [{"storage_id": "s", "native_storage_host_id": "h"}]) == []
    assert rules.findings(HOST_GROUPS, []) != []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"serial_number": ""}, "no serial_number"),
        ({"serial_number": 5}, "want str"),
        ({"status": "fine"}, "want one of"),
        ({"free_capacity": 0}, "is not used"),
        ({"raw_capacity": 1.5}, "want int"),
        ({"raw": 1}, "no column"),
    ],
)
def test_a_bad_storage_is_found(change: dict[str, Any], said: str) -> None:
    assert any(said in found for found in rules.storage_findings({**STORAGE, **change}))


def test_no_storage_is_found() -> None:
    assert rules.storage_findings(None) == ["get_storage returned NoneType, not a dict"]
