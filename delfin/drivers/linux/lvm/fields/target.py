"""Access lists of the kernel's target (LIO) as hosts, initiators and masking views.

Paths are those of configfs, kernel 6.1: `<fabric>/<target>/tpgt_<n>/acls/<initiator>/lun_<n>`.
A target that lets every initiator in (demo mode) has no list, and shows no hosts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from delfin.common.constants import HostOSTypes, HostStatus, InitiatorStatus, InitiatorType
from delfin.drivers.kit.mapping import Const, Get, RowMap
from delfin.drivers.linux.lvm.fields.identity import fitting
from delfin.drivers.linux.lvm.parsers import Tree

Record = dict[str, Any]

_ACL = r"([^/]+)/([^/]+)/(tpgt_\d+)/acls/([^/]+)"
_MAPPED = _ACL + r"/lun_(\d+)"
_FABRICS = {
    "iscsi": InitiatorType.ISCSI,
    "qla2xxx": InitiatorType.FC,
    "fc": InitiatorType.FC,
    "sbp": InitiatorType.UNKNOWN,
    "srpt": InitiatorType.UNKNOWN,
}
_LOGINS = {True: InitiatorStatus.ONLINE, False: InitiatorStatus.OFFLINE}
_DEVICE = re.compile(r"Major:\s*(\d+)\s+Minor:\s*(\d+)")


def initiators(tree: Tree) -> Iterator[Record]:
    """Each initiator with an access list once, logged in when it is so at any target."""
    found: dict[str, Record] = {}
    for match, _ in tree.below(_ACL):
        fabric, _, _, name = match.groups()
        record = found.setdefault(name, {"id": name, "fabric": fabric, "logged_in": None})
        session = _session(tree.files.get(f"{match[0]}/info"))
        if session is not None:
            record["logged_in"] = bool(record["logged_in"]) or session
    yield from found.values()


def _session(info: str | None) -> bool | None:
    """Only the iSCSI fabric tells."""
    return None if info is None else "No active" not in info


def masking_views(tree: Tree, volumes: Iterable[Record]) -> Iterator[Record]:
    """Each mapped LUN: which initiator sees which backstore, and the logical volume behind it."""
    volume_of = _volumes_by_device(volumes)
    for match, _ in tree.below(_MAPPED):
        fabric, target, group, initiator, number = match.groups()
        lun = _end(tree, match[0], f"{fabric}/{target}/{group}/lun/")
        store = _end(tree, lun, "core/") if lun else None
        yield {
            "id": fitting(match[0]),
            "name": f"{initiator} LUN {number}",
            "description": f"{target} {group}, backstore {(store or '').removeprefix('core/')}",
            "host": initiator,
            "volume": _volume(tree, store, volume_of) if store else None,
        }


def _end(tree: Tree, folder: str, kind: str) -> str | None:
    """Where the link in a folder leads that points at something of a kind.

    configfs writes links relative to the one file system root it has: only the part that starts
    with the kind counts.
    """
    for path, points_at in tree.links.items():
        if path.rpartition("/")[0] == folder and f"/{kind}" in points_at:
            return kind + points_at.partition(f"/{kind}")[2]
    return None


def _volumes_by_device(volumes: Iterable[Record]) -> dict[str, str]:
    found = {}
    for volume in volumes:
        number = f"{volume.get('lv_kernel_major')}:{volume.get('lv_kernel_minor')}"
        for device in (number, volume.get("lv_path"), volume.get("lv_dm_path")):
            if device and not number.startswith("-"):
                found[device] = volume["lv_uuid"]
    return found


def _volume(tree: Tree, store: str, volume_of: dict[str, str]) -> str | None:
    """By device number: the path may be any of the names that udev gives a device."""
    info = _DEVICE.search(tree.files.get(f"{store}/info", ""))
    number = f"{info[1]}:{info[2]}" if info else ""
    path = tree.files.get(f"{store}/udev_path", "").strip()
    return volume_of.get(number) or volume_of.get(path)


INITIATOR = RowMap(
    native_storage_host_initiator_id=Get("id", required=True),
    name=Get("id"),
    wwn=Get("id"),
    type=Get("fabric", _FABRICS, default=InitiatorType.UNKNOWN),
    status=Get("logged_in", _LOGINS, default=InitiatorStatus.UNKNOWN),
    native_storage_host_id=Get("id"),
)

HOST = RowMap(
    native_storage_host_id=Get("id", required=True),
    name=Get("id"),
    os_type=Const(HostOSTypes.UNKNOWN),
    status=Get("logged_in", {True: HostStatus.NORMAL, False: HostStatus.OFFLINE}),
)

MASKING_VIEW = RowMap(
    native_masking_view_id=Get("id", required=True),
    name=Get("name"),
    description=Get("description"),
    native_storage_host_id=Get("host"),
    native_volume_id=Get("volume"),
)
