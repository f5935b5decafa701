"""This machine, with a real sshd and real LVM without device mapper, as a storage host."""

from __future__ import annotations

import threading

import pytest

from delfin import exception
from delfin.testing import rules
from tests.service.linux import etc_files, recorder, row_rules
from tests.service.linux.bare import MIB, BareHost
from tests.service.linux.conftest import Connect

pytestmark = pytest.mark.service


def test_every_row_follows_the_rules(bare_host: BareHost, connect: Connect) -> None:
    found = row_rules.inventory(connect(bare_host))
    assert row_rules.problems(found) == []
    assert {"storage_pools", "volumes", "disks", "ports", "shares"} <= found.keys()


def test_volume_groups_and_the_thin_pool_are_pools(bare_host: BareHost, connect: Connect) -> None:
    pools = row_rules.by_name(connect(bare_host).list_storage_pools(None))
    assert pools.keys() == {"vgdata", "vgdata/tp", "vgspare"}
    used = (40 + 64 + 32 + 4) * MIB
    assert pools["vgdata"]["used_capacity"] == used
    assert pools["vgdata"]["free_capacity"] == pools["vgdata"]["total_capacity"] - used
    assert pools["vgspare"]["used_capacity"] == 0
    assert pools["vgdata/tp"]["total_capacity"] == 32 * MIB
    assert pools["vgdata/tp"]["subscribed_capacity"] == 400 * MIB
    assert pools["vgdata/tp"]["used_capacity"] is None, "nothing is known of an inactive pool"
    assert pools["vgdata/tp"]["status"] == "unknown"


