"""Cases that the recorded hosts do not have; tool output as the tools' manuals show it."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from delfin.drivers.linux.lvm import parsers
from delfin.drivers.linux.lvm.fields import disks, filesystems, host, network, target, volumes

Record = dict[str, Any]


def disk(**changes: Any) -> Record:
    return {
        "kname": "sda",
        "maj:min": "8:0",
        "type": "disk",
        "size": 1000,
        "rota": True,
        "tran": "sas",
        "state": "running",
        "wwn": "0x5000c500a",
        "serial": "Z1",
        **changes,
    }


def listed(
    *tree: Record, smart: Record | None = None, groups: list[Record] | None = None
) -> list[Record]:
    found = disks.disks(tree, smart or {}, groups)
    return [disks.DISK.row("s", record) for record in found]


class TestDisks:
    @pytest.mark.parametrize(
        ("changes", "smart", "expected"),
        [
            ({"tran": "sata"}, {}, "sata"),
            ({"tran": "sas"}, {"rotation_rate": 10000}, "sas"),
            ({"tran": "nvme", "rota": False}, {}, "nvme-ssd"),
            ({"tran": "sata", "rota": False}, {}, "ssd"),
            ({"tran": "sata", "rota": "0"}, {}, "ssd"),
            ({"tran": "sata", "rota": "1"}, {}, "sata"),
            ({"tran": "iscsi"}, {}, "lun"),
            ({"tran": None}, {"rotation_rate": 7200}, "hdd"),
            ({"tran": None}, {"rotation_rate": 0}, "ssd"),
            ({"tran": None}, {}, "unknown"),
        ],
    )
    def test_technology(self, changes: Record, smart: Record, expected: str) -> None:
        (row,) = listed(disk(**changes), smart={"sda": smart})
        assert row["physical_type"] == expected

    @pytest.mark.parametrize(
        ("state", "passed", "expected"),
        [
            ("running", True, "normal"),
            ("live", None, "normal"),
            (None, None, "normal"),
            ("running", False, "abnormal"),
            ("offline", True, "offline"),
            ("blocked", None, "degraded"),
            ("on fire", None, "abnormal"),
        ],
    )
    def test_health(self, state: str | None, passed: bool | None, expected: str) -> None:
        smart = {} if passed is None else {"smart_status": {"passed": passed}}
        (row,) = listed(disk(state=state), smart={"sda": smart})
        assert row["status"] == expected

    def test_two_paths_are_one_disk(self) -> None:
        assert len(listed(disk(), disk(kname="sdb"))) == 1

    def test_two_namespaces_are_two_disks(self) -> None:
        rows = listed(disk(wwn="eui.1"), disk(kname="sdb", wwn="eui.2"))
        assert [row["native_disk_id"] for row in rows] == ["eui.1", "eui.2"]

    def test_what_is_no_disk(self) -> None:
        assert not listed(
            disk(kname="zram0"),
            disk(kname="ram0"),
            disk(kname="sr0", type="rom"),
            disk(kname="nbd0", size=0),
            disk(kname="loop0", type="loop"),
        )

    def test_roles(self) -> None:
        pv = [{"vg": [], "lv": [], "pv": [{"pv_major": "8", "pv_minor": "2"}]}]
        part = {"type": "part", "maj:min": "8:2"}
        raid = {"type": "raid1", "maj:min": "9:0"}
        cases = {
            "member": [disk(children=[part]), disk(children=[raid])],
            "data": [disk(mountpoint="/"), disk(children=[{**part, "maj:min": "8:3"}])],
            "free": [disk()],
        }
        for role, tree in cases.items():
            for device in tree:
                (row,) = listed(device, groups=pv)
                assert row["logical_type"] == role
        assert listed(disk())[0]["logical_type"] == "unknown", "LVM may hold it"

    def test_speed_is_rotation(self) -> None:
        (row,) = listed(disk(), smart={"sda": {"rotation_rate": 7200}})
        assert row["speed"] == 7200


class TestVolumes:
    LV: ClassVar[Record] = {
        "lv_uuid": "u",
        "lv_name": "v",
        "lv_size": "100",
        "origin_size": "",
        "lv_role": "",
        "lv_layout": "linear",
        "lv_active": "active",
        "lv_health_status": "",
        "pool_lv_uuid": "",
    }

    def rows(self, *lvs: Record, **vg: str) -> list[Record]:
        group = {"vg_uuid": "g", "vg_name": "vg", "vg_size": "1000", "vg_free": "400", **vg}
        groups = [{"vg": [group], "pv": [], "lv": [{**self.LV, **lv} for lv in lvs]}]
        pools = [volumes.POOL.row("s", record) for record in volumes.pools(groups)]
        return pools + [volumes.VOLUME.row("s", record) for record in volumes.volumes(groups)]

    @pytest.mark.parametrize(
        ("health", "active", "expected"),
        [
            ("", "active", "normal"),
            ("", "", "offline"),
            ("", "inactive", "offline"),
            ("partial", "active", "abnormal"),
            ("refresh needed", "active", "degraded"),
            ("writemostly", "active", "normal"),
            ("brand new word", "active", "unknown"),
        ],
    )
    def test_health(self, health: str, active: str, expected: str) -> None:
        _, row = self.rows({"lv_health_status": health, "lv_active": active})
        assert row["status"] == expected

    @pytest.mark.parametrize(
        ("vg", "expected"),
        [
            ({}, "normal"),
            ({"vg_partial": "partial"}, "degraded"),
            ({"vg_exported": "exported"}, "offline"),
        ],
    )
    def test_health_of_a_group(self, vg: dict[str, str], expected: str) -> None:
        assert self.rows(**vg)[0]["status"] == expected

    def test_a_cached_volume_lives_in_its_group(self) -> None:
        cache = {"lv_uuid": "c", "lv_layout": "cache,pool"}
        rows = self.rows({"lv_layout": "cache", "pool_lv_uuid": "c"}, cache)
        assert [row.get("native_storage_pool_id") for row in rows] == ["g", "g"]

    def test_a_full_thin_pool(self) -> None:
        pool = {"lv_uuid": "p", "lv_layout": "thin,pool", "data_percent": "100.00"}
        _, row = self.rows({**pool, "lv_health_status": "out_of_data"})
        assert (row["used_capacity"], row["free_capacity"]) == (100, 0)
        assert row["status"] == "abnormal"


class TestNetwork:
    def row(self, **changes: Any) -> Record:
        interface = {"ifname": "eth0", "link_type": "ether", "flags": ["UP", "LOWER_UP"], **changes}
        (found,) = network.interfaces([interface])
        return network.INTERFACE.row("s", found)

    @pytest.mark.parametrize(
        ("speed", "expected"),
        [("25000", 25_000_000_000), ("-1", None), ("4294967295", None), (None, None)],
    )
    def test_speed_is_in_bits_per_second(self, speed: str | None, expected: int | None) -> None:
        assert self.row(speed=speed)["speed"] == expected

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [(None, "physical"), ("bond", "if-group"), ("vlan", "vlan"), ("bridge", "other")],
    )
    def test_role(self, kind: str | None, expected: str) -> None:
        info = {} if kind is None else {"linkinfo": {"info_kind": kind}}
        assert self.row(**info)["logical_type"] == expected

    def test_a_routed_address_goes_before_a_link_local_one(self) -> None:
        row = self.row(
            addr_info=[
                {"family": "inet6", "local": "fe80::1", "prefixlen": 64, "scope": "link"},
                {"family": "inet6", "local": "2001:db8::1", "prefixlen": 56, "scope": "global"},
                {"family": "inet", "local": "192.0.2.9", "prefixlen": 26, "scope": "global"},
            ]
        )
        assert (row["ipv6"], row["ipv6_mask"]) == ("2001:db8::1", "56")
        assert (row["ipv4"], row["ipv4_mask"]) == ("192.0.2.9", "255.255.255.192")

    def test_an_unplugged_interface_is_not_ill(self) -> None:
        row = self.row(flags=["UP", "NO-CARRIER"])
        assert (row["connection_status"], row["health_status"]) == ("disconnected", "unknown")

    def test_the_loopback_is_no_port(self) -> None:
        assert not list(network.interfaces([{"ifname": "lo", "link_type": "loopback"}]))

    def test_an_ipv6_portal_of_a_disabled_group(self) -> None:
        tree = parsers.tree("iscsi/iqn.x/tpgt_1/np/[2001:db8::1]:3260\t\n\n")
        (found,) = network.portals(tree, [])
        row = network.PORTAL.row("s", found)
        assert (row["ipv4"], row["ipv6"]) == (None, "2001:db8::1")
        assert row["connection_status"] == "disconnected"


class TestFilesystems:
    def rows(self, *mounts: Record) -> list[Record]:
        base = {"fstype": "ext4", "size": 100, "used": 40, "uuid": None}
        found = filesystems.filesystems([base | mount for mount in mounts], [])
        return [filesystems.FILESYSTEM.row("s", record) for record in found]

    def test_a_bind_mount_and_a_subvolume_are_not_counted_again(self) -> None:
        rows = self.rows(
            {"source": "/dev/sda1", "target": "/", "maj:min": "8:1", "uuid": "u1"},
            {"source": "/dev/sda1[/srv]", "target": "/export", "maj:min": "8:1", "uuid": "u1"},
        )
        assert [row["native_filesystem_id"] for row in rows] == ["u1"]

    def test_a_copy_with_the_same_uuid_is_another_file_system(self) -> None:
        rows = self.rows(
            {"source": "/dev/sda1", "target": "/a", "maj:min": "8:1", "uuid": "u1"},
            {"source": "/dev/sdb1", "target": "/b", "maj:min": "8:17", "uuid": "u1"},
        )
        assert [row["native_filesystem_id"] for row in rows] == ["u1", "/dev/sdb1"]

    def test_other_arrays_and_memory_are_left_out(self) -> None:
        assert not self.rows(
            {"source": "nas:/vol", "target": "/n", "maj:min": "0:50", "fstype": "nfs4"},
            {"source": "tmpfs", "target": "/run", "maj:min": "0:20", "fstype": "tmpfs"},
            {"source": "/dev/loop3", "target": "/snap", "maj:min": "7:3", "fstype": "squashfs"},
        )

    def test_one_that_the_kernel_shut_down_is_faulty(self) -> None:
        (row,) = self.rows(
            {"source": "/dev/sda1", "target": "/", "maj:min": "8:1", "size": None, "used": None}
        )
        assert (row["status"], row["free_capacity"]) == ("faulty", None)

    def test_a_share_belongs_to_the_nearest_file_system(self) -> None:
        mounted = [{"target": "/", "id": "root"}, {"target": "/srv", "id": "srv"}]
        found = filesystems.nfs_shares(["/srv/a", "/srvx", "/srv"], mounted)
        assert [record["filesystem"] for record in found] == ["srv", "root", "srv"]

    def test_ids_of_long_paths_fit_and_differ(self) -> None:
        paths = ["/" + "x" * 300 + end for end in ("a", "b")]
        ids = {record["id"] for record in filesystems.nfs_shares(paths, [])}
        assert {len(one) for one in ids} == {255}
        assert len(ids) == 2


class TestTarget:
    def test_a_backstore_that_is_no_logical_volume(self) -> None:
        acl = "iscsi/iqn.t/tpgt_1/acls/iqn.i"
        tree = parsers.tree(
            f"{acl}\t\n{acl}/lun_0\t\n"
            f"{acl}/lun_0/x\t../../../../../../../target/iscsi/iqn.t/tpgt_1/lun/lun_3\n"
            "iscsi/iqn.t/tpgt_1/lun/lun_3/y\t../../../../../../target/core/fileio_0/image\n\n"
        )
        (view,) = target.masking_views(tree, [])
        row = target.MASKING_VIEW.row("s", view)
        assert row["native_volume_id"] is None
        assert row["description"].endswith("fileio_0/image")

    @pytest.mark.parametrize(
        ("info", "initiator", "as_host"),
        [
            ("No active iSCSI Session for Initiator Endpoint: iqn.i", "offline", "offline"),
            ("InitiatorName: iqn.i\nSession State: TARG_SESS_STATE_LOGGED_IN", "online", "normal"),
            (None, "unknown", None),
        ],
    )
    def test_who_is_logged_in(self, info: str | None, initiator: str, as_host: str | None) -> None:
        path = "iscsi/iqn.t/tpgt_1/acls/iqn.i"
        lines = "" if info is None else "".join(f"{path}/info\0{one}\n" for one in info.split("\n"))
        (found,) = target.initiators(parsers.tree(f"{path}\t\n\n{lines}"))
        assert target.INITIATOR.row("s", found)["status"] == initiator
        assert target.HOST.row("s", found)["status"] == as_host

    def test_an_initiator_of_two_targets_is_one_host(self) -> None:
        tree = parsers.tree("iscsi/iqn.a/tpgt_1/acls/iqn.i\t\niscsi/iqn.b/tpgt_1/acls/iqn.i\t\n\n")
        assert len(list(target.initiators(tree))) == 1


class TestHost:
    def test_identity_falls_back_on_the_product_uuid(self) -> None:
        facts = {"/etc/machine-id": " ", "/sys/class/dmi/id/product_uuid": "4C4C\n"}
        assert host.host(facts)["id"] == "4C4C"

    def test_processors_are_counted_over_ranges(self) -> None:
        facts = {"/etc/machine-id": "m", "/sys/devices/system/cpu/present": "0-3,8,10-11"}
        row = host.CONTROLLER.row("s", host.host(facts))
        assert (row["cpu_count"], row["memory_size"]) == (7, None)


class TestParsers:
    def test_testparm_sections(self) -> None:
        text = "[global]\n\tname = x\n[a b]\n\tpath = /a b\n# [no]\n[p]\n\tprintable = Yes\n"
        assert parsers.smb_sections(text) == [
            {"name": "a b", "path": "/a b"},
            {"name": "p", "printable": "Yes"},
        ]

    def test_etab_escapes_are_bytes_of_utf8(self) -> None:
        assert parsers.nfs_paths("/a\\040b\\303\\244\t*(ro)\n/a\\040b\\303\\244\tx(rw)\n") == [
            "/a bä"
        ]

    def test_what_is_not_json_between_smart_documents_is_left_out(self) -> None:
        text = 'sudo: warning\n\n{"device": {"name": "/dev/sda"}, "x": 1}\n{"exit_status": 2}\n'
        assert parsers.smart(text).keys() == {"sda"}
