"""Filesystems, qtrees, quotas and shares."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from delfin import exception
from delfin.common import constants
from delfin.inventory.kind import (
    Resource,
    ResourceKind,
    big_number,
    choice,
    flag,
    native_id,
    ref,
    size,
    text,
)


class Filesystem(Resource):
    """A filesystem that the array serves."""

    __tablename__ = "filesystems"

    native_filesystem_id: Mapped[str] = native_id("Filesystem id on the array")
    name: Mapped[str | None] = text("Filesystem name")
    type: Mapped[str | None] = choice("Provisioning", constants.FSType.ALL)
    status: Mapped[str | None] = choice("Health", constants.FilesystemStatus.ALL)
    native_pool_id: Mapped[str | None] = ref("storage_pools", "The pool it lives in")
    security_mode: Mapped[str | None] = choice("Permissions", constants.NASSecurityMode.ALL)
    total_capacity: Mapped[int | None] = size("Size")
    used_capacity: Mapped[int | None] = size("Capacity in use")
    free_capacity: Mapped[int | None] = size("Capacity left")
    compressed: Mapped[bool | None] = flag("Compression is on")
    deduplicated: Mapped[bool | None] = flag("Deduplication is on")
    worm: Mapped[str | None] = choice("Write once, read many", constants.WORMType.ALL)


class Qtree(Resource):
    """A directory of a filesystem with rules of its own."""

    __tablename__ = "qtrees"

    native_qtree_id: Mapped[str] = native_id("Qtree id on the array")
    name: Mapped[str | None] = text("Qtree name")
    path: Mapped[str | None] = text("Path")
    native_filesystem_id: Mapped[str | None] = ref("filesystems", "The filesystem it lives in")
    security_mode: Mapped[str | None] = choice("Permissions", constants.NASSecurityMode.ALL)


class Quota(Resource):
    """A limit on what a tree, user or group may use."""

    __tablename__ = "quotas"

    native_quota_id: Mapped[str] = native_id("Quota id on the array")
    type: Mapped[str | None] = choice("What it limits", constants.QuotaType.ALL)
    native_filesystem_id: Mapped[str | None] = ref("filesystems", "The filesystem it applies to")
    native_qtree_id: Mapped[str | None] = ref("qtrees", "The qtree it applies to")
    capacity_hard_limit: Mapped[int | None] = size("Capacity that is refused beyond")
    capacity_soft_limit: Mapped[int | None] = size("Capacity that is warned beyond")
    file_hard_limit: Mapped[int | None] = big_number("Number of files refused beyond", "files")
    file_soft_limit: Mapped[int | None] = big_number("Number of files warned beyond", "files")
    file_count: Mapped[int | None] = big_number("Number of files", "files")
    used_capacity: Mapped[int | None] = size("Capacity in use")
    user_group_name: Mapped[str | None] = text("User or group it applies to")


class Share(Resource):
    """An export of a filesystem or qtree to clients."""

    __tablename__ = "shares"

    native_share_id: Mapped[str] = native_id("Share id on the array")
    name: Mapped[str | None] = text("Share name")
    path: Mapped[str | None] = text("Path")
    native_filesystem_id: Mapped[str | None] = ref("filesystems", "The filesystem it exports")
    native_qtree_id: Mapped[str | None] = ref("qtrees", "The qtree it exports")
    protocol: Mapped[str | None] = choice("Protocol", constants.ShareProtocol.ALL)


FILESYSTEMS = ResourceKind(
    model=Filesystem,
    lister="list_filesystems",
    missing=exception.FilesystemNotFound,
    filters=(
        *("name", "status", "id", "storage_id", "native_filesystem_id"),
        *("native_pool_id", "security_mode"),
    ),
)
QTREES = ResourceKind(
    model=Qtree,
    lister="list_qtrees",
    missing=exception.QtreeNotFound,
    filters=(
        *("name", "id", "storage_id", "native_filesystem_id", "native_qtree_id"),
        "security_mode",
    ),
    impossible_filters=("state",),
)
QUOTAS = ResourceKind(
    model=Quota,
    lister="list_quotas",
    missing=exception.QuotaNotFound,
    filters=(
        *("id", "storage_id", "type", "native_quota_id", "native_filesystem_id"),
        *("native_qtree_id", "user_group_name"),
    ),
    impossible_filters=("name", "status"),
)
SHARES = ResourceKind(
    model=Share,
    lister="list_shares",
    missing=exception.ShareNotFound,
    filters=(
        *("name", "id", "storage_id", "native_share_id"),
        *("native_filesystem_id", "native_qtree_id", "protocol"),
    ),
    impossible_filters=("status",),
)
