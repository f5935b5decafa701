"""Objects that are removed at the array after their names were listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from delfin import exception
from delfin.drivers.dellemc.vmax.driver import VmaxDriver
from delfin.testing.simulated.powermax import PowerMax, Sizes
from delfin.testing.simulated.powermax.model import KEYS
from delfin.testing.simulated.powermax.simulator import ARRAY
from delfin.testing.simulated.server import Answer, Request
from tests.unit.drivers.dellemc.vmax.conftest import Connect, Simulate

Remove = Callable[..., None]
LISTS = (*KEYS.values(), "disk_ids", "directorId", "alertId")


@pytest.fixture
def remove(unisphere: PowerMax, monkeypatch: pytest.MonkeyPatch) -> Remove:
    """Removes objects by name: reading one fails, and from then on it is not listed."""
    answer = unisphere.answer

    def removed(*names: str, still_listed: bool = False) -> None:
        gone: set[str] = set()

        def without(request: Request) -> Answer:
            words = request.path.split("/")
            found = [name for name in names if name in words]
            if found:
                gone.update(() if still_listed else found)
                return Answer(404, {"message": "Cannot find the resource"})
            told = answer(request)
            body = told.body
            for key in LISTS:
                if isinstance(body, dict) and isinstance(body.get(key), list):
                    body = {**body, key: [one for one in body[key] if one not in gone]}
            return Answer(told.status, body)

        monkeypatch.setattr(unisphere, "answer", without)

    return removed


@pytest.mark.parametrize(
    ("what", "field", "name"),
    [
        ("storage_hosts", "name", "esx-0002"),
        ("masking_views", "name", "view-0001-MV"),
        ("storage_pools", "name", "SRP_1"),
        ("disks", "native_disk_id", "3"),
        ("controllers", "name", "SE-3D"),
        ("ports", "native_parent_id", "SE-3D"),
    ],
)
def test_what_is_removed_meanwhile_is_left_out(
    driver: VmaxDriver, remove: Remove, what: str, field: str, name: str
) -> None:
    ask = getattr(driver, f"list_{what}")
    whole = ask(None)
    remove(name)
    assert ask(None) == [row for row in whole if row[field] != name] != whole


def test_two_objects_may_be_removed_at_once(driver: VmaxDriver, remove: Remove) -> None:
    remove("esx-0002", "esx-0004")
    names = [row["name"] for row in driver.list_storage_hosts(None)]
    assert names == ["esx-0001", "esx-0003", "esx-0005", "esx-0006"]


def test_an_initiator_is_told_by_the_paths_that_are_left(
    simulate: Simulate, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    unisphere = simulate(arrays={ARRAY: Sizes(directors=8, hosts=2)})
    model = unisphere.arrays[ARRAY]
    first, second = [
        [path for path in model.paths if path.endswith(f":{name}")]
        for name in sorted({str(one["initiator"]) for one in model.paths.values()})[:2]
    ]
    driver, gone, one = connect(unisphere), [first[0], *second], model.one
    whole = driver.list_storage_host_initiators(None)
    asked: list[str] = []

    def removed(kind: str, name: str) -> Any:
        asked.append(name)
        return one(kind, "nothing" if name in gone else name)

    monkeypatch.setattr(model, "one", removed)
    monkeypatch.setattr(
        model,
        "names",
        lambda _kind: [path for path in model.paths if not (asked and path in gone)],
    )
    left = driver.list_storage_host_initiators(None)
    assert len(left) == len(whole) - 1 == 3
    assert first[1].rpartition(":")[2] in {row["name"] for row in left}


def test_an_alert_that_is_deleted_meanwhile_is_left_out(
    unisphere: PowerMax, driver: VmaxDriver, remove: Remove
) -> None:
    remove(unisphere.arrays[ARRAY].events.ids()[1])
    assert len(driver.list_alerts(None)) == 3


@pytest.mark.parametrize(
    ("what", "name"),
    [("storage_hosts", "esx-0002"), ("disks", "3"), ("ports", "SE-3D"), ("volumes", "00002")],
)
def test_an_object_that_is_listed_still_but_not_told_is_an_error(
    unisphere: PowerMax, driver: VmaxDriver, remove: Remove, what: str, name: str
) -> None:
    unisphere.instead["volumes"] = {"volumes": []}
    remove(name, still_listed=True)
    with pytest.raises(exception.ComponentNotFound):
        getattr(driver, f"list_{what}")(None)


def test_a_volume_that_is_deleted_meanwhile_is_left_out(
    simulate: Simulate, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    unisphere = simulate(version="92", arrays={ARRAY: Sizes(volumes=4)})
    model, driver = unisphere.arrays[ARRAY], connect(unisphere)
    ids, volume = model.volume_ids, model.volume
    gone: list[str] = []

    def deleted(name: str) -> Any:
        gone.extend({"00003"} & {name})
        return volume("FFFFF" if name in gone else name)

    monkeypatch.setattr(model, "volume", deleted)
    monkeypatch.setattr(
        model, "volume_ids", lambda group: [v for v in ids(group) if v["volumeId"] not in gone]
    )
    rows = driver.list_volumes(None)
    assert [row["native_volume_id"] for row in rows] == ["00001", "00002", "00004"]


def test_the_disks_of_an_unknown_array_are_no_missing_support(
    unisphere: PowerMax, driver: VmaxDriver
) -> None:
    del unisphere.arrays[ARRAY]
    with pytest.raises(exception.ComponentNotFound):
        driver.list_disks(None)
