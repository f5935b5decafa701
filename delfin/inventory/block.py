"""Storage pools and volumes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case
from sqlalchemy.orm import Mapped

from delfin import exception
from delfin.common import constants
from delfin.db import reports
from delfin.inventory.kind import (
    Computed,
    Resource,
    ResourceKind,
    choice,
    flag,
    free_form,
    native_id,
    ref,
    size,
    table_of,
    text,
)


class StoragePool(Resource):
    """Capacity that volumes and filesystems are carved from."""

    __tablename__ = "storage_pools"

    native_storage_pool_id: Mapped[str] = native_id("Pool id on the array")
    name: Mapped[str | None] = text("Pool name")
    description: Mapped[str | None] = text("Free text")
    storage_type: Mapped[str | None] = choice("What the pool holds", constants.StorageType.ALL)
    status: Mapped[str | None] = choice("Health", constants.StoragePoolStatus.ALL)
    total_capacity: Mapped[int | None] = size("Usable capacity")
    used_capacity: Mapped[int | None] = size("Capacity written or reserved")
    free_capacity: Mapped[int | None] = size("Usable capacity left")
    subscribed_capacity: Mapped[int | None] = size("Capacity promised to thin volumes")
    availability_zone: Mapped[str | None] = text("Where it is, in the words of who places volumes")
    extras: Mapped[dict[str, Any] | None] = free_form(
        "Lines of service and whatever else the driver tells of it, in groups"
    )


class Volume(Resource):
    """A block device that the array presents to hosts (LUN)."""

    __tablename__ = "volumes"

    native_volume_id: Mapped[str] = native_id("Volume id on the array")
    name: Mapped[str | None] = text("Volume name")
    description: Mapped[str | None] = text("Free text")
    type: Mapped[str | None] = choice("Provisioning", constants.VolumeType.ALL)
    status: Mapped[str | None] = choice(
        "Health; older drivers use 'available' and 'error'",
        constants.VolumeStatus.ALL,
        constants.StorageStatus.ALL,
    )
    native_storage_pool_id: Mapped[str | None] = ref("storage_pools", "The pool it lives in")
    wwn: Mapped[str | None] = text("World wide name")
    total_capacity: Mapped[int | None] = size("Size presented to hosts")
    used_capacity: Mapped[int | None] = size("Capacity consumed")
    free_capacity: Mapped[int | None] = size("Capacity not consumed")
    compressed: Mapped[bool | None] = flag("Compression is on")
    deduplicated: Mapped[bool | None] = flag("Deduplication is on")


_POOLS = table_of(StoragePool).c
POOLS = ResourceKind(
    model=StoragePool,
    lister="list_storage_pools",
    missing=exception.StoragePoolNotFound,
    filters=(
        *("name", "status", "id", "storage_id", "native_storage_pool_id"),
        *("availability_zone", "freshness"),
    ),
    computed=(
        Computed(
            "status",
            # The last that was good is no news of now.
            case(
                (reports.is_forgotten(_POOLS.storage_id), constants.StoragePoolStatus.UNKNOWN),
                else_=_POOLS.status,
            ),
            "Health; unknown when the array's reports have ended and nobody knows why",
            constants.StoragePoolStatus.ALL,
            nullable=True,
        ),
        Computed(
            "reported_at",
            reports.reported_at(_POOLS.storage_id),
            "When the array last told of its pools (UTC); null before the first report",
            nullable=True,
        ),
        Computed(
            "freshness",
            reports.freshness(_POOLS.storage_id),
            "What that is worth: current; stale, the array is in error or busy; unknown, nobody "
            "knows or there are no reports",
            reports.FRESHNESS,
        ),
    ),
)
VOLUMES = ResourceKind(
    model=Volume,
    lister="list_volumes",
    missing=exception.VolumeNotFound,
    filters=(
        *("name", "status", "id", "storage_id", "wwn"),
        *("native_volume_id", "native_storage_pool_id"),
    ),
)
