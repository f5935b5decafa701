"""What the driver lists of a simulated Unisphere: pages, names, capacities, and faults."""

from __future__ import annotations

from typing import Any

import pytest

from delfin import exception
from delfin.drivers.dellemc.vmax import fields
from delfin.drivers.dellemc.vmax.client import AT_ONCE
from delfin.drivers.dellemc.vmax.driver import VmaxDriver
from delfin.testing.simulated.powermax import PowerMax, Sizes, access, block
from delfin.testing.simulated.powermax.simulator import ARRAY
from tests.unit.drivers.dellemc.vmax.conftest import Connect, OnlyTogether, Simulate

MANY = {ARRAY: Sizes(volumes=2500, storage_groups=5)}


FORTY = [f"{n:05X}" for n in range(1, 41)]


def test_a_long_listing_comes_in_pages_and_its_iterator_is_given_back(
    simulate: Simulate, connect: Connect
) -> None:
    unisphere = simulate(arrays=MANY)
    assert len(connect(unisphere).list_volumes(None)) == 2500
    # Two more pages, and the goodbye.
    assert unisphere.counters.by_endpoint["Iterator"] == 3
    assert unisphere.iterators.open == 0


def test_an_iterator_that_ends_between_two_pages_is_opened_once_more(
    simulate: Simulate, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    unisphere = simulate(arrays=MANY)
    page, asked = unisphere.iterators.page, []

    def ended_once(*window: Any) -> Any:
        asked.append(window)
        if len(asked) == 2:
            unisphere.iterators.expire_all()
        return page(*window)

    monkeypatch.setattr(unisphere.iterators, "page", ended_once)
    assert len(connect(unisphere).list_volumes(None)) == 2500
    assert len({name for name, *_ in asked}) == 2


def test_an_iterator_is_given_back_when_its_listing_fails(
    simulate: Simulate, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    unisphere = simulate(arrays=MANY)
    driver = connect(unisphere)
    monkeypatch.setattr(unisphere.iterators, "page", lambda *_: {"result": "?"})
    with pytest.raises(exception.InvalidResults, match="no list of objects"):
        driver.list_volumes(None)
    assert unisphere.counters.by_endpoint["Iterator"] == 2
    assert unisphere.iterators.open == 0


def test_a_goodbye_that_is_refused_spoils_no_listing(
    simulate: Simulate, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    unisphere = simulate(arrays=MANY)
    monkeypatch.setattr(unisphere.iterators, "close", lambda _name: False)
    assert len(connect(unisphere).list_volumes(None)) == 2500
    assert unisphere.iterators.open == 1


def test_a_cut_off_listing_never_looks_whole(unisphere: PowerMax, driver: VmaxDriver) -> None:
    unisphere.faults.order("short_list", "volume", times=1)
    with pytest.raises(exception.InvalidResults, match="ends after 20 of 40"):
        driver.list_volumes(None)
    assert len(driver.list_volumes(None)) == 40


def test_nothing_at_all_is_an_empty_listing(simulate: Simulate, connect: Connect) -> None:
    nothing = Sizes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    driver = connect(simulate(arrays={ARRAY: nothing}))
    assert driver.list_storage_hosts(None) == []
    assert driver.list_volumes(None) == []
    assert driver.list_volume_groups(None) == {"volume_groups": [], "vol_grp_vol_rels": []}
    assert driver.list_alerts(None) == []


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("host", "storage_hosts"),
        ("maskingview", "masking_views"),
        ("director", "controllers"),
        ("alert", "alerts"),
    ],
)
def test_an_answer_about_something_else_is_no_empty_listing(
    unisphere: PowerMax, driver: VmaxDriver, kind: str, what: str
) -> None:
    unisphere.instead[kind] = {"message": "The provider is restarting"}
    with pytest.raises(exception.InvalidResults, match="no list at"):
        getattr(driver, f"list_{what}")(None)
    unisphere.instead[kind] = {}
    assert getattr(driver, f"list_{what}")(None) == []


NAMELESS = {"count": 1, "maxPageSize": 1000, "resultList": {"result": [{"name": "x"}]}}


@pytest.mark.parametrize(
    ("kind", "answer", "what", "key"),
    [
        ("volume", NAMELESS, "volumes", "volumeId"),
        ("port", {"symmetrixPortKey": [{"directorId": "FA-1D"}]}, "ports", "portId"),
        (
            "portgroup",
            {"portGroupId": ["x"], "symmetrixPortKey": [{}]},
            "port_groups",
            "directorId",
        ),
        (
            "volumes",
            {"volumes": [{"id": one, "storage_groups": [{}]} for one in FORTY]},
            "volume_groups",
            "id",
        ),
    ],
)
def test_a_record_without_its_name_is_an_error(
    unisphere: PowerMax, driver: VmaxDriver, kind: str, answer: Any, what: str, key: str
) -> None:
    unisphere.instead[kind] = answer
    with pytest.raises(exception.InvalidResults, match=f"nothing at '{key}'"):
        getattr(driver, f"list_{what}")(None)


def test_a_storage_group_without_its_name_is_an_error(
    simulate: Simulate, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    unisphere = simulate(version="92", arrays={ARRAY: Sizes(volumes=8, pools=2)})
    monkeypatch.setattr(unisphere.arrays[ARRAY], "one", lambda _kind, name: {"volumeId": name})
    with pytest.raises(exception.InvalidResults, match="nothing at 'storageGroupId'"):
        connect(unisphere).list_volumes(None)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("server_error", exception.StorageBackendException),
        ("html", exception.InvalidResults),
        ("cut_body", exception.BadResponse),
        ("unsupported", NotImplementedError),
    ],
)
def test_a_fault_is_told_and_passes(
    unisphere: PowerMax, driver: VmaxDriver, fault: str, error: type[Exception]
) -> None:
    unisphere.faults.order(fault, "srp")
    with pytest.raises(error):
        driver.list_storage_pools(None)
    assert driver.list_disks(None)
    unisphere.faults.clear()
    assert driver.list_storage_pools(None)


