"""Everything a simulated OceanStor has, by what its interface calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from delfin.testing.simulated.fake_storage.names import Names
from delfin.testing.simulated.oceanstor import access, block, files, hardware
from delfin.testing.simulated.oceanstor.events import Events
from delfin.testing.simulated.oceanstor.parts import Item, State, dealt
from delfin.testing.simulated.oceanstor.sizes import Firmware, Sizes

Make = Callable[[State, int], Item]


@dataclass(frozen=True)
class Listing:
    """A collection: which size counts it, the number of its type, and how one is made."""

    size: str
    kind: int
    make: Make


# Pools are made by the array, which knows what they hold.
LISTINGS: Mapping[str, Listing] = {
    "lun": Listing("luns", 11, block.lun),
    "controller": Listing("controllers", 207, hardware.controller),
    "fc_port": Listing("fc_ports", 212, hardware.fc_port),
    "eth_port": Listing("eth_ports", 213, hardware.eth_port),
    "sas_port": Listing("sas_ports", 214, hardware.sas_port),
    "bond_port": Listing("bond_ports", 235, hardware.bond_port),
    "lif": Listing("logical_ports", 279, hardware.logical_port),
    "disk": Listing("disks", 10, hardware.disk),
    "filesystem": Listing("filesystems", 40, files.filesystem),
    "QUOTATREE": Listing("dtrees", 16445, files.dtree),
    "FS_QUOTA": Listing("quotas", 16446, files.quota),
    "NFSHARE": Listing("nfs_shares", 16401, files.nfs_share),
    "CIFSHARE": Listing("cifs_shares", 16400, files.cifs_share),
    "host": Listing("hosts", 21, access.host),
    "fc_initiator": Listing("fc_initiators", 223, access.fc_initiator),
    "iscsi_initiator": Listing("iscsi_initiators", 222, access.iscsi_initiator),
    "hostgroup": Listing("host_groups", 14, access.host_group),
    "lungroup": Listing("lun_groups", 256, access.lun_group),
    "portgroup": Listing("port_groups", 257, access.port_group),
    "mappingview": Listing("mapping_views", 245, access.mapping_view),
}
OF_KIND = {listing.kind: name for name, listing in LISTINGS.items()} | {216: "storagepool"}
# The size of the groups that a group's type stands for.
_GROUPS = {14: "host_groups", 256: "lun_groups", 257: "port_groups"}
_VIEW = 245
_OF_VIEW = {14: "HOSTGROUPID", 256: "LUNGROUPID", 257: "PORTGROUPID"}


class Array:
    """One array; readers take the object once and stay with it."""

    def __init__(self, serial: str, sizes: Sizes, firmware: Firmware, started_ms: int) -> None:
        self.state = State(Names(serial), sizes, firmware)
        self.space = block.Space(self.state)
        self.events = Events(sizes.alarms, sizes.recovered, started_ms)
        self._numbers: dict[int, dict[str, int]] = {}

    def system(self) -> Item:
        return block.system(self.state, self.space)

    def count(self, collection: str) -> int | None:
        """How many there are; None for what the array does not have."""
        if collection == "storagepool":
            return self.state.sizes.pools
        listing = LISTINGS.get(collection)
        return None if listing is None else int(getattr(self.state.sizes, listing.size))

    def page(self, collection: str, start: int, count: int) -> list[Item]:
        end = min(start + count, self.count(collection) or 0)
        return [self.one(collection, number) for number in range(start, end)]

    def one(self, collection: str, number: int) -> Item:
        if collection == "storagepool":
            return block.pool(self.state, self.space, number)
        return LISTINGS[collection].make(self.state, number)

    def of_kind(self, kind: int) -> Iterable[Item]:
        """Everything of a type, for samples; raises KeyError for a type that has none."""
        collection = OF_KIND[kind]
        return self.page(collection, 0, self.count(collection) or 0)

    def number_of(self, kind: int, identity: str) -> int:
        """Which of its type has this id; raises KeyError for a type or a thing that there is not."""
        if kind not in self._numbers:
            every = enumerate(self.of_kind(kind))
            self._numbers[kind] = {one["ID"]: number for number, one in every}
        return self._numbers[kind][identity]

    def dtrees_of(self, filesystem: int) -> list[int]:
        sizes = self.state.sizes
        return list(dealt(sizes.dtrees, sizes.filesystems, filesystem, sizes.dtrees))

    def associated(self, kind: int, with_kind: int, identity: int) -> tuple[str, list[int]]:
        """The collection and numbers of what belongs to a group or view.

        Raises KeyError for types that have nothing to do with each other.
        """
        collection = OF_KIND[kind]
        if with_kind == _VIEW:
            known = 0 <= identity < self.state.sizes.mapping_views
            groups = access.view_groups(self.state, identity) if known else {}
            found = groups.get(_OF_VIEW[kind])
            return collection, [] if found is None else [found]
        groups_of = getattr(self.state.sizes, _GROUPS[with_kind])
        count = self.count(collection) or 0
        return collection, list(dealt(count, groups_of, identity, self.state.sizes.members))