def test_volumes_are_thick_or_thin(bare_host: BareHost, connect: Connect) -> None:
    driver = connect(bare_host)
    pools = {row["native_storage_pool_id"]: row["name"] for row in driver.list_storage_pools(None)}
    volumes = row_rules.by_name(driver.list_volumes(None))
    shown = {
        name: (row["type"], row["total_capacity"] // MIB, pools[row["native_storage_pool_id"]])
        for name, row in volumes.items()
    }
    assert shown == {
        "vgdata/linear": ("thick", 40, "vgdata"),
        "vgdata/striped": ("thick", 64, "vgdata"),
        "vgdata/thin1": ("thin", 400, "vgdata/tp"),
    }


def test_physical_volumes_are_disks(bare_host: BareHost, connect: Connect) -> None:
    disks = row_rules.by_name(connect(bare_host).list_disks(None))
    for loop in bare_host.loops:
        disk = disks[loop.removeprefix("/dev/")]
        assert (disk["capacity"], disk["logical_type"]) == (128 * MIB, "member")


def test_the_array_adds_up(bare_host: BareHost, connect: Connect) -> None:
    driver = connect(bare_host)
    storage = driver.get_storage(None)
    assert rules.storage_findings(storage) == []
    assert storage["serial_number"] == etc_files.MACHINE_ID
    groups = [row for row in driver.list_storage_pools(None) if "/" not in row["name"]]
    for field in ("total_capacity", "used_capacity", "free_capacity"):
        assert storage[field] == sum(row[field] for row in groups), field
    assert storage["raw_capacity"] == sum(row["capacity"] for row in driver.list_disks(None))


def test_nfs_and_smb_shares_are_listed_once(bare_host: BareHost, connect: Connect) -> None:
    shares = connect(bare_host).list_shares(None)
    assert {(row["protocol"], row["name"], row["path"]) for row in shares} == {
        ("nfs", "/srv", "/srv"),
        ("nfs", "/srv/two words", "/srv/two words"),
        ("cifs", "projects", "/srv"),
    }


def test_a_kernel_without_target_has_no_hosts(bare_host: BareHost, connect: Connect) -> None:
    driver = connect(bare_host)
    assert driver.list_storage_hosts(None) == []
    assert driver.list_masking_views(None) == []


def test_what_a_host_does_not_have_is_not_supported(bare_host: BareHost, connect: Connect) -> None:
    driver = connect(bare_host)
    for ask in (driver.list_quotas, driver.list_qtrees, driver.list_volume_groups):
        with pytest.raises(NotImplementedError):
            ask(None)
    with pytest.raises(NotImplementedError):
        driver.list_alerts(None)


class TestWithoutRoot:
    def test_what_every_account_may_read_is_shown(
        self, bare_host: BareHost, connect: Connect
    ) -> None:
        driver = connect(bare_host, username=etc_files.PLAIN)
        found = row_rules.inventory(driver)
        assert row_rules.problems(found) == []
        assert found.keys() == {
            *("controllers", "ports", "disks", "filesystems", "shares"),
            *("storage_host_initiators", "storage_hosts"),
        }

    def test_what_it_may_not_read_is_an_error_that_names_the_right(
        self, bare_host: BareHost, connect: Connect
    ) -> None:
        driver = connect(bare_host, username=etc_files.PLAIN)
        for ask in (driver.list_storage_pools, driver.list_volumes, driver.list_masking_views):
            with pytest.raises(exception.NotAuthorized, match=r"'lvm' was refused.*sudo"):
                ask(None)

    def test_unknown_capacities_are_empty_not_zero(
        self, bare_host: BareHost, connect: Connect
    ) -> None:
        storage = connect(bare_host, username=etc_files.PLAIN).get_storage(None)
        assert storage["serial_number"] == etc_files.MACHINE_ID
        assert storage["total_capacity"] is None
        assert "lvm fullreport" in storage["description"]

    def test_the_rights_of_the_guide_are_enough(
        self, bare_host: BareHost, connect: Connect
    ) -> None:
        as_root = row_rules.inventory(connect(bare_host))
        trusted = row_rules.inventory(connect(bare_host, username=etc_files.TRUSTED, sudo="true"))
        # The machine's own file systems are written to meanwhile.
        assert len(trusted.pop("filesystems")) == len(as_root.pop("filesystems"))
        assert trusted == as_root

    def test_sudo_without_the_right_is_refused_by_name(
        self, bare_host: BareHost, connect: Connect
    ) -> None:
        driver = connect(bare_host, username=etc_files.PLAIN, sudo="true")
        with pytest.raises(exception.NotAuthorized, match="lvm fullreport"):
            driver.list_volumes(None)


class TestBadAccess:
    def test_a_wrong_password_is_tried_once(self, bare_host: BareHost, connect: Connect) -> None:
        before = bare_host.tried(etc_files.PLAIN)
        driver = connect(bare_host, username=etc_files.PLAIN, password="wrong")
        with pytest.raises(exception.InvalidUsernameOrPassword):
            driver.get_storage(None)
        assert bare_host.tried(etc_files.PLAIN) == before + 1

    def test_a_wrong_host_key_sends_no_password(
        self, bare_host: BareHost, connect: Connect
    ) -> None:
        before = bare_host.tried(etc_files.PLAIN)
        driver = connect(
            bare_host,
            username=etc_files.PLAIN,
            pub_key="SHA256:" + "A" * 43,
            pub_key_type="ed25519",
        )
        with pytest.raises(exception.SSHNotFoundKnownHosts):
            driver.get_storage(None)
        assert bare_host.tried(etc_files.PLAIN) == before

    @pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
    def test_the_fingerprint_of_any_of_its_keys_is_good(
        self, bare_host: BareHost, connect: Connect, kind: str
    ) -> None:
        shown = etc_files.fingerprint(bare_host.folder, kind)
        assert connect(bare_host, pub_key=shown).list_controllers(None)

    @pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
    def test_any_of_its_keys_is_good(
        self, bare_host: BareHost, connect: Connect, kind: str
    ) -> None:
        line = (bare_host.folder / f"host_{kind}.pub").read_text()
        key_type, key, _ = line.split(maxsplit=2)
        assert connect(bare_host, pub_key=line).list_controllers(None)
        assert connect(bare_host, pub_key=key, pub_key_type=key_type).list_controllers(None)

    def test_nobody_listens(self, bare_host: BareHost, connect: Connect) -> None:
        with pytest.raises(exception.InvalidIpOrPort):
            connect(bare_host, port=1).get_storage(None)


def test_one_login_serves_many_calls_at_once(bare_host: BareHost, connect: Connect) -> None:
    driver = connect(bare_host, username=etc_files.PLAIN)
    before = bare_host.tried(etc_files.PLAIN)
    driver.get_storage(None)
    threads = [threading.Thread(target=driver.list_ports, args=(None,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bare_host.tried(etc_files.PLAIN) == before + 1


def test_a_closed_driver_logs_in_again(bare_host: BareHost, connect: Connect) -> None:
    driver = connect(bare_host, username=etc_files.PLAIN)
    before = bare_host.tried(etc_files.PLAIN)
    driver.list_controllers(None)
    driver.close_connection()
    driver.list_controllers(None)
    assert bare_host.tried(etc_files.PLAIN) == before + 2


def test_a_lost_disk_degrades_its_volume_group(bare_host: BareHost, connect: Connect) -> None:
    conf = bare_host.folder / "lvm" / "lvm.conf"
    whole = conf.read_text()
    try:
        conf.write_text(whole.replace(f'"a|^{bare_host.loops[1]}$|",', ""))
        driver = connect(bare_host)
        pools = row_rules.by_name(driver.list_storage_pools(None))
        assert pools["vgdata"]["status"] == "degraded"
        assert pools["vgspare"]["status"] == "normal"
        volumes = row_rules.by_name(driver.list_volumes(None))
        assert volumes["vgdata/striped"]["status"] == "abnormal"
        assert driver.get_storage(None)["status"] == "degraded"
    finally:
        conf.write_text(whole)


def test_the_recordings_are_of_such_a_host(bare_host: BareHost, connect: Connect) -> None:
    # The rest tells about the machine that the tests run on.
    said = recorder.answers(connect(bare_host), ["lvm", "nfs_exports", "smb_shares"])
    recorder.refresh("bare-debian-12", said)
    known = recorder.recorded("bare-debian-12")
    assert known.keys() == said.keys()
    for name in said:
        assert abs(len(known[name]) - len(said[name])) <= 200, name