def test_an_unknown_array_is_told_in_unispheres_words(
    unisphere: PowerMax, driver: VmaxDriver
) -> None:
    del unisphere.arrays[ARRAY]
    with pytest.raises(exception.ComponentNotFound, match="Cannot find the resource"):
        driver.get_storage(None)


@pytest.mark.parametrize("version", ["92", "102"])
def test_what_pools_are_made_of_is_no_volume(
    simulate: Simulate, connect: Connect, version: str
) -> None:
    unisphere = simulate(version=version, arrays={ARRAY: Sizes(volumes=3, data_volumes=9)})
    rows = connect(unisphere).list_volumes(None)
    assert [row["native_volume_id"] for row in rows] == FORTY[:3]
    assert {row["type"] for row in rows} == {"thin"}


def test_pools_are_found_by_storage_group_where_there_are_several(
    simulate: Simulate, connect: Connect
) -> None:
    driver = connect(simulate(version="92", arrays={ARRAY: Sizes(volumes=8, pools=2)}))
    rows = driver.list_volumes(None)
    assert [row["native_storage_pool_id"] for row in rows[:4]] == ["SRP_1", "SRP_2"] * 2


@pytest.mark.parametrize("version", ["92", "102"])
def test_a_storage_group_has_its_volumes(
    simulate: Simulate, connect: Connect, version: str
) -> None:
    driver = connect(simulate(version=version, arrays={ARRAY: Sizes(volumes=6, storage_groups=2)}))
    found = driver.list_volume_groups(None)
    members = [
        (pair["native_volume_group_id"], pair["native_volume_id"])
        for pair in found["vol_grp_vol_rels"]
    ]
    assert members[:3] == [("app-0001-SG", one) for one in ("00001", "00003", "00005")]
    assert len(members) == 6


