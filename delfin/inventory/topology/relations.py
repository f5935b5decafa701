"""ONE declaration of how the kinds of an array depend on one another; every direction follows from it.

The kinds form a tree: from any of them there is one way to each other one. What an array says in
two ways, directly and through a group, is two routes of one link.
"""

from __future__ import annotations

from dataclasses import dataclass

from delfin.inventory.access import (
    HOST_GROUPS,
    HOST_INITIATORS,
    HOSTS,
    MASKING_VIEWS,
    PORT_GROUPS,
    VOLUME_GROUPS,
)
from delfin.inventory.block import POOLS, VOLUMES
from delfin.inventory.file import FILESYSTEMS, QTREES, SHARES
from delfin.inventory.hardware import DISKS, PORTS
from delfin.inventory.kind import ResourceKind


@dataclass(frozen=True)
class Route:
    """One way in which an array says that two rows belong together.

    Attributes:
        kind: The kind whose rows say it.
        column: Their column that holds a native id.
        group: Set when that is the id of a group: the members of the group are meant.
    """

    kind: ResourceKind
    column: str
    group: ResourceKind | None = None

    @property
    def kinds(self) -> tuple[ResourceKind, ...]:
        """The kinds that the array must report for this to be known."""
        return (self.kind,) if self.group is None else (self.kind, self.group)


@dataclass(frozen=True)
class Link:
    """Two kinds of which one needs the other: when a row of 'lower' fails, its 'upper' are hit.

    Attributes:
        upper: Who needs.
        lower: What is needed.
        routes: How arrays say so; any of them is enough.
        any_when_silent: A row of 'upper' that names none may use every row of 'lower'.
    """

    upper: ResourceKind
    lower: ResourceKind
    routes: tuple[Route, ...]
    any_when_silent: bool = False

    def other(self, kind: ResourceKind) -> ResourceKind:
        return self.lower if kind is self.upper else self.upper


_VIEW = MASKING_VIEWS
LINKS = (
    Link(HOSTS, HOST_INITIATORS, (Route(HOST_INITIATORS, "native_storage_host_id"),)),
    Link(
        HOSTS,
        _VIEW,
        (
            Route(_VIEW, "native_storage_host_id"),
            Route(_VIEW, "native_storage_host_group_id", HOST_GROUPS),
        ),
    ),
    Link(_VIEW, PORTS, (Route(_VIEW, "native_port_group_id", PORT_GROUPS),), any_when_silent=True),
    Link(
        _VIEW,
        VOLUMES,
        (
            Route(_VIEW, "native_volume_id"),
            Route(_VIEW, "native_volume_group_id", VOLUME_GROUPS),
        ),
    ),
    Link(VOLUMES, POOLS, (Route(VOLUMES, "native_storage_pool_id"),)),
    Link(FILESYSTEMS, POOLS, (Route(FILESYSTEMS, "native_pool_id"),)),
    Link(QTREES, FILESYSTEMS, (Route(QTREES, "native_filesystem_id"),)),
    Link(SHARES, FILESYSTEMS, (Route(SHARES, "native_filesystem_id"),)),
    # Arrays name the pool that a disk is in, or have none and then nothing is known.
    Link(POOLS, DISKS, (Route(DISKS, "native_disk_group_id"),)),
)
# Who is in a group, by the key of its kind: what is asked about a group is asked about them all.
MEMBERS = {
    route.group.key: link.other(route.kind)
    for link in LINKS
    for route in link.routes
    if route.group is not None
}
# What a failing row hits beside those that need it: access to volumes goes through ports.
HIT_BEYOND = {PORTS.key: (VOLUMES,)}
# In the order in which they are shown.
KINDS = (
    *(HOSTS, HOST_INITIATORS, HOST_GROUPS, _VIEW, PORT_GROUPS, PORTS, VOLUME_GROUPS),
    *(VOLUMES, POOLS, DISKS, FILESYSTEMS, QTREES, SHARES),
)
