"""Unisphere's words for things, and ours.

Unless a comment names another, the source of a field is Dell's OpenAPI document "PowerMax" 10.3
(schemas systemSymmetrix, symmetrix, srp, volume, symmetrixPort, diskInformation, portGroup,
hostGroup), for hosts, initiators and masking views the pages of Dell's providers for Terraform
1.0 and Ansible 3.1 that print these objects. Unisphere's GB and TB are powers of two: 3.0 GB are
1639 cylinders of 1.875 MiB in the document's own example.
"""

from __future__ import annotations

from typing import Any

from delfin.common import constants as c
from delfin.drivers.kit import convert
from delfin.drivers.kit.convert import gib, gigabits, mib, tib
from delfin.drivers.kit.groups import host_groups, port_groups, volume_groups
from delfin.drivers.kit.mapping import FREE, Calc, Const, Get, Record, RowMap, Rule
from delfin.drivers.kit.rule import found_at, required_in

# What every array can do: all their volumes are thin, and SnapVX is a part of the firmware. Protocols
# depend on the directors that are built in, compression on the model, replication on a licence.
FEATURES = ("thin_provisioning", "snapshots")
NOTHING = ("N/A", "n/a", "None", "none", "0", 0)


def total_of(path: str) -> Calc:
    """The sum over the pools, for arrays that tell it by pool only."""

    def total(record: Record) -> int | None:
        told = [one for pool in record["pools"] if (one := pool_map(pool).values(pool)[path])]
        return sum(told) if told else None

    return Calc(total)


def world_wide(value: Any) -> str:
    """A port's identifier: mostly a WWN or an iSCSI name, and as it is where it is neither."""
    try:
        return convert.wwn(value)
    except ValueError:
        return str(value)


# --- the array ---

STORAGE = RowMap(
    name=Get("system.display_name"),
    vendor=Const("Dell EMC"),
    model=Get("system.model"),
    serial_number=Get("system.symmetrixId", str, required=True),
    firmware_version=Get("system.microcode"),
    # Unisphere tells no health in these calls: that it answers for the array is what is known.
    status=Const(c.StorageStatus.NORMAL),
    raw_capacity=Get("slo.disk_group_total_capacity_gb", gib),
    total_capacity=Get("slo.system_capacity.usable_total_tb", tib),
    used_capacity=Get("slo.system_capacity.usable_used_tb", tib),
    free_capacity=FREE,
    subscribed_capacity=Get("slo.system_capacity.subscribed_total_tb", tib),
)
# PowerMax 2500 and 8500 (microcode 6079) have no usable capacity, only an effective one.
STORAGE_BY_POOL = STORAGE.but(
    total_capacity=total_of("total_capacity"),
    used_capacity=total_of("used_capacity"),
    subscribed_capacity=total_of("subscribed_capacity"),
)
# Before 10.0 the microcode is 'ucode': shapes of Unisphere 9.2 answers in OpenStack Cinder 29.
UCODE = {"firmware_version": Get("system.ucode")}

# --- pools ---

POOL = RowMap(
    native_storage_pool_id=Get("srpId", required=True),
    name=Get("srpId"),
    description=Get("description"),
    storage_type=Const(c.StorageType.BLOCK),
    total_capacity=Get("srp_capacity.usable_total_tb", tib),
    used_capacity=Get("srp_capacity.usable_used_tb", tib),
    free_capacity=FREE,
    subscribed_capacity=Get("srp_capacity.subscribed_total_tb", tib),
)


_PARTS = ("fba_srp_capacity", "ckd_srp_capacity")


def _effective(*steps: str) -> Calc:
    """In the capacity of the whole pool, or else the sum of those for each way to store data.

    A PowerMax 2500 or 8500 tells the parts: the sample in Checkmk's plug-in unisphere_powermax, and
    StoragePool in Dell's gopowermax 2 (types/v100), which knows all three.
    """

    def read(record: Record) -> int | None:
        whole = found_at(record, ("srp_capacity", *steps))
        parts = (found_at(record, (part, *steps)) for part in _PARTS)
        told = [tib(one) for one in ([whole] if whole is not None else parts) if one is not None]
        return sum(told) if told else None

    return Calc(read)


POOL_BY_EFFECT = POOL.but(
    total_capacity=_effective("effective", "total_tb"),
    used_capacity=_effective("effective", "used_tb"),
    subscribed_capacity=_effective("provisioned", "provisioned_tb"),
)


