"""Volumes and their groups by Unisphere's enhanced calls, and where those are not enough."""

from __future__ import annotations

import pytest

from delfin import exception
from delfin.drivers.dellemc.vmax.driver import VmaxDriver
from delfin.testing.simulated.powermax import PowerMax, Sizes
from delfin.testing.simulated.powermax.simulator import ARRAY
from delfin.testing.simulated.server import Answer, Request
from tests.unit.drivers.dellemc.vmax.conftest import Connect, Simulate

FORTY = [f"{n:05X}" for n in range(1, 41)]


@pytest.mark.parametrize(
    ("version", "bulk", "single"), [("92", 0, 40), ("100", 1, 40), ("101", 1, 0), ("102", 1, 0)]
)
def test_volumes_are_read_at_once_where_unisphere_can(
    simulate: Simulate, connect: Connect, version: str, bulk: int, single: int
) -> None:
    unisphere = simulate(version=version)
    rows = connect(unisphere).list_volumes(None)
    assert [row["native_volume_id"] for row in rows] == FORTY
    assert unisphere.counters.by_endpoint["volumes"] == bulk
    assert unisphere.counters.by_endpoint["volume"] == 1 + single


def test_both_ways_tell_the_same_volumes(simulate: Simulate, connect: Connect) -> None:
    one, all_at_once = (
        connect(simulate(version=version)).list_volumes(None) for version in ("92", "102")
    )
    same = ("name", "status", "type", "wwn", "total_capacity", "native_storage_pool_id")
    assert [[row[n] for n in same] for row in one] == [
        [row[n] for n in same] for row in all_at_once
    ]


def test_volumes_that_the_fast_way_leaves_out_are_read_one_by_one(
    simulate: Simulate, connect: Connect
) -> None:
    unisphere = simulate(arrays={ARRAY: Sizes(volumes=10)})
    unisphere.behind.add(ARRAY)
    assert len(connect(unisphere).list_volumes(None)) == 10
    assert unisphere.counters.by_endpoint["volume"] == 1 + 5


def test_volumes_that_come_in_pages_are_all_read_at_once(
    unisphere: PowerMax, driver: VmaxDriver
) -> None:
    unisphere.enhanced_page = 15
    assert [row["native_volume_id"] for row in driver.list_volumes(None)] == FORTY
    assert unisphere.counters.by_endpoint["volumes"] == 3
    assert unisphere.counters.by_endpoint["volume"] == 1
    assert len(driver.list_volume_groups(None)["vol_grp_vol_rels"]) == 40


def test_volumes_of_a_page_that_is_forgotten_are_read_one_by_one(
    unisphere: PowerMax, driver: VmaxDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    unisphere.enhanced_page, answer = 15, unisphere.answer

    def forgotten(request: Request) -> Answer:
        gone = request.query.get("resume_token") == "after-30"
        return Answer(404, {"message": "Expired"}) if gone else answer(request)

    monkeypatch.setattr(unisphere, "answer", forgotten)
    assert [row["native_volume_id"] for row in driver.list_volumes(None)] == FORTY
    assert unisphere.counters.by_endpoint["volume"] == 1 + 10
    assert len(driver.list_volume_groups(None)["vol_grp_vol_rels"]) == 40


def test_a_unisphere_that_does_not_take_the_call_as_it_is_tells_volumes_one_by_one(
    unisphere: PowerMax, driver: VmaxDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = unisphere.answer

    def refused(request: Request) -> Answer:
        enhanced = request.path.startswith("/univmax/rest/")
        return Answer(400, {"message": "Unknown field"}) if enhanced else answer(request)

    monkeypatch.setattr(unisphere, "answer", refused)
    assert [row["native_volume_id"] for row in driver.list_volumes(None)] == FORTY
    assert len(driver.list_volume_groups(None)["vol_grp_vol_rels"]) == 40


def test_pages_that_never_end_are_an_error(unisphere: PowerMax, driver: VmaxDriver) -> None:
    unisphere.instead["volumes"] = {"volumes": [], "paging": {"resume_token": "again"}}
    with pytest.raises(exception.InvalidResults, match="begin anew"):
        driver.list_volumes(None)
    assert unisphere.counters.by_endpoint["volumes"] == 2


def test_volume_groups_keep_the_members_that_the_fast_way_leaves_out(
    simulate: Simulate, connect: Connect
) -> None:
    unisphere = simulate(arrays={ARRAY: Sizes(volumes=6, storage_groups=2)})
    driver = connect(unisphere)
    whole = driver.list_volume_groups(None)
    unisphere.behind.add(ARRAY)
    assert driver.list_volume_groups(None) == whole
    assert len(whole["vol_grp_vol_rels"]) == 6


def test_a_volume_group_has_no_member_that_the_array_does_not_list(
    unisphere: PowerMax, driver: VmaxDriver
) -> None:
    listed = [{"id": row["native_volume_id"]} for row in driver.list_volumes(None)]
    gone = {"id": "FFFFF", "storage_groups": [{"id": "app-0001-SG"}]}
    unisphere.instead["volumes"] = {"volumes": [*listed, gone]}
    assert driver.list_volume_groups(None)["vol_grp_vol_rels"] == []


@pytest.mark.parametrize("what", ["volumes", "volume_groups"])
def test_an_answer_of_the_fast_way_without_its_list_is_an_error(
    unisphere: PowerMax, driver: VmaxDriver, what: str
) -> None:
    unisphere.instead["volumes"] = {"message": "The provider is restarting"}
    with pytest.raises(exception.InvalidResults, match="no list of objects"):
        getattr(driver, f"list_{what}")(None)
