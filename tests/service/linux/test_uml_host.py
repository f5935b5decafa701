"""A storage host of its own kernel: thin pools with data, SMART disks, an LIO target."""

from __future__ import annotations

import pytest

from delfin import exception
from delfin.drivers.linux.lvm import commands
from delfin.testing import rules
from tests.service.linux import etc_files, recorder, row_rules
from tests.service.linux.conftest import Connect
from tests.service.linux.uml import UmlHost

pytestmark = [pytest.mark.service, pytest.mark.uml]

MIB = 2**20
TARGET = "iqn.2026-01.com.example:tgt1"
HOST1, HOST2 = "iqn.1993-08.org.debian:host1", "iqn.1993-08.org.debian:host2"


def test_every_row_follows_the_rules(uml_host: UmlHost, connect: Connect) -> None:
    driver = connect(uml_host)
    found = row_rules.inventory(driver)
    assert row_rules.problems(found) == []
    assert rules.storage_findings(driver.get_storage(None)) == []
    empty = [key for key, rows in found.items() if not rows]
    assert not empty


def test_a_thin_pool_shows_what_is_really_written(uml_host: UmlHost, connect: Connect) -> None:
    driver = connect(uml_host)
    pool = row_rules.by_name(driver.list_storage_pools(None))["vg0/tp"]
    assert pool["total_capacity"] == 400 * MIB
    assert 80 * MIB <= pool["used_capacity"] <= 160 * MIB
    assert pool["free_capacity"] == pool["total_capacity"] - pool["used_capacity"]
    assert pool["subscribed_capacity"] == 3072 * MIB
    volumes = row_rules.by_name(driver.list_volumes(None))
    thin = volumes["vg0/thin1"]
    assert thin["native_storage_pool_id"] == pool["native_storage_pool_id"]
    assert (thin["type"], thin["total_capacity"]) == ("thin", 2048 * MIB)
    assert 59 * MIB <= thin["used_capacity"] <= 62 * MIB
    written = sum(volumes[name]["used_capacity"] for name in ("vg0/thin1", "vg0/thin2"))
    assert abs(written - pool["used_capacity"]) < MIB


def test_volumes_show_their_state_and_kind(uml_host: UmlHost, connect: Connect) -> None:
    volumes = row_rules.by_name(connect(uml_host).list_volumes(None))
    shown = {
        name: (row["type"], row["status"], row["total_capacity"] // MIB)
        for name, row in volumes.items()
    }
    assert shown == {
        "vg0/lv1": ("thick", "normal", 200),
        "vg0/snap1": ("thin", "normal", 200),
        "vg0/asleep": ("thick", "offline", 8),
        "vg0/mirrored": ("thick", "normal", 16),
        "vg0/thin1": ("thin", "normal", 2048),
        "vg0/thin2": ("thin", "normal", 1024),
    }


def test_disks_have_what_smart_knows(uml_host: UmlHost, connect: Connect) -> None:
    disks = row_rules.by_name(connect(uml_host).list_disks(None))
    sda = disks["sda"]
    assert (sda["manufacturer"], sda["model"], sda["serial_number"]) == (
        *("Linux", "scsi_debug"),
        "2000",
    )
    assert (sda["status"], sda["capacity"], sda["logical_type"]) == ("normal", 32 * MIB, "free")
    assert disks["ubda"]["logical_type"] == "member"


def test_without_rights_smart_is_left_out_but_the_disks_are_there(
    uml_host: UmlHost, connect: Connect
) -> None:
    disks = row_rules.by_name(connect(uml_host, username=etc_files.PLAIN).list_disks(None))
    assert disks["sda"]["serial_number"] is None
    assert disks["sda"]["status"] == "normal"
    assert disks["sda"]["logical_type"] == "unknown"


def test_the_rights_of_the_guide_are_enough(uml_host: UmlHost, connect: Connect) -> None:
    trusted = connect(uml_host, username=etc_files.TRUSTED, sudo="true")
    assert row_rules.inventory(trusted) == row_rules.inventory(connect(uml_host))


def test_file_systems_and_shares_lead_to_their_pool(uml_host: UmlHost, connect: Connect) -> None:
    driver = connect(uml_host)
    pools = {row["native_storage_pool_id"]: row["name"] for row in driver.list_storage_pools(None)}
    (filesystem,) = driver.list_filesystems(None)
    assert (filesystem["name"], filesystem["type"]) == ("/mnt/thin2", "thin")
    assert pools[filesystem["native_pool_id"]] == "vg0/tp"
    shares = driver.list_shares(None)
    assert {row["protocol"] for row in shares} == {"nfs", "cifs"}
    assert {row["native_filesystem_id"] for row in shares} == {filesystem["native_filesystem_id"]}


def test_ports_are_interfaces_and_portals(uml_host: UmlHost, connect: Connect) -> None:
    ports = connect(uml_host).list_ports(None)
    interface, portal = sorted(ports, key=lambda row: str(row["type"]))
    assert (interface["name"], interface["ipv4"]) == ("vec0", "10.77.0.2")
    assert interface["ipv4_mask"] == "255.255.255.252"
    assert (portal["type"], portal["wwn"], portal["ipv4"]) == ("iscsi", TARGET, "10.77.0.2")
    assert (portal["native_parent_id"], portal["connection_status"]) == ("vec0", "connected")


def test_access_lists_are_hosts_and_masking_views(uml_host: UmlHost, connect: Connect) -> None:
    driver = connect(uml_host)
    hosts = driver.list_storage_hosts(None)
    assert {(row["name"], row["status"]) for row in hosts} == {
        (HOST1, "offline"),
        (HOST2, "offline"),
    }
    initiators = driver.list_storage_host_initiators(None)
    assert {(row["wwn"], row["type"]) for row in initiators} == {
        (HOST1, "iscsi"),
        (HOST2, "iscsi"),
    }
    names = {row["native_volume_id"]: row["name"] for row in driver.list_volumes(None)}
    views = driver.list_masking_views(None)
    assert {(row["name"], names[row["native_volume_id"]]) for row in views} == {
        (f"{HOST1} LUN 0", "vg0/lv1"),
        (f"{HOST1} LUN 1", "vg0/thin1"),
        (f"{HOST2} LUN 7", "vg0/thin1"),
    }


def test_who_may_not_read_lvm_gets_an_error_not_an_empty_list(
    uml_host: UmlHost, connect: Connect
) -> None:
    driver = connect(uml_host, username=etc_files.PLAIN)
    for ask in (driver.list_storage_pools, driver.list_volumes, driver.list_masking_views):
        with pytest.raises(exception.NotAuthorized, match="lvm fullreport"):
            ask(None)
    assert driver.list_storage_hosts(None), "the target's lists are open to every account"


def test_the_recordings_are_of_such_a_host(uml_host: UmlHost, connect: Connect) -> None:
    said = recorder.answers(connect(uml_host), list(commands.ALL))
    recorder.refresh("uml-debian-12", said)
    known = recorder.recorded("uml-debian-12")
    assert known.keys() == said.keys()
    for name in said:
        # Numbers and times differ from boot to boot, what is said does not.
        assert abs(len(known[name]) - len(said[name])) <= 200, name
