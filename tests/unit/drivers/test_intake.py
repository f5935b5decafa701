"""Intake stores what third-party drivers report, mends what it can and counts what it mended."""

from __future__ import annotations

from typing import Any

import pytest

from delfin import exception
from delfin.drivers import intake
from delfin.inventory.access import HOST_GROUPS, HOST_INITIATORS
from delfin.inventory.block import VOLUMES
from delfin.inventory.hardware import CONTROLLERS, DISKS, PORTS

HOSTS_IN = {"storage_host_groups": [{"native_storage_host_group_id": "g", "name": "G"}]}


def volume(**values: Any) -> dict[str, Any]:
    taken = intake.tidy(VOLUMES, [{"native_volume_id": "1", "storage_id": "s", **values}])
    return taken.rows[0]


def test_good_row_is_taken_as_it_is() -> None:
    values = {"name": "v", "total_capacity": 2**50, "compressed": False, "status": "available"}
    row = volume(**values)
    assert {name: row[name] for name in values} == values
    assert row["wwn"] is None
    assert set(row) == set(VOLUMES.reported)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("17", 17),
        (17.0, 17),
        (17.9, 17),
        ("17.0", 17),
        ("", None),
        ("-", None),
        ("many", None),
        (float("nan"), None),
        (float("inf"), None),
        (2**63, None),
        (True, 1),
        (0, 0),
    ],
)
def test_numbers_become_integers_and_what_is_none_becomes_unknown(given: Any, stored: Any) -> None:
    assert volume(total_capacity=given)["total_capacity"] == stored


@pytest.mark.parametrize(
    ("given", "stored"), [("true", True), ("False", False), (1, True), ("", None), ("?", None)]
)
def test_flags(given: Any, stored: Any) -> None:
    assert volume(compressed=given)["compressed"] is stored


def test_text_is_cut_cleaned_and_made_of_other_things() -> None:
    assert volume(name="x" * 300)["name"] == "x" * 255
    assert volume(name="a\0b")["name"] == "ab"
    assert volume(name="\udc80")["name"] == "?"
    assert volume(wwn=12)["wwn"] == "12"


def test_disk_speed_has_the_range_of_its_column() -> None:
    taken = intake.tidy(DISKS, [{"native_disk_id": "d", "speed": 2**31}])
    assert taken.rows[0]["speed"] is None
    assert taken.notes == {"speed is out of range": 1}
    fast = intake.tidy(PORTS, [{"native_port_id": "p", "speed": 32_000_000_000}])
    assert fast.rows[0]["speed"] == 32_000_000_000


def test_everything_mended_is_counted() -> None:
    rows = [
        {"native_volume_id": "1", "free_capacit": 3, "total_capacity": "many"},
        {"native_volume_id": "2", "free_capacit": 3},
        {"native_volume_id": "2"},
        {"name": "no id"},
        {"native_volume_id": ""},
    ]
    taken = intake.tidy(VOLUMES, rows)
    assert [row["native_volume_id"] for row in taken.rows] == ["1", "2"]
    assert taken.notes == {
        "unknown field free_capacit dropped": 2,
        "total_capacity is not a number": 1,
        "row with a repeated native_volume_id rejected": 1,
        "row without native_volume_id rejected": 2,
    }


def test_a_driver_cannot_choose_the_storage_or_the_row_id() -> None:
    row = volume(storage_id="another", id="mine")
    assert "storage_id" not in row
    assert "id" not in row


def test_memory_as_text_and_number_as_id() -> None:
    taken = intake.tidy(CONTROLLERS, [{"native_controller_id": 0, "memory_size": "1024"}])
    assert taken.rows[0]["native_controller_id"] == "0"
    assert taken.rows[0]["memory_size"] == 1024


@pytest.mark.parametrize("report", [None, {}, "rows", 7, [1], [None]])
def test_what_is_no_listing_is_refused(report: Any) -> None:
    with pytest.raises(exception.InvalidResults, match="list_volumes returned"):
        intake.tidy(VOLUMES, report)


def test_groups_with_relations() -> None:
    relations = [
        {"native_storage_host_group_id": "g", "native_storage_host_id": h} for h in ("a", "b", None)
    ]
    taken = intake.tidy(HOST_GROUPS, {**HOSTS_IN, "storage_host_grp_host_rels": relations})
    assert taken.rows[0]["name"] == "G"
    assert taken.members == {("g", "a"), ("g", "b")}
    assert taken.notes == {"membership without both ends rejected": 1}


def test_groups_as_a_list_with_members_in_a_text() -> None:
    taken = intake.tidy(
        HOST_GROUPS,
        [
            {"native_storage_host_group_id": "g", "storage_hosts": "a, b"},
            {"native_storage_host_group_id": "h", "storage_hosts": None},
        ],
    )
    assert len(taken.rows) == 2
    assert taken.members == {("g", "a"), ("g", "b")}
    assert not taken.notes


def test_groups_without_their_relations_are_not_a_complete_report() -> None:
    with pytest.raises(exception.InvalidResults, match="list_storage_host_groups"):
        intake.tidy(HOST_GROUPS, HOSTS_IN)


def test_initiator_of_two_hosts_is_kept_once() -> None:
    rows = [
        {"native_storage_host_initiator_id": "i", "native_storage_host_id": host} for host in "ab"
    ]
    assert len(intake.tidy(HOST_INITIATORS, rows).rows) == 1


def test_storage_needs_a_serial_number() -> None:
    row = intake.tidy_storage({"name": "s", "serial_number": 7, "total_capacity": "5"})
    assert row["serial_number"] == "7"
    assert row["total_capacity"] == 5
    assert row["used_capacity"] is None
    with pytest.raises(exception.InvalidResults, match="serial_number"):
        intake.tidy_storage({"name": "s"})
    with pytest.raises(exception.InvalidResults, match="dict"):
        intake.tidy_storage(["s"])
    with pytest.raises(exception.StorageBackendNotFound):
        intake.tidy_storage(None)
    with pytest.raises(exception.StorageBackendNotFound):
        intake.tidy_storage({})