def test_a_storage_group_may_have_any_name(
    simulate: Simulate, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (access, block):
        monkeypatch.setattr(module, "group_name", lambda number: f"R&D #{number} 100%")
    driver = connect(simulate(version="92", arrays={ARRAY: Sizes(volumes=6, storage_groups=2)}))
    assert len(driver.list_volume_groups(None)["vol_grp_vol_rels"]) == 6


def test_a_powermax_without_usable_capacity_tells_the_effective_one(
    simulate: Simulate, connect: Connect
) -> None:
    driver = connect(simulate(arrays={ARRAY: Sizes(pools=2, effective=True)}))
    storage, pools = driver.get_storage(None), driver.list_storage_pools(None)
    assert storage["model"] == "PowerMax_2500"
    assert storage["total_capacity"] == sum(pool["total_capacity"] for pool in pools) > 0
    assert storage["used_capacity"] == sum(pool["used_capacity"] for pool in pools)


FBA = {
    "provisioned": {"provisioned_tb": 2.0},
    "effective": {"used_tb": 0.5, "total_tb": 3.0, "physical_capacity": {"total_tb": 1.0}},
}
CKD = {"provisioned": {"provisioned_tb": 1.0}, "effective": {"used_tb": 0.25, "total_tb": 1.0}}
USABLE = {"usable_total_tb": 3.0, "usable_used_tb": 0.5, "subscribed_total_tb": 2.0}


@pytest.mark.parametrize(
    ("told", "total", "used", "subscribed"),
    [
        ({"fba_srp_capacity": FBA}, 3.0, 0.5, 2.0),
        ({"ckd_srp_capacity": CKD}, 1.0, 0.25, 1.0),
        ({"fba_srp_capacity": FBA, "ckd_srp_capacity": CKD}, 4.0, 0.75, 3.0),
        ({"srp_capacity": FBA, "fba_srp_capacity": CKD}, 3.0, 0.5, 2.0),
        ({"srp_capacity": USABLE}, 3.0, 0.5, 2.0),
    ],
)
def test_a_pools_capacity_is_that_of_all_ways_to_store_data(
    told: dict[str, Any], total: float, used: float, subscribed: float
) -> None:
    pool = {"srpId": "SRP_1", **told}
    row = fields.pool_map(pool).values(pool)
    names = ("total_capacity", "used_capacity", "subscribed_capacity")
    assert [row[name] / 2**40 for name in names] == [total, used, subscribed]
    array = {"system": {"symmetrixId": ARRAY}, "slo": {}, "pools": [pool, pool]}
    storage = fields.storage_map(array, old=False).values(array)
    assert [storage[name] / 2**40 for name in names] == [2 * total, 2 * used, 2 * subscribed]


def test_a_pool_that_tells_no_capacity_has_none() -> None:
    row = fields.pool_map({"srpId": "SRP_1"}).values({"srpId": "SRP_1"})
    assert (row["total_capacity"], row["used_capacity"], row["free_capacity"]) == (None,) * 3


def test_an_initiator_is_one_row_and_online_when_any_of_its_paths_is(
    simulate: Simulate, connect: Connect
) -> None:
    unisphere = simulate(arrays={ARRAY: Sizes(directors=8, hosts=3)})
    rows = connect(unisphere).list_storage_host_initiators(None)
    assert len(unisphere.arrays[ARRAY].paths) == 2 * len(rows)
    assert {row["status"] for row in rows} == {"online"}
    assert len({row["native_storage_host_initiator_id"] for row in rows}) == len(rows) == 6


def test_initiators_are_asked_for_two_at_a_time(
    unisphere: PowerMax, driver: VmaxDriver, only_together: OnlyTogether
) -> None:
    only_together(unisphere, "/initiator/")
    assert len(driver.list_storage_host_initiators(None)) == 12
    assert unisphere.counters.max_concurrent == AT_ONCE


def test_no_path_is_asked_for_once_the_initiator_is_known_to_be_online(
    simulate: Simulate, connect: Connect
) -> None:
    unisphere = simulate(arrays={ARRAY: Sizes(directors=8, hosts=3)})
    paths = unisphere.arrays[ARRAY].paths
    for path in paths.values():
        path["logged_in"] = True
    assert len(connect(unisphere).list_storage_host_initiators(None)) == 6
    # The listing, and one path of each.
    assert unisphere.counters.by_endpoint["initiator"] == 1 + 6
    for path in paths.values():
        path["logged_in"] = False
    rows = connect(unisphere).list_storage_host_initiators(None)
    assert {row["status"] for row in rows} == {"offline"}
    assert unisphere.counters.by_endpoint["initiator"] == 7 + 1 + len(paths)


@pytest.mark.parametrize(
    ("record", "capacity", "used"),
    [
        ({"cap_mb": 3073.125, "cap_gb": 3.0, "allocated_percent": 50}, 1639 * 1966080, 1611202560),
        ({"cap_gb": 2, "allocated_percent": 0}, 2 * 2**30, 0),
        ({"cap_gb": 1, "allocated_percent": 130}, 2**30, 2**30),
        ({"cap_gb": 1}, 2**30, None),
    ],
)
def test_a_volumes_capacity_is_read_from_what_is_told(
    record: dict[str, Any], capacity: int, used: int | None
) -> None:
    row = fields.VOLUME.values({"volumeId": "00001", "status": "Ready", **record})
    assert (row["total_capacity"], row["used_capacity"]) == (capacity, used)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Ready", "normal"),
        ("Write Disabled", "normal"),
        ("Not Ready", "offline"),
        ("Mixed", "unknown"),
    ],
)
def test_a_copy_that_hosts_may_not_write_to_is_as_it_should_be(word: str, status: str) -> None:
    assert fields.VOLUME.values({"volumeId": "00001", "status": word})["status"] == status
    assert fields.VOLUME_V1.values({"id": "00001", "status": word})["status"] == status
