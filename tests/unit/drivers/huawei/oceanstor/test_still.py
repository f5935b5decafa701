"""A listing is of one moment: what comes and goes while it is read hides no other row."""

from __future__ import annotations

from functools import partial

import pytest

from delfin import exception
from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.testing.simulated.oceanstor import OceanStor, Sizes
from tests.unit.drivers.huawei.oceanstor.conftest import Connect, Meanwhile

# Every collection and kind of member that is listed: endpoint, and what lists it.
LISTED = [
    ("storagepool", "list_storage_pools"),
    ("lun", "list_volumes"),
    ("controller", "list_controllers"),
    ("fc_port", "list_ports"),
    ("eth_port", "list_ports"),
    ("sas_port", "list_ports"),
    ("bond_port", "list_ports"),
    ("lif", "list_ports"),
    ("disk", "list_disks"),
    ("filesystem", "list_filesystems"),
    ("filesystem", "list_qtrees"),
    ("QUOTATREE", "list_qtrees"),
    ("FS_QUOTA", "list_quotas"),
    ("NFSHARE", "list_shares"),
    ("CIFSHARE", "list_shares"),
    ("host", "list_storage_hosts"),
    ("fc_initiator", "list_storage_host_initiators"),
    ("iscsi_initiator", "list_storage_host_initiators"),
    ("hostgroup", "list_storage_host_groups"),
    ("host/associate", "list_storage_host_groups"),
    ("lungroup", "list_volume_groups"),
    ("lun/associate", "list_volume_groups"),
    ("portgroup", "list_port_groups"),
    ("fc_port/associate", "list_port_groups"),
    ("eth_port/associate", "list_port_groups"),
    ("mappingview", "list_masking_views"),
    ("currentalarm", "list_alerts"),
]


def ids(driver: OceanStorDriver) -> list[int]:
    return [int(row["native_volume_id"]) for row in driver.list_volumes(None)]


@pytest.mark.parametrize(("endpoint", "lister"), LISTED)
def test_a_listing_that_is_cut_off_is_an_error(
    array: OceanStor, driver: OceanStorDriver, endpoint: str, lister: str
) -> None:
    array.faults.order("short_list", endpoint)
    with pytest.raises(exception.InvalidResults, match="rows"):
        getattr(driver, lister)(None)
    array.faults.clear()
    assert getattr(driver, lister)(None)


def test_groups_of_a_view_that_are_cut_off_are_an_error(connect: Connect) -> None:
    with OceanStor(release="V5") as older:
        driver = connect(older)
        older.faults.order("short_list", "lungroup/associate")
        with pytest.raises(exception.InvalidResults, match="0 of 1 rows"):
            driver.list_masking_views(None)
        driver.close_connection()


def test_a_lun_that_is_removed_between_two_pages_hides_no_other(
    array: OceanStor, driver: OceanStorDriver, meanwhile: Meanwhile
) -> None:
    array.resize(Sizes(luns=300))
    meanwhile("lun", 1, lambda: array.gone.add(("lun", 5)))
    assert ids(driver) == [n for n in range(300) if n != 5]


@pytest.mark.usefixtures("uncounted")
def test_nor_does_it_where_nothing_is_counted(
    array: OceanStor, driver: OceanStorDriver, meanwhile: Meanwhile
) -> None:
    array.resize(Sizes(luns=300))
    meanwhile("lun", 1, lambda: array.gone.add(("lun", 5)))
    assert ids(driver) == [n for n in range(300) if n != 5]


def test_one_that_is_removed_while_another_comes_hides_no_other(
    array: OceanStor, driver: OceanStorDriver, meanwhile: Meanwhile
) -> None:
    """The number is the same before and after."""
    array.resize(Sizes(luns=301))
    array.gone.add(("lun", 300))
    meanwhile("lun", 1, lambda: setattr(array, "gone", {("lun", 5)}))
    assert ids(driver) == [n for n in range(301) if n != 5]


def test_luns_that_are_removed_from_the_end_are_no_error(
    array: OceanStor, driver: OceanStorDriver, meanwhile: Meanwhile
) -> None:
    meanwhile("lun", 1, lambda: array.resize(Sizes(luns=150)))
    assert ids(driver) == list(range(150))


def test_an_array_that_changes_each_time_it_is_read_is_an_error(
    array: OceanStor, driver: OceanStorDriver, meanwhile: Meanwhile
) -> None:
    array.resize(Sizes(luns=300))
    for reading in range(3):
        # Each of the three ends with its second page.
        meanwhile("lun", 1 + 2 * reading, partial(array.gone.add, ("lun", reading)))
    with pytest.raises(exception.InvalidResults, match="changes while it is read"):
        ids(driver)
    assert ids(driver) == list(range(3, 300))


@pytest.mark.usefixtures("uncounted")
def test_an_array_that_counts_nothing_is_read_once(
    array: OceanStor, driver: OceanStorDriver
) -> None:
    assert ids(driver) == list(range(200))
    # A count that there is none of, and pages from 0, 99 and 198.
    assert array.counters.by_endpoint["lun"] == 4
