"""Block devices of a host as disks.

Fields are those of lsblk(8), util-linux 2.38, and of smartctl(8), smartmontools 7.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from delfin.common.constants import DiskLogicalType, DiskPhysicalType, DiskStatus
from delfin.drivers.kit.mapping import Calc, Get, RowMap

Record = dict[str, Any]

_MADE_OF_MEMORY = ("zram", "ram")
_TURNING = {
    "sata": DiskPhysicalType.SATA,
    "sas": DiskPhysicalType.SAS,
    "ata": DiskPhysicalType.ATA,
    "fc": DiskPhysicalType.FC,
    "iscsi": DiskPhysicalType.LUN,
}
# Words of /sys/block/*/device/state. Virtual disks have none: there being one is all they tell.
_STATES = {
    "running": DiskStatus.NORMAL,
    "live": DiskStatus.NORMAL,
    "present": DiskStatus.NORMAL,
    "blocked": DiskStatus.DEGRADED,
    "quiesce": DiskStatus.DEGRADED,
    "resetting": DiskStatus.DEGRADED,
    "connecting": DiskStatus.DEGRADED,
    "offline": DiskStatus.OFFLINE,
    "transport-offline": DiskStatus.OFFLINE,
    "deleting": DiskStatus.OFFLINE,
    "dead": DiskStatus.OFFLINE,
    "SMART failed": DiskStatus.ABNORMAL,
}


def disks(
    tree: Iterable[Record], smart: Mapping[str, Record], groups: Iterable[Record] | None
) -> Iterator[Record]:
    """Each disk once, also when there are several paths to it.

    'groups' is LVM's report, None where it may not be read. A loop device counts as a disk when
    it is a physical volume of LVM.
    """
    members = None if groups is None else set(_physical_volumes(groups))
    seen = set()
    for device in tree:
        role = _role(device, members)
        identity = device.get("wwn") or device.get("serial") or device["kname"]
        if _is_disk(device, role) and identity not in seen:
            seen.add(identity)
            yield {**device, "id": identity, "role": role, "smart": smart.get(device["kname"], {})}


def _physical_volumes(groups: Iterable[Record]) -> Iterator[str]:
    for group in groups:
        for pv in group["pv"]:
            yield f"{pv.get('pv_major')}:{pv.get('pv_minor')}"


def _is_disk(device: Record, role: str) -> bool:
    if not int(device.get("size") or 0) or device["kname"].startswith(_MADE_OF_MEMORY):
        return False
    return device["type"] == "disk" or (device["type"] == "loop" and role == DiskLogicalType.MEMBER)


def _role(device: Record, members: set[str] | None) -> str:
    """Part of a volume group or RAID; otherwise in use; free; unknown without LVM's word."""
    family = list(_family(device))
    if any(
        part.get("fstype") in {"LVM2_member", "linux_raid_member"}
        or str(part.get("type")).startswith("raid")
        or (members is not None and str(part.get("maj:min")).strip() in members)
        for part in family
    ):
        return DiskLogicalType.MEMBER
    if any(part.get("mountpoint") or part.get("fstype") for part in family) or len(family) > 1:
        return DiskLogicalType.DATA
    return DiskLogicalType.UNKNOWN if members is None else DiskLogicalType.FREE


def _family(device: Record) -> Iterator[Record]:
    yield device
    for child in device.get("children") or ():
        yield from _family(child)


def _health(disk: Mapping[str, Any]) -> str:
    """SMART's verdict when it is bad, else what the kernel thinks of the device."""
    verdict = (disk["smart"].get("smart_status") or {}).get("passed")
    state = "SMART failed" if verdict is False else str(disk.get("state") or "present")
    return _STATES.get(state, DiskStatus.ABNORMAL)


def _physical_type(disk: Mapping[str, Any]) -> str:
    """The kernel takes a disk for turning until it knows better, so that alone says nothing."""
    transport = str(disk.get("tran") or "")
    rotation = _rotation(disk)
    if transport == "nvme":
        return DiskPhysicalType.NVME_SSD
    if rotation == 0 or not _true(disk.get("rota")):
        return DiskPhysicalType.SSD
    return _TURNING.get(transport, DiskPhysicalType.HDD if rotation else DiskPhysicalType.UNKNOWN)


def _rotation(disk: Mapping[str, Any]) -> int | None:
    rate = disk["smart"].get("rotation_rate")
    return int(rate) if isinstance(rate, int) and not isinstance(rate, bool) else None


def _true(flag: Any) -> bool:
    """Older lsblk writes "1" in place of true."""
    return flag in {True, "1"}


def _either(field: str, *smart_fields: str) -> Calc:
    """What lsblk knows, else what SMART knows."""

    def look(disk: Mapping[str, Any]) -> str | None:
        found = [disk.get(field), *(disk["smart"].get(name) for name in smart_fields)]
        return next((str(value).strip() for value in found if str(value or "").strip()), None)

    return Calc(look)


DISK = RowMap(
    native_disk_id=Get("id", str.strip, required=True),
    name=Get("kname"),
    capacity=Get("size", int),
    status=Calc(_health),
    physical_type=Calc(_physical_type),
    logical_type=Get("role"),
    manufacturer=_either("vendor", "scsi_vendor"),
    model=_either("model", "model_name", "scsi_product"),
    serial_number=_either("serial", "serial_number"),
    firmware=_either("rev", "firmware_version", "scsi_revision"),
    speed=Calc(lambda disk: _rotation(disk) or None),
)
