"""Mounted file systems, and the NFS and SMB shares on them.

Fields are those of findmnt(8), util-linux 2.38, and parameters of smb.conf(5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from delfin.common.constants import (
    FilesystemStatus,
    FSType,
    NASSecurityMode,
    ShareProtocol,
    WORMType,
)
from delfin.drivers.kit.mapping import FREE, Calc, Const, Get, RowMap
from delfin.drivers.linux.lvm.fields import volumes
from delfin.drivers.linux.lvm.fields.identity import fitting

Record = dict[str, Any]

# Images that are full by nature.
_IMAGES = {"squashfs", "iso9660", "udf", "erofs", "cramfs"}


def filesystems(mounts: Iterable[Record], groups: Iterable[Record] | None) -> Iterator[Record]:
    """Each file system of this host's own block devices once, at the first place it is mounted.

    'groups' is LVM's report, None where it may not be read: the pool is unknown then.
    """
    of_volume = {} if groups is None else _volumes_by_device(groups)
    unknown = {"pool": None, "thin": None if groups is None else False}
    seen: set[str] = set()
    ids: set[str] = set()
    for mount in mounts:
        source = str(mount.get("source") or "")
        own = source.startswith("/dev/") or mount.get("fstype") == "zfs"
        # A bind mount, or a subvolume, of a file system shows its folder: /dev/sda1[/folder].
        device = source.partition("[")[0]
        if own and mount.get("fstype") not in _IMAGES and mount["maj:min"] not in seen:
            seen.add(mount["maj:min"])
            identity = _identity(device, mount.get("uuid"), ids)
            ids.add(identity)
            yield {**mount, **unknown, **of_volume.get(device, {}), "id": identity}


def _identity(device: str, uuid: str | None, taken: set[str]) -> str:
    """Names of device mapper last; other devices may change theirs at the next start.

    Not every account sees a UUID, and a copy of a disk has the UUID of its original.
    """
    if device.startswith("/dev/mapper/") or uuid is None or uuid in taken:
        return device
    return uuid


def _volumes_by_device(groups: Iterable[Record]) -> dict[str, Record]:
    return {
        path: {"pool": volume["pool"], "thin": volume["thin"]}
        for volume in volumes.volumes(groups)
        for path in (volume.get("lv_dm_path"), volume.get("lv_path"))
        if path
    }


def nfs_shares(paths: Iterable[str], mounted: Iterable[Record]) -> Iterator[Record]:
    places = list(mounted)
    for path in paths:
        yield {
            "id": fitting(f"nfs:{path}"),
            "name": path,
            "path": path,
            "protocol": ShareProtocol.NFS,
            "filesystem": _home(path, places),
        }


def smb_shares(sections: Iterable[Record], mounted: Iterable[Record]) -> Iterator[Record]:
    """Shares with a folder; printers are none, and `homes` is a template for shares."""
    places = list(mounted)
    for section in sections:
        path = section.get("path")
        if path and section.get("printable", "No") == "No" and section["name"] != "homes":
            yield {
                "id": fitting(f"cifs:{section['name']}"),
                "name": section["name"],
                "path": path,
                "protocol": ShareProtocol.CIFS,
                "filesystem": _home(path, places),
            }


def _home(path: str, mounted: Iterable[Record]) -> str | None:
    """The file system whose mount point is the longest that holds the path."""
    wanted = PurePosixPath(path)
    holders = [place for place in mounted if wanted.is_relative_to(place["target"])]
    home = max(holders, key=lambda place: len(place["target"]), default=None)
    return None if home is None else home["id"]


FILESYSTEM = RowMap(
    native_filesystem_id=Get("id", required=True),
    name=Get("target"),
    type=Get("thin", {True: FSType.THIN, False: FSType.THICK}),
    # The kernel does not tell the size of a file system that it has shut down.
    status=Calc(
        lambda mount: (
            FilesystemStatus.FAULTY if mount.get("size") is None else FilesystemStatus.NORMAL
        )
    ),
    native_pool_id=Get("pool"),
    security_mode=Const(NASSecurityMode.UNIX),
    total_capacity=Get("size", int),
    used_capacity=Get("used", int),
    # Blocks kept for root are free too: what ordinary users may have is less.
    free_capacity=FREE,
    worm=Const(WORMType.NON_WORM),
)

SHARE = RowMap(
    native_share_id=Get("id", required=True),
    name=Get("name"),
    path=Get("path"),
    native_filesystem_id=Get("filesystem"),
    protocol=Get("protocol"),
)
