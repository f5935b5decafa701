"""The driver against answers that others wrote: those that the cinder project tests itself with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from delfin import exception
from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from tests.unit.drivers.huawei.oceanstor.cinder_answers import CinderAnswers, fetched, table


@pytest.fixture(scope="session")
def answers() -> Mapping[str, str]:
    return fetched()


@pytest.fixture
def cinder(answers: Mapping[str, str]) -> Iterator[CinderAnswers]:
    served = CinderAnswers(answers)
    yield served
    served.close()


@pytest.fixture
def driver(cinder: CinderAnswers, connect: Callable[[Any], OceanStorDriver]) -> OceanStorDriver:
    return connect(cinder)


def test_the_wheel_has_the_answers_that_are_expected(answers: Mapping[str, str]) -> None:
    assert len(answers) == 157


def test_answers_are_read_without_running_what_makes_them() -> None:
    source = (
        "MAP_COMMAND_TO_FAKE_RESPONSE = {}\n"
        "NAME = encode('x')\n"
        "SAID = {'data': [NAME, ('a',)]}\n"
        "MAP_COMMAND_TO_FAKE_RESPONSE['/lun?filter=%s/GET' % NAME] = json.dumps(SAID)\n"
    )
    assert table(source) == {"/lun?filter=encode('x')/GET": '{"data": ["encode(\'x\')", ["a"]]}'}


def test_the_storage_is_known_by_what_the_sign_in_told(driver: OceanStorDriver) -> None:
    row = driver.get_storage(None)
    assert row["serial_number"] == "210235G7J20000000000"
    assert row["firmware_version"] == "V100R001C10"
    assert driver.release.since == 0


def test_closing_signs_out(cinder: CinderAnswers, driver: OceanStorDriver) -> None:
    driver.close_connection()
    assert cinder.asked == ["POST /xx/sessions", "DELETE /sessions"]


def test_pools_are_read(driver: OceanStorDriver) -> None:
    (row,) = driver.list_storage_pools(None)
    assert (row["native_storage_pool_id"], row["name"]) == ("0", "OpenStack_Pool")
    assert row["total_capacity"] == row["free_capacity"] == 985661440 * 512
    assert row["used_capacity"] is None


def test_luns_are_read(driver: OceanStorDriver) -> None:
    (row,) = driver.list_volumes(None)
    assert row["native_volume_id"] == "11"
    assert row["wwn"] == "6643e8c1004c5f6723e9f454003"
    assert (row["type"], row["total_capacity"]) == ("thin", 2**30)
    assert row["status"] == "normal"


def test_ports_are_read_with_what_their_records_have(driver: OceanStorDriver) -> None:
    """Of cinder's two Ethernet ports, one repeats the other's id."""
    rows = driver.list_ports(None)
    found = {(row["type"], row["native_port_id"], row["connection_status"]) for row in rows}
    assert found == {
        ("fc", "1114368", "connected"),
        ("fc", "1114369", "connected"),
        ("eth", "16909568", "connected"),
    }
    assert {row["speed"] for row in rows} == {16_000_000_000, 1_000_000_000}
    assert {row["wwn"] for row in rows if row["type"] == "fc"} == {
        "2000643e8c4c5f66",
        "2000643e8c4c5f67",
    }
    assert [row["ipv4"] for row in rows if row["type"] == "eth"] == ["192.0.2.2", "192.0.2.1"]


def test_hosts_and_their_initiators_are_read(driver: OceanStorDriver) -> None:
    (host,) = driver.list_storage_hosts(None)
    assert (host["native_storage_host_id"], host["name"]) == ("1", "ubuntuc001")
    initiators = {
        row["native_storage_host_initiator_id"]: (row["type"], row["native_storage_host_id"])
        for row in driver.list_storage_host_initiators(None)
    }
    assert initiators == {
        "10000090fa0d6754": ("fc", None),
        "10000090fa0d6755": ("fc", None),
        "iqn.1993-08.org.debian:01:9073aba6c6f": ("iscsi", None),
        "ini-1": ("iscsi", None),
        "ini-2": ("iscsi", "2"),
    }


def test_groups_are_read_with_their_members(driver: OceanStorDriver) -> None:
    luns = driver.list_volume_groups(None)
    assert luns["vol_grp_vol_rels"] == [
        {"native_volume_group_id": "11", "native_volume_id": "11", "storage_id": driver.storage_id}
    ]
    assert [row["name"] for row in luns["volume_groups"]] == ["OpenStack_LunGroup_1"]
    hosts = driver.list_storage_host_groups(None)
    assert {row["native_storage_host_group_id"] for row in hosts["storage_host_groups"]} == {"0"}
    assert hosts["storage_host_grp_host_rels"] == []


def test_members_without_an_id_are_refused(driver: OceanStorDriver) -> None:
    """Such are the Ethernet ports of cinder's port groups."""
    with pytest.raises(exception.InvalidResults, match="a member without id"):
        driver.list_port_groups(None)


def test_views_that_do_not_tell_their_groups_are_asked_for_them(driver: OceanStorDriver) -> None:
    rows = driver.list_masking_views(None)
    members = ("native_masking_view_id", "native_volume_group_id", "native_port_group_id")
    assert [tuple(row[name] for name in members) for row in rows] == [
        ("1", None, "0"),
        ("2", "1", None),
    ]


def test_what_cinder_has_no_answer_for_is_not_supported(driver: OceanStorDriver) -> None:
    for lister in ("list_disks", "list_controllers", "list_filesystems", "list_alerts"):
        with pytest.raises(NotImplementedError):
            getattr(driver, lister)(None)
