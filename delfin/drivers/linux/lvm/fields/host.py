"""The host itself: as the array, and as its one controller.

Paths are those of proc(5), of sysfs and of machine-id(5) and os-release(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from delfin import exception
from delfin.common.constants import ControllerStatus, StorageStatus
from delfin.drivers.kit.mapping import Calc, Const, Get, RowMap
from delfin.drivers.kit.tables import assignments
from delfin.drivers.linux.lvm.commands import LVM
from delfin.drivers.linux.lvm.fields import disks, volumes

Record = dict[str, Any]

_DMI = "/sys/class/dmi/id/"


def host(facts: Mapping[str, str]) -> Record:
    """Who the host is and what it runs; raises InvalidResults when it cannot be told apart.

    The id is the machine id: every account may read it. The serial number of the mainboard is
    for root only, so with it the array would change its identity with the account's rights.
    """
    identity = _known(facts, "/etc/machine-id") or _known(facts, f"{_DMI}product_uuid")
    if identity is None:
        raise exception.InvalidResults("the host has neither /etc/machine-id nor a product UUID")
    system = assignments(facts.get("/etc/os-release") or facts.get("/usr/lib/os-release") or "")
    kernel = _known(facts, "/proc/sys/kernel/osrelease")
    maker, product = _known(facts, f"{_DMI}sys_vendor"), _known(facts, f"{_DMI}product_name")
    return {
        "id": identity,
        "name": _known(facts, "/proc/sys/kernel/hostname"),
        "kernel": kernel,
        "system": system.get("PRETTY_NAME"),
        "version": " / ".join(filter(None, (system.get("PRETTY_NAME"), kernel))),
        "hardware": " ".join(filter(None, (maker, product))) or None,
        "processors": _count(facts.get("/sys/devices/system/cpu/present", "")),
        "processor": (_known(facts, "/proc/cpuinfo") or "").partition(":")[2].strip() or None,
        "memory": _kibibytes(facts.get("/proc/meminfo", "")),
    }


def array(facts: Mapping[str, str], groups: list[Record] | None, tree: Iterable[Record]) -> Record:
    """The host with its capacities; those of LVM are unknown where 'groups' is None."""
    found = host(facts)
    found["raw"] = sum(int(disk["size"]) for disk in disks.disks(tree, {}, groups))
    found["lacks"] = None if groups is not None else f"LVM cannot be read, it needs {LVM.right}"
    found["total"] = found["free"] = found["promised"] = None
    found["health"] = StorageStatus.UNKNOWN
    if groups is not None:
        vgs = [vg for group in groups for vg in group["vg"]]
        found["total"] = sum(int(vg["vg_size"]) for vg in vgs)
        found["free"] = sum(int(vg["vg_free"]) for vg in vgs)
        found["promised"] = sum(volume["total"] for volume in volumes.volumes(groups))
        partial = any(vg.get("vg_partial") for vg in vgs)
        found["health"] = StorageStatus.DEGRADED if partial else StorageStatus.NORMAL
    return found


def _known(facts: Mapping[str, str], path: str) -> str | None:
    return (facts.get(path) or "").strip() or None


def _count(ranges: str) -> int | None:
    """Processors in the kernel's notation: `0-3,8` are five."""
    total = 0
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", ranges):
        total += int(last or first) - int(first) + 1
    return total or None


def _kibibytes(line: str) -> int | None:
    found = re.search(r"(\d+) kB", line)
    return int(found[1]) * 1024 if found else None


def _used(found: Mapping[str, Any]) -> int | None:
    return None if found["total"] is None else found["total"] - found["free"]


def _description(found: Mapping[str, Any]) -> str | None:
    return "; ".join(filter(None, (found["hardware"], found["lacks"]))) or None


ARRAY = RowMap(
    name=Get("name"),
    vendor=Const("linux"),
    model=Const("lvm"),
    description=Calc(_description),
    status=Get("health"),
    serial_number=Get("id", required=True),
    firmware_version=Get("version"),
    total_capacity=Get("total"),
    used_capacity=Calc(_used),
    free_capacity=Get("free"),
    raw_capacity=Get("raw"),
    subscribed_capacity=Get("promised"),
)

CONTROLLER = RowMap(
    native_controller_id=Get("id", required=True),
    name=Get("name"),
    # It answers, so it works.
    status=Const(ControllerStatus.NORMAL),
    soft_version=Get("version"),
    cpu_info=Get("processor"),
    cpu_count=Get("processors"),
    memory_size=Get("memory"),
)
