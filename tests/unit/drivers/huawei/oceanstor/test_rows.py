"""What becomes of an OceanStor's objects: pages, groups, releases, and odd values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from delfin import exception
from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.drivers.huawei.oceanstor.fields import access, block, files, hardware, ports
from delfin.drivers.huawei.oceanstor.ranges import PAGE, Ranges
from delfin.drivers.huawei.oceanstor.releases import RELEASES, release_of
from delfin.drivers.kit.mapping import RowMap
from delfin.testing.simulated.oceanstor import OceanStor, Sizes
from tests.unit.drivers.huawei.oceanstor.conftest import Meanwhile

Row = Mapping[str, Any]


@pytest.fixture
def older() -> Iterator[OceanStor]:
    with OceanStor(release="V5") as array:
        yield array


@pytest.mark.parametrize("luns", [0, 1, 99, 100, 101, 250])
def test_every_lun_is_read_once_whatever_the_pages(
    array: OceanStor, driver: OceanStorDriver, luns: int
) -> None:
    array.resize(Sizes(luns=luns))
    ids = [row["native_volume_id"] for row in driver.list_volumes(None)]
    assert ids == [str(number) for number in range(luns)]


@pytest.mark.parametrize("counted_in", [0, 1])
def test_pages_join_whether_or_not_the_end_of_a_range_counts(counted_in: int) -> None:
    have = [{"ID": str(number)} for number in range(3 * PAGE + 7)]

    def get(path: str) -> dict[str, Any]:
        first, last = path.partition("range=[")[2].rstrip("]").split("-")
        return {"data": have[int(first) : int(last) + counted_in]}

    assert list(Ranges().walk(get, "/lun")) == have


def test_an_interface_without_ranges_is_read_once() -> None:
    have = [{"ID": str(number)} for number in range(PAGE * 2)]
    assert list(Ranges().walk(lambda _: {"data": have}, "/controller")) == have


def test_the_same_array_reads_the_same_in_both_releases(
    driver: OceanStorDriver, older: OceanStor, connect: Any
) -> None:
    """What differs is what the releases call differently."""
    other = connect(older)
    for lister in ("list_masking_views", "list_disks", "list_shares", "list_ports"):
        assert getattr(driver, lister)(None) == getattr(other, lister)(None), lister
    luns, older_luns = (
        [{**row, "native_storage_pool_id": None} for row in one.list_volumes(None)]
        for one in (driver, other)
    )
    assert luns == older_luns
    assert {row["storage_type"] for row in driver.list_storage_pools(None)} == {"unified"}
    assert {row["storage_type"] for row in other.list_storage_pools(None)} == {"block", "file"}
    assert other.get_storage(None)["firmware_version"] == "V500R007C60"
    assert other.get_storage(None)["model"] == "OceanStor 5510 V5"


def test_a_view_that_tells_its_groups_costs_no_request(
    array: OceanStor, driver: OceanStorDriver, older: OceanStor, connect: Any
) -> None:
    driver.list_masking_views(None)
    connect(older).list_masking_views(None)
    asked = [one.counters.by_endpoint["hostgroup/associate"] for one in (array, older)]
    # Counted and listed.
    assert asked == [0, 8]


def test_groups_have_their_members(driver: OceanStorDriver) -> None:
    told = driver.list_volume_groups(None)
    members = [
        pair["native_volume_id"]
        for pair in told["vol_grp_vol_rels"]
        if pair["native_volume_group_id"] == "1"
    ]
    assert members[:3] == ["1", "7", "13"]
    ports_of = driver.list_port_groups(None)["port_grp_port_rels"]
    kinds = {row["native_port_id"]: row["type"] for row in driver.list_ports(None)}
    assert {kinds[pair["native_port_id"]] for pair in ports_of} == {"fc", "eth"}


def test_ports_of_a_kind_that_the_array_lacks_are_left_out(
    array: OceanStor, driver: OceanStorDriver
) -> None:
    array.faults.order("unsupported", "sas_port")
    kinds = {row["type"] for row in driver.list_ports(None)}
    assert kinds == {"fc", "eth", "logic"}


def test_ports_of_a_kind_that_the_array_had_are_not_deleted(
    array: OceanStor, driver: OceanStorDriver
) -> None:
    assert len(driver.list_ports(None)) == 21
    array.faults.order("unsupported", "sas_port")
    with pytest.raises(exception.InvalidResults, match="sas_port"):
        driver.list_ports(None)
    driver.reset_connection(None, verify=str(array.certificate_path))
    assert len(driver.list_ports(None)) == 17


def test_shares_that_are_all_gone_from_an_array_that_had_some_are_not_deleted(
    array: OceanStor, driver: OceanStorDriver
) -> None:
    driver.list_shares(None)
    array.faults.order("unsupported", "NFSHARE")
    array.faults.order("unsupported", "CIFSHARE")
    with pytest.raises(exception.InvalidResults):
        driver.list_shares(None)


def test_an_interface_that_is_gone_after_its_first_page_is_an_error(
    array: OceanStor, driver: OceanStorDriver, meanwhile: Meanwhile
) -> None:
    array.resize(Sizes(fc_ports=150))
    meanwhile("fc_port", 1, lambda: array.faults.order("unsupported", "fc_port"))
    with pytest.raises(exception.InvalidResults, match="fc_port"):
        driver.list_ports(None)


def test_a_block_array_has_no_shares(array: OceanStor, driver: OceanStorDriver) -> None:
    array.faults.order("unsupported", "NFSHARE")
    array.faults.order("unsupported", "CIFSHARE")
    with pytest.raises(NotImplementedError):
        driver.list_shares(None)


@pytest.mark.parametrize(
    ("version", "since"),
    [
        ("V300R006C20", 0),
        ("V500R007C60SPC300", 0),
        ("V600R005C03", 6),
        ("V700R001C00", 6),
        ("6.1.6", 6),
        ("", 6),
    ],
)
def test_firmware_is_told_by_its_first_number(version: str, since: int) -> None:
    assert release_of(version).since == since
    assert release_of(version) in RELEASES


@pytest.mark.parametrize("told", ["28", 28])
def test_an_offline_lun_is_offline_however_well_it_is(told: str | int) -> None:
    record = {"ID": "1", "HEALTHSTATUS": "1", "RUNNINGSTATUS": told}
    assert block.VOLUME.values(record)["status"] == "offline"
    assert hardware.DISK.values(record)["status"] == "offline"


@pytest.mark.parametrize("made", [block.POOL, block.VOLUME, block.STORAGE, hardware.CONTROLLER])
@pytest.mark.parametrize(
    ("told", "ours"),
    [
        *(("1", {"normal"}), ("2", {"abnormal", "fault"}), ("14", {"abnormal", "fault"})),
        *((code, {"degraded"}) for code in ("3", "4", "5", "7", "9", "12", "15", "17")),
        *((code, {"unknown"}) for code in ("0", "99", "--", "", None)),
    ],
)
def test_what_serves_less_well_is_degraded(made: RowMap, told: str | None, ours: set[str]) -> None:
    assert made.values({"ID": "1", "HEALTHSTATUS": told})["status"] in ours
    if told and told.isdecimal():
        assert made.values({"ID": "1", "HEALTHSTATUS": int(told)})["status"] in ours


@pytest.mark.parametrize(
    ("made", "column", "record", "ours"),
    [
        (block.POOL, "storage_type", {"USAGETYPE": 2}, "file"),
        (block.VOLUME, "type", {"ALLOCTYPE": 0}, "thick"),
        (hardware.DISK, "physical_type", {"DISKTYPE": 14}, "nvme-ssd"),
        (ports.FC, "connection_status", {"RUNNINGSTATUS": 10}, "connected"),
        (access.HOST, "os_type", {"OPERATIONSYSTEM": 1}, "Windows"),
        (files.FILESYSTEM, "type", {"ALLOCTYPE": 1}, "thin"),
    ],
)
def test_a_number_means_the_same_as_its_text(
    made: RowMap, column: str, record: dict[str, int], ours: str
) -> None:
    as_text = {name: str(value) for name, value in record.items()}
    for told in (record, as_text):
        assert made.values({"ID": "1", **told})[column] == ours
    assert not made.unknown.seen


def test_a_capacity_is_sectors_of_512_bytes_whatever_a_lun_exposes() -> None:
    record = {"ID": "1", "CAPACITY": "2097152", "SECTORSIZE": "4096"}
    assert block.VOLUME.values(record)["total_capacity"] == 2**30
    assert files.FILESYSTEM.values(record)["total_capacity"] == 2**30


def test_luns_are_as_large_as_their_pools_have_promised(driver: OceanStorDriver) -> None:
    pools = sum(row["subscribed_capacity"] for row in driver.list_storage_pools(None))
    luns = sum(row["total_capacity"] for row in driver.list_volumes(None))
    filesystems = sum(row["total_capacity"] for row in driver.list_filesystems(None))
    assert pools == luns + filesystems


def test_disks_and_the_system_tell_the_size_of_their_sectors() -> None:
    record = {"ID": "7", "SECTORS": "14769230769", "SECTORSIZE": "520", "HEALTHMARK": "255"}
    row = hardware.DISK.values(record)
    assert (row["capacity"], row["health_score"]) == (7_679_999_999_880, None)
    system = {"ID": "S1", "STORAGEPOOLCAPACITY": "8", "SECTORSIZE": "4096"}
    assert block.STORAGE.values(system)["total_capacity"] == 32_768
    for untold in ({}, {"SECTORSIZE": "--"}):
        assert hardware.DISK.values({"ID": "7", "SECTORS": "8", **untold})["capacity"] == 4096


@pytest.mark.parametrize("untold", ["--", "", "-1", -1, str(2**64 - 1), 2**64 - 1, None])
def test_a_capacity_that_is_not_told_is_none(untold: str | int | None) -> None:
    row = block.VOLUME.values({"ID": "1", "CAPACITY": "8", "ALLOCCAPACITY": untold})
    assert (row["total_capacity"], row["used_capacity"], row["free_capacity"]) == (4096, None, None)
    assert hardware.CONTROLLER.values({"ID": "0A", "MEMORYSIZE": untold})["memory_size"] is None
    quota = {"ID": "3@0@1", "PARENTTYPE": 40, "PARENTID": "3", "SPACEUSED": untold}
    assert files.QUOTA.values(quota)["used_capacity"] is None


def test_a_lun_of_nearly_2_tib_has_a_capacity() -> None:
    """2**32 - 1 says nothing in other fields, and is a number of sectors here."""
    row = block.VOLUME.values({"ID": "1", "CAPACITY": str(2**32 - 1)})
    assert row["total_capacity"] == 2**41 - 512


def test_a_capacity_that_is_no_number_names_its_field() -> None:
    with pytest.raises(exception.InvalidResults, match="total_capacity"):
        block.VOLUME.values({"ID": "1", "CAPACITY": "plenty"})


@pytest.mark.parametrize(
    ("told", "worm"),
    [
        ({"SUBTYPE": "27"}, "non_worm"),
        ({"SUBTYPE": 27, "WORMTYPE": 0}, "non_worm"),
        ({"SUBTYPE": "27", "WORMTYPE": "--"}, "non_worm"),
        ({"SUBTYPE": "28", "WORMTYPE": "1"}, "compliance"),
        ({"SUBTYPE": "28", "WORMTYPE": 3}, "enterprise"),
        ({"SUBTYPE": "28", "WORMTYPE": "2"}, None),
        ({"SUBTYPE": "27", "WORMTYPE": "2"}, None),
        ({"SUBTYPE": "28"}, None),
        ({}, None),
    ],
)
def test_a_kind_of_worm_that_is_not_known_is_not_called_none(
    told: dict[str, str | int], worm: str | None
) -> None:
    assert files.FILESYSTEM.values({"ID": "1", **told})["worm"] == worm


def test_a_quota_that_is_not_set_is_nothing() -> None:
    record = {
        "ID": "3@0@1",
        "PARENTTYPE": 40,
        "PARENTID": "3",
        "QUOTATYPE": "2",
        "SPACEHARDQUOTA": "18446744073709551615",
        "SPACESOFTQUOTA": "-1",
        "SPACEUSED": "4096",
    }
    row = files.QUOTA.values(record)
    assert (row["type"], row["native_filesystem_id"], row["native_qtree_id"]) == ("user", "3", None)
    assert (row["capacity_hard_limit"], row["capacity_soft_limit"]) == (None, None)
    assert row["used_capacity"] == 4096


def test_a_port_that_is_down_has_no_speed() -> None:
    record = {"ID": "1", "RUNNINGSTATUS": "11", "RUNSPEED": "-1", "MAXSUPPORTSPEED": "16000"}
    row = ports.FC.values(record)
    assert (row["speed"], row["max_speed"]) == (None, 16_000_000_000)
    assert row["connection_status"] == "disconnected"


@pytest.mark.parametrize("unknown", ["-1", "0", "--", ""])
def test_a_port_of_unknown_speed_and_name_is_a_port_all_the_same(unknown: str) -> None:
    row = ports.FC.values({"ID": "1", "WWN": "--", "MAXSPEED": unknown, "RUNSPEED": unknown})
    assert (row["wwn"], row["max_speed"], row["speed"]) == (None, None, None)
    row = ports.FC.values({"ID": "1", "MAXSPEED": unknown, "MAXSUPPORTSPEED": "16000"})
    assert row["max_speed"] == 16_000_000_000


@pytest.mark.parametrize("made", [access.HOST, files.FILESYSTEM, hardware.DISK])
@pytest.mark.parametrize("told", [{}, {"HEALTHSTATUS": ""}, {"HEALTHSTATUS": "--"}])
def test_what_tells_no_health_is_not_ill(made: RowMap, told: dict[str, str]) -> None:
    assert made.values({"ID": "1", **told})["status"] is None
    assert made.values({"ID": "1", "HEALTHSTATUS": "2"})["status"] in {"abnormal", "faulty"}


def test_an_initiator_without_name_is_called_by_its_id() -> None:
    row = access.FC_INITIATOR.values({"ID": "10000090FA0D6754", "NAME": "", "RUNNINGSTATUS": "27"})
    assert (row["name"], row["wwn"]) == ("10000090FA0D6754", "10000090fa0d6754")


@pytest.mark.parametrize(
    "body",
    [
        *(None, [], {}, {"data": []}),
        *({"error": None}, {"error": {}}, {"error": []}),
        *({"error": {"code": None}}, {"error": {"description": "0"}}),
    ],
)
def test_an_answer_that_is_none_of_the_array_is_refused(
    driver: OceanStorDriver, monkeypatch: pytest.MonkeyPatch, body: Any
) -> None:
    monkeypatch.setattr(driver.client, "call", lambda *_: body)
    with pytest.raises(exception.InvalidResults):
        driver.list_disks(None)
    # Those are not counted before.
    with pytest.raises(exception.InvalidResults):
        driver.list_alerts(None, {"begin_time": 1, "end_time": 2**53})
    with pytest.raises(exception.InvalidResults):
        driver.client.query("/performance_data", {})


@pytest.mark.parametrize(
    ("number", "name"),
    [("61", "6800 V3"), ("122", "5510 V5"), ("816", "Dorado 8000 V6"), ("834", "5510"), ("9", "9")],
)
def test_models_are_told_by_name_and_unknown_ones_by_number(number: str, name: str) -> None:
    assert block.model({"PRODUCTMODE": number}) == f"OceanStor {name}"
