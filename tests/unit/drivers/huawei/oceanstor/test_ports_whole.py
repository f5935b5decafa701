"""Listings of ports are whole on arrays that know ranges there, ignore them, or refuse them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from delfin import exception
from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.testing.simulated.oceanstor import OceanStor, Sizes
from delfin.testing.simulated.oceanstor.api import PortRanges

SOME = Sizes(fc_ports=0, eth_ports=0, sas_ports=0, bond_ports=0, logical_ports=0)
SIZES = {
    "fc_port": "fc_ports",
    "eth_port": "eth_ports",
    "sas_port": "sas_ports",
    "bond_port": "bond_ports",
    "lif": "logical_ports",
}


@pytest.fixture(params=list(PortRanges))
def ranges(request: pytest.FixtureRequest, array: OceanStor) -> PortRanges:
    array.port_ranges = request.param
    return array.port_ranges


@pytest.fixture(params=["counted", "uncounted"])
def counting(request: pytest.FixtureRequest) -> None:
    if request.param == "uncounted":
        request.getfixturevalue("uncounted")


def ids(driver: OceanStorDriver) -> list[str]:
    return [row["native_port_id"] for row in driver.list_ports(None)]


@pytest.mark.usefixtures("ranges", "counting")
@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 102, 200, 250])
@pytest.mark.parametrize("collection", ["fc_port", "lif"])
def test_every_port_is_read_once(
    array: OceanStor, driver: OceanStorDriver, collection: str, count: int
) -> None:
    array.resize(SOME.changed({SIZES[collection]: count}))
    found = ids(driver)
    assert len(set(found)) == len(found) == count


@pytest.mark.parametrize("collection", SIZES)
@pytest.mark.usefixtures("ranges")
def test_ports_that_the_array_counts_cost_one_request(
    array: OceanStor, driver: OceanStorDriver, collection: str
) -> None:
    array.resize(SOME.changed({SIZES[collection]: 99}))
    ids(driver)
    # Counted and listed.
    assert array.counters.by_endpoint[collection] == 2


@pytest.mark.parametrize("collection", SIZES)
@pytest.mark.parametrize("count", [1, 150, 200, 400])
@pytest.mark.usefixtures("ranges")
def test_a_listing_that_is_cut_off_is_an_error_on_each(
    array: OceanStor, driver: OceanStorDriver, collection: str, count: int
) -> None:
    """Half of 200 is as much as a full page."""
    array.resize(SOME.changed({SIZES[collection]: count}))
    array.faults.order("short_list", collection)
    with pytest.raises(exception.InvalidResults, match=f"{count // 2} of {count} rows"):
        ids(driver)
    array.faults.clear()
    assert len(ids(driver)) == count


@pytest.mark.usefixtures("ranges")
def test_members_of_a_port_group_are_read_in_the_same_way(
    array: OceanStor, driver: OceanStorDriver
) -> None:
    array.resize(Sizes(fc_ports=300, eth_ports=300, port_groups=2, members=150))
    pairs = driver.list_port_groups(None)["port_grp_port_rels"]
    assert len({(one["native_port_group_id"], one["native_port_id"]) for one in pairs}) == 600


def test_an_array_that_gives_a_page_and_knows_no_other_is_an_error(
    array: OceanStor, driver: OceanStorDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    array.resize(SOME.changed({"fc_ports": 150}))
    answer = array.answer

    monkeypatch.setattr(array, "answer", lambda asked: answer(replace(asked, query={})))
    with pytest.raises(exception.InvalidResults, match="100 of 150 rows"):
        ids(driver)