def pool_map(record: Record) -> RowMap:
    """The map for a pool, by what it tells of its capacity."""
    usable = found_at(record, ("srp_capacity", "usable_total_tb"))
    return POOL_BY_EFFECT if usable is None else POOL


def storage_map(record: Record, *, old: bool) -> RowMap:
    """The map for an array; 'old' for a Unisphere before 10.0."""
    found = STORAGE_BY_POOL if record["pools"] else STORAGE
    return found.but(**UCODE) if old else found


# --- volumes ---


def _capacity(record: Record) -> int | None:
    told = ((record.get("cap_mb"), mib), (record.get("cap_gb"), gib))
    return next((factor(value) for value, factor in told if value is not None), None)


def _allocated(record: Record) -> int | None:
    total, share = _capacity(record), record.get("allocated_percent")
    return None if total is None or share is None else total * min(int(share), 100) // 100


def _used_effectively(record: Record) -> int | None:
    total, used = _capacity(record), record.get("effective_used_capacity_gb")
    return None if total is None or used is None else min(gib(used), total)


def _volume_type(record: Record) -> str:
    return c.VolumeType.THIN if "TDEV" in str(record.get("type")) else c.VolumeType.THICK


# The copy at the other end of a replication is as it should be when hosts may not write to it: its
# word is in the answers that the tests of OpenStack Cinder 29 keep, 'remoteVolumeState'.
_READY = {
    "Ready": c.StorageStatus.NORMAL,
    "Write Disabled": c.StorageStatus.NORMAL,
    "Not Ready": c.StorageStatus.OFFLINE,
}
VOLUME = RowMap(
    native_volume_id=Get("volumeId", required=True),
    name=Calc(lambda record: record.get("volume_identifier") or record.get("volumeId")),
    status=Get("status", _READY, default=c.StorageStatus.UNKNOWN),
    type=Calc(_volume_type),
    native_storage_pool_id=Get("pool"),
    wwn=Get("wwn", world_wide),
    total_capacity=Calc(_capacity),
    used_capacity=Calc(_allocated),
    free_capacity=FREE,
)
# The objects of the enhanced call for volumes, 10.1 and later.
VOLUME_V1 = VOLUME.but(
    native_volume_id=Get("id", required=True),
    name=Calc(lambda record: record.get("identifier") or record.get("id")),
    native_storage_pool_id=Get("srp.id"),
    used_capacity=Calc(_used_effectively),
    compressed=Get("data_reduction_enabled"),
)

# --- hardware ---


_ONLINE = {"Online": c.ControllerStatus.NORMAL, "Offline": c.ControllerStatus.OFFLINE}
CONTROLLER = RowMap(
    native_controller_id=Get("id", required=True),
    name=Get("id"),
    status=Get("availability", _ONLINE, default=c.ControllerStatus.UNKNOWN),
    cpu_count=Get("num_of_cores", convert.whole),
)

# What a director emulates, by the letters its name begins with: protocol, and role. The letters
# are in Dell's PowerMax Family Overview, "emulations".
EMULATIONS = {
    "FA": (c.PortType.FC, c.PortLogicalType.FRONTEND),
    "FN": (c.PortType.FC, c.PortLogicalType.FRONTEND),
    "EF": (c.PortType.FICON, c.PortLogicalType.FRONTEND),
    "SE": (c.PortType.ISCSI, c.PortLogicalType.FRONTEND),
    "OR": (c.PortType.FC, c.PortLogicalType.FRONTEND),
    "DF": (c.PortType.OTHER, c.PortLogicalType.BACKEND),
    "DS": (c.PortType.SAS, c.PortLogicalType.BACKEND),
    "DN": (c.PortType.OTHER, c.PortLogicalType.BACKEND),
    "DX": (c.PortType.FC, c.PortLogicalType.BACKEND),
    "RF": (c.PortType.FC, c.PortLogicalType.OTHER),
    "RE": (c.PortType.ETH, c.PortLogicalType.OTHER),
}
_OTHER = (c.PortType.OTHER, c.PortLogicalType.OTHER)


def port_id(key: Record) -> str:
    """The name that Unisphere gives a port elsewhere: 'FA-1D:4'."""
    return f"{required_in(key, 'directorId')}:{required_in(key, 'portId')}"


def port_group(record: Record) -> Record:
    """A port group with the names of its 'ports'."""
    return {**record, "ports": [port_id(key) for key in record.get("symmetrixPortKey") or []]}


