"""Directors, ports and disks of a simulated Unisphere, and the states that they are told with."""

from __future__ import annotations

from typing import Any

import pytest

from delfin.drivers.dellemc.vmax.driver import VmaxDriver
from delfin.testing.simulated.powermax import Sizes, hardware
from delfin.testing.simulated.powermax.simulator import ARRAY
from tests.unit.drivers.dellemc.vmax.conftest import Connect, Simulate


def test_unisphere_9_0_lists_no_disks(simulate: Simulate, connect: Connect) -> None:
    with pytest.raises(NotImplementedError):
        connect(simulate(version="90")).list_disks(None)


def test_failed_disks_are_told(simulate: Simulate, connect: Connect) -> None:
    driver = connect(simulate(arrays={ARRAY: Sizes(disks=30)}))
    states = {row["native_disk_id"]: row["status"] for row in driver.list_disks(None)}
    assert set(states.values()) == {"normal", "abnormal"}


def test_a_port_is_named_as_unisphere_names_it_elsewhere(driver: VmaxDriver) -> None:
    ports = {row["native_port_id"]: row for row in driver.list_ports(None)}
    iscsi, fibre = ports["SE-3D:4"], ports["FA-1D:4"]
    assert (iscsi["type"], iscsi["logical_type"], fibre["type"]) == ("iscsi", "frontend", "fc")
    assert iscsi["ipv4"].startswith("10.20.")
    assert ports["DF-2D:4"]["logical_type"] == "backend"
    assert fibre["max_speed"] == 32_000_000_000
    grouped = {one["native_port_id"] for one in driver.list_port_groups(None)["port_grp_port_rels"]}
    assert grouped <= set(ports)


def test_a_director_says_itself_how_it_is(
    simulate: Simulate, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    unisphere = simulate(arrays={ARRAY: Sizes(ports=0)})
    (*others, last), ask = hardware.directors(Sizes()), hardware.director

    def told(sizes: Sizes, name: str) -> Any:
        return {**ask(sizes, name), **({"availability": "Offline"} if name == last else {})}

    monkeypatch.setattr(hardware, "director", told)
    rows = connect(unisphere).list_controllers(None)
    states = {row["native_controller_id"]: (row["status"], row["cpu_count"]) for row in rows}
    assert states == {**dict.fromkeys(others, ("normal", 8)), last: ("offline", 8)}
    # The listing, and each of them: their ports are not needed.
    assert unisphere.counters.by_endpoint["director"] == 1 + 4
    assert unisphere.counters.by_endpoint["port"] == 0


@pytest.mark.parametrize(("ports", "told"), [(2, ("normal", 8)), (0, ("unknown", None))])
def test_a_director_that_does_not_say_is_as_its_first_port_says(
    simulate: Simulate,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    ports: int,
    told: tuple[str, int | None],
) -> None:
    monkeypatch.setattr(hardware, "director", lambda _sizes, name: {"directorId": name})
    rows = connect(simulate(arrays={ARRAY: Sizes(ports=ports)})).list_controllers(None)
    assert [(row["status"], row["cpu_count"]) for row in rows] == [told] * 4
