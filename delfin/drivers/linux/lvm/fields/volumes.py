"""Volume groups and thin pools as storage pools, logical volumes as volumes.

A thin pool is a pool of its own: it can fill up while its volume group has room, and the other
way round. Its whole size counts as used in the group, so only groups may be added up.
Names of fields are those of lvmreport(7), lvm2 2.03.16.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from delfin.common.constants import StoragePoolStatus, StorageType, VolumeType
from delfin.drivers.kit.mapping import FREE, Const, Get, RowMap

Record = dict[str, Any]

# Words of lv_health_status, and of lv_active for a volume without one. "writemostly" only says
# how a mirror is set up.
_HEALTH = {
    "active": StoragePoolStatus.NORMAL,
    "inactive": StoragePoolStatus.OFFLINE,
    # Without device mapper LVM cannot tell.
    "unknown": StoragePoolStatus.UNKNOWN,
    "writemostly": StoragePoolStatus.NORMAL,
    "partial": StoragePoolStatus.ABNORMAL,
    "failed": StoragePoolStatus.ABNORMAL,
    "out_of_data": StoragePoolStatus.ABNORMAL,
    "metadata_read_only": StoragePoolStatus.ABNORMAL,
    "refresh needed": StoragePoolStatus.DEGRADED,
    "mismatches exist": StoragePoolStatus.DEGRADED,
}
_GROUP_HEALTH = {
    "whole": StoragePoolStatus.NORMAL,
    "disk missing": StoragePoolStatus.DEGRADED,
    "exported": StoragePoolStatus.OFFLINE,
}


def pools(groups: Iterable[Record]) -> Iterator[Record]:
    """Each volume group, followed by its thin pools."""
    for group in groups:
        for vg in group["vg"]:
            total, free = int(vg["vg_size"]), int(vg["vg_free"])
            yield {
                "id": vg["vg_uuid"],
                "name": vg["vg_name"],
                "description": "LVM volume group",
                "health": _group_health(vg),
                "total": total,
                "used": total - free,
                "promised": sum(int(lv["lv_size"]) for lv in group["lv"] if not _in_pool(lv)),
            }
            yield from _thin_pools(vg["vg_name"], group["lv"])


def _group_health(vg: Mapping[str, Any]) -> str:
    if vg.get("vg_exported"):
        return "exported"
    return "disk missing" if vg.get("vg_partial") else "whole"


def _thin_pools(vg_name: str, volumes: list[Record]) -> Iterator[Record]:
    for pool in filter(is_thin_pool, volumes):
        inside = [lv for lv in volumes if lv.get("pool_lv_uuid") == pool["lv_uuid"]]
        yield {
            "id": pool["lv_uuid"],
            "name": f"{vg_name}/{pool['lv_name']}",
            "description": f"LVM thin pool in volume group {vg_name}",
            "health": _health(pool),
            "total": int(pool["lv_size"]),
            "used": _percent_of(int(pool["lv_size"]), pool.get("data_percent")),
            "promised": sum(int(lv["lv_size"]) for lv in inside),
        }


def volumes(groups: Iterable[Record]) -> Iterator[Record]:
    """Each logical volume that a host can open; pools are no volumes."""
    for group in groups:
        thin_pools = {lv["lv_uuid"] for lv in filter(is_thin_pool, group["lv"])}
        for vg in group["vg"]:
            for lv in group["lv"]:
                if "pool" not in _words(lv.get("lv_layout")):
                    pool = lv.get("pool_lv_uuid")
                    yield {
                        **lv,
                        **_sizes(lv),
                        "name": f"{vg['vg_name']}/{lv['lv_name']}",
                        "health": _health(lv),
                        "pool": pool if pool in thin_pools else vg["vg_uuid"],
                    }


def _sizes(lv: Mapping[str, Any]) -> Record:
    """`total` is what a host sees, `used` what is taken from the pool for it."""
    size = int(lv["lv_size"])
    if "thicksnapshot" in _words(lv.get("lv_role")):
        # Its own size is only the room for changed blocks; it looks as large as its origin.
        total = int(lv["origin_size"])
        return {"total": total, "used": min(size, total), "thin": True}
    if _words(lv.get("lv_layout")) & {"thin", "vdo", "sparse"}:
        return {"total": size, "used": _percent_of(size, lv.get("data_percent")), "thin": True}
    return {"total": size, "used": size, "thin": False}


def is_thin_pool(lv: Mapping[str, Any]) -> bool:
    return {"thin", "pool"} <= _words(lv.get("lv_layout"))


def _in_pool(lv: Mapping[str, Any]) -> bool:
    return "thin" in _words(lv.get("lv_layout")) and not is_thin_pool(lv)


def _health(lv: Mapping[str, Any]) -> str:
    return str(lv.get("lv_health_status") or lv.get("lv_active") or "inactive")


def _words(text: Any) -> set[str]:
    """LVM's lists: `thin,pool` -> {thin, pool}."""
    return set(filter(None, str(text or "").split(",")))


def _percent_of(size: int, percent: Any) -> int | None:
    """Bytes in use; LVM leaves the percentage empty while a volume is not active."""
    return None if percent in {None, ""} else min(size, round(size * float(percent) / 100))


POOL = RowMap(
    native_storage_pool_id=Get("id", required=True),
    name=Get("name"),
    description=Get("description"),
    storage_type=Const(StorageType.BLOCK),
    status=Get("health", _HEALTH | _GROUP_HEALTH, default=StoragePoolStatus.UNKNOWN),
    total_capacity=Get("total"),
    used_capacity=Get("used"),
    free_capacity=FREE,
    subscribed_capacity=Get("promised"),
)

VOLUME = RowMap(
    native_volume_id=Get("lv_uuid", required=True),
    name=Get("name"),
    description=Get("lv_path"),
    type=Get("thin", {True: VolumeType.THIN, False: VolumeType.THICK}),
    status=Get("health", _HEALTH, default=StoragePoolStatus.UNKNOWN),
    native_storage_pool_id=Get("pool"),
    total_capacity=Get("total"),
    used_capacity=Get("used"),
    free_capacity=FREE,
)