def _emulation(record: Record) -> tuple[str, str]:
    return EMULATIONS.get(str(record["symmetrixPortKey"]["directorId"])[:2].upper(), _OTHER)


def _protocol(record: Record) -> str:
    # An open director of PowerMax 2500 and 8500 serves both.
    return c.PortType.ISCSI if record.get("iscsi_target") is True else _emulation(record)[0]


def _ipv4(record: Record) -> str | None:
    return record.get("ipv4_address") or next(iter(record.get("ip_addresses") or []), None)


PORT = RowMap(
    native_port_id=Calc(lambda record: port_id(record["symmetrixPortKey"])),
    name=Calc(lambda record: port_id(record["symmetrixPortKey"])),
    type=Calc(_protocol),
    logical_type=Calc(lambda record: _emulation(record)[1]),
    # "Port status, ON/OFF": Dell's collection for Ansible.
    connection_status=Get(
        "port_status",
        {"ON": c.PortConnectionStatus.CONNECTED, "OFF": c.PortConnectionStatus.DISCONNECTED},
        default=c.PortConnectionStatus.UNKNOWN,
        absent=NOTHING,
    ),
    health_status=Get(
        "director_status",
        {"Online": c.PortHealthStatus.NORMAL, "Offline": c.PortHealthStatus.ABNORMAL},
        default=c.PortHealthStatus.UNKNOWN,
        absent=NOTHING,
    ),
    native_parent_id=Get("symmetrixPortKey.directorId"),
    speed=Get("negotiated_speed", gigabits, absent=NOTHING),
    max_speed=Get("max_speed", gigabits, absent=NOTHING),
    wwn=Get("identifier", world_wide, absent=NOTHING),
    mac_address=Get("mac_address", absent=NOTHING),
    ipv4=Calc(_ipv4),
    ipv4_mask=Get("ipv4_netmask", absent=NOTHING),
    ipv6=Get("ipv6_address", absent=NOTHING),
    ipv6_mask=Get("ipv6_prefix", str, absent=NOTHING),
)
DISK = RowMap(
    native_disk_id=Get("spindle_id", str, required=True),
    name=Get("spindle_id", str),
    status=Get("failed", {True: c.DiskStatus.ABNORMAL, False: c.DiskStatus.NORMAL}),
    # The document says that 'type' is text, and no more: words are told when they are met.
    physical_type=Get(
        "type",
        {"SSD": c.DiskPhysicalType.SSD, "EFD": c.DiskPhysicalType.SSD},
        default=c.DiskPhysicalType.UNKNOWN,
    ),
    manufacturer=Get("vendor"),
    capacity=Get("capacity", gib),
)

# --- who sees what ---

HOST = RowMap(
    native_storage_host_id=Get("hostId", required=True),
    name=Get("hostId"),
    os_type=Const(c.HostOSTypes.UNKNOWN),
)


def _initiator_type(record: Record) -> str:
    name = record["name"].lower()
    kinds = {"iqn.": c.InitiatorType.ISCSI, "nqn.": c.InitiatorType.NVME_OVER_FABRIC}
    return kinds.get(name[:4], c.InitiatorType.FC)


INITIATOR = RowMap(
    native_storage_host_initiator_id=Get("name", world_wide, required=True),
    name=Get("name", world_wide),
    alias=Get("alias"),
    wwn=Get("name", world_wide),
    status=Get(
        "logged_in",
        {True: c.InitiatorStatus.ONLINE, False: c.InitiatorStatus.OFFLINE},
        default=c.InitiatorStatus.UNKNOWN,
    ),
    type=Calc(_initiator_type),
    native_storage_host_id=Get("host"),
)


def _named(ours: str, theirs: str) -> dict[str, Rule]:
    """Unisphere knows a group by its name."""
    return {f"native_{ours}_group_id": Get(theirs, required=True), "name": Get(theirs)}


HOST_GROUPS = host_groups("host", _named("storage_host", "hostGroupId"), member="hostId")
PORT_GROUPS = port_groups("ports", _named("port", "portGroupId"))
VOLUME_GROUPS = volume_groups("volumes", _named("volume", "storageGroupId"))
MASKING_VIEW = RowMap(
    native_masking_view_id=Get("maskingViewId", required=True),
    name=Get("maskingViewId"),
    native_storage_host_id=Get("hostId"),
    native_storage_host_group_id=Get("hostGroupId"),
    native_port_group_id=Get("portGroupId"),
    native_volume_group_id=Get("storageGroupId"),
)
