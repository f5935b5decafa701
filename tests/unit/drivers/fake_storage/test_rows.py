"""What the fake array's inventory looks like through its driver."""

from __future__ import annotations

from typing import Any

import pytest

from delfin import exception
from delfin.drivers.fake_storage.driver import FakeStorageDriver
from delfin.inventory.catalog import BY_KEY, KINDS
from delfin.testing import rules
from delfin.testing.simulated.fake_storage import FakeStorage

SIZES = {
    "pools": "3",
    "volumes": "57",
    "controllers": "4",
    "ports": "18",
    "disks": "30",
    "filesystems": "5",
    "qtrees": "9",
    "quotas": "21",
    "shares": "8",
    "hosts": "11",
    "initiators": "25",
    "host_groups": "3",
    "port_groups": "2",
    "volume_groups": "6",
    "masking_views": "16",
}


def collect(driver: FakeStorageDriver) -> dict[str, Any]:
    return {kind.key: getattr(driver, kind.lister)(None) for kind in KINDS}


def problems(driver: FakeStorageDriver) -> list[str]:
    found = collect(driver)
    listed = {
        kind.key: {row[kind.native_id] for row in rules.rows_of(kind, found[kind.key])}
        for kind in KINDS
    }
    alone = [text for kind in KINDS for text in rules.findings(kind, found[kind.key])]
    joined = [text for kind in KINDS for text in rules.dangling(kind, found[kind.key], listed)]
    return alone + joined + rules.storage_findings(driver.get_storage(None))


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        SIZES,
        dict.fromkeys(SIZES, "0"),
        dict.fromkeys(SIZES, "1"),
        {"filesystems": "0", "hosts": "300", "initiators": "900", "host_groups": "2"},
        {"pools": "0"},
        {"volumes": "2500", "volume_groups": "3"},
        {"host_groups": "0", "volume_groups": "0", "masking_views": "30"},
    ],
    ids=["default", "chosen", "nothing", "one", "no files", "no pools", "paged", "no groups"],
)
def test_rows_follow_the_rules(connect: Any, attributes: dict[str, str]) -> None:
    assert problems(connect(**attributes)) == []


def test_every_kind_has_rows_by_default(driver: FakeStorageDriver) -> None:
    found = collect(driver)
    assert [kind.key for kind in KINDS if not rules.rows_of(kind, found[kind.key])] == []
    assert [kind.key for kind in KINDS if kind.embed and kind.embed.written] == [
        kind.key for kind in KINDS if rules.pairs_of(kind, found[kind.key])
    ]


def test_sizes_come_from_the_extra_attributes(connect: Any) -> None:
    found = collect(connect(**SIZES))
    counted = {BY_KEY[key].lister: len(rules.rows_of(BY_KEY[key], found[key])) for key in found}
    wanted = {
        **{
            f"list_{name}": int(count) for name, count in SIZES.items() if "list_" + name in counted
        },
        "list_storage_pools": 3,
        "list_storage_hosts": 11,
        "list_storage_host_initiators": 25,
        "list_storage_host_groups": 3,
    }
    assert counted == wanted


def test_same_twice_and_on_another_simulator(connect: Any, access: dict[str, Any]) -> None:
    first = connect(serial="TWIN", **SIZES)
    here = collect(first), first.get_storage(None)
    assert (collect(first), first.get_storage(None)) == here
    with FakeStorage() as other:
        access["rest"]["port"], access["verify"] = other.port, str(other.certificate_path)
        twin = FakeStorageDriver(**{**access, "extra_attributes": {"serial": "TWIN", **SIZES}})
        assert (collect(twin), twin.get_storage(None)) == here
        twin.close_connection()


def test_two_serial_numbers_are_two_arrays(connect: Any) -> None:
    one, two = connect(serial="ONE", volumes="5"), connect(serial="TWO", volumes="7")
    assert one.get_storage(None)["serial_number"] == "ONE"
    assert two.get_storage(None)["serial_number"] == "TWO"
    assert (len(one.list_volumes(None)), len(two.list_volumes(None))) == (5, 7)
    wwns = [{v["wwn"] for v in d.list_volumes(None)} for d in (one, two)]
    assert not wwns[0] & wwns[1]


def test_the_default_array_has_the_simulators_own_serial_number(
    array: FakeStorage, driver: FakeStorageDriver
) -> None:
    storage = driver.get_storage(None)
    assert storage["serial_number"] == array.default_serial
    assert (storage["vendor"], storage["model"]) == ("fake_vendor", "fake_model")


def test_capacities_add_up(connect: Any) -> None:
    driver = connect(**SIZES)
    storage, pools = driver.get_storage(None), driver.list_storage_pools(None)
    for name in ("total", "used", "free", "subscribed"):
        assert storage[f"{name}_capacity"] == sum(p[f"{name}_capacity"] for p in pools)
    assert storage["raw_capacity"] == sum(d["capacity"] for d in driver.list_disks(None))
    assert storage["raw_capacity"] >= storage["total_capacity"]
    for pool in pools:
        inside = [
            *(v for v in driver.list_volumes(None) if _pool(v) == _pool(pool)),
            *(f for f in driver.list_filesystems(None) if _pool(f) == _pool(pool)),
        ]
        assert pool["subscribed_capacity"] == sum(row["total_capacity"] for row in inside)
        assert pool["used_capacity"] == sum(
            row["used_capacity"] if row["type"] == "thin" else row["total_capacity"]
            for row in inside
        )


def _pool(row: dict[str, Any]) -> Any:
    return row.get("native_storage_pool_id") or row.get("native_pool_id")


def test_a_listing_of_many_pages_is_whole(connect: Any) -> None:
    driver = connect(volumes="4321")
    ids = [row["native_volume_id"] for row in driver.list_volumes(None)]
    assert len(ids) == len(set(ids)) == 4321


@pytest.mark.parametrize(
    ("action", "percent", "added", "removed", "changed"),
    [
        ("rename", 10, 0, 0, 20),
        ("grow", 50, 0, 0, 100),
        ("add", 25, 50, 0, 0),
        ("remove", 5, 0, 10, 0),
        ("rename", 0.001, 0, 0, 1),
    ],
)
def test_volumes_change_by_order(
    connect: Any,
    array: FakeStorage,
    action: str,
    percent: float,
    added: int,
    removed: int,
    changed: int,
) -> None:
    driver = connect(volumes="200")
    before = {v["native_volume_id"]: v for v in driver.list_volumes(None)}
    assert array.change_volumes(action, percent) == added + removed + changed
    after = {v["native_volume_id"]: v for v in driver.list_volumes(None)}
    assert len(after.keys() - before.keys()) == added
    assert len(before.keys() - after.keys()) == removed
    both = before.keys() & after.keys()
    assert sum(1 for key in both if before[key] != after[key]) == changed
    assert problems(driver) == []


def test_an_ordered_change_outlives_the_session(connect: Any, array: FakeStorage) -> None:
    first = connect(volumes="100")
    array.change_volumes("remove", 10)
    first.close_connection()
    assert len(connect(volumes="100").list_volumes(None)) == 90
    assert len(connect(volumes="40").list_volumes(None)) == 40


@pytest.mark.parametrize("size", ["many", "-1", "1.5", "", "99999999999"])
def test_a_senseless_size_is_invalid_input(array: FakeStorage, connect: Any, size: str) -> None:
    with pytest.raises(exception.InvalidInput, match=r"extra_attributes: volumes"):
        connect(volumes=size)
    assert array.sessions.open == 0


def test_foreign_attributes_are_left_alone(connect: Any) -> None:
    assert connect(colour="blue", volumes="3").list_volumes(None)
