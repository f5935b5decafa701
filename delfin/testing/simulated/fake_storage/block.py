"""The array itself, its pools and its volumes, in the array's own words."""

from __future__ import annotations

from collections import Counter

from delfin.testing.simulated.fake_storage import files
from delfin.testing.simulated.fake_storage.parts import FIRMWARE, Item, State, ident, pick
from delfin.testing.simulated.fake_storage.volumes import Volume

TIB = 1024 * 1024
_LADDER_TIB = (4, 6)
_DISK_GB = 960
_SITES = ("Frankfurt, row 4, rack 12", "Porto, row 1, rack 3", "Osaka, row 9, rack 7")


class Space:
    """Capacities in MiB that add up from the volumes and filesystems to the disks.

    A pool is as big as the next step of a ladder above what is used, so it grows with its
    contents and is seldom more than four fifths full.
    """

    def __init__(self, state: State) -> None:
        self.used: Counter[int] = Counter()
        self.subscribed: Counter[int] = Counter()
        pools = state.block_pools
        for volume in state.volumes if pools else ():
            pool = pools[volume.number % len(pools)]
            self.used[pool] += volume.used_mib
            self.subscribed[pool] += volume.size_mib
        for number in range(state.sizes.filesystems if state.file_pools else 0):
            pool = state.file_pools[number % len(state.file_pools)]
            size, used, thin = files.space(state, number)
            self.used[pool] += used if thin else size
            self.subscribed[pool] += size
        self.total = {pool: _step(self.used[pool]) for pool in range(state.sizes.pools)}
        total = sum(self.total.values())
        self.disk = _disk(total * 5 // 4, state.sizes.disks) if state.sizes.disks else 0
        self.raw = self.disk * state.sizes.disks or total


def _step(used: int) -> int:
    wanted, factor = used * 5 // 4, 1
    while True:
        for tib in _LADDER_TIB:
            if tib * factor * TIB >= wanted:
                return tib * factor * TIB
        factor *= 2


def _disk(raw: int, disks: int) -> int:
    """The smallest usual drive that many of which hold 'raw'."""
    size_gb = _DISK_GB
    while size_gb * 10**9 // 2**20 * disks < raw:
        size_gb *= 2
    return size_gb * 10**9 // 2**20


def system(state: State, space: Space) -> Item:
    return {
        "serial": state.names.serial,
        "label": f"fake-{state.names.serial.lower()}",
        "firmware": FIRMWARE,
        "health": "OK",
        "site": _SITES[state.names.seed % len(_SITES)],
        "comment": "Simulated array",
        "space": {
            "raw_mib": space.raw,
            "size_mib": sum(space.total.values()),
            "used_mib": sum(space.used.values()),
            "subscribed_mib": sum(space.subscribed.values()),
        },
    }


def pool(state: State, space: Space, number: int) -> Item:
    media = ("ssd", "nlsas")[number % 2]
    uses = (number in state.block_pools, number in state.file_pools)
    return {
        "id": ident("P", number),
        "label": f"pool_{media}_{number + 1:02d}",
        "health": "OK",
        "use": {(True, False): "BLOCK", (False, True): "FILE"}.get(uses, "MIXED"),
        "comment": f"{media} drives, RAID 6",
        "space": {
            "size_mib": space.total[number],
            "used_mib": space.used[number],
            "subscribed_mib": space.subscribed[number],
        },
        "zone": f"zone-{number % 2 + 1}",
        "services": _services(number),
    }


def _services(number: int) -> Item:
    """Lines of service; how many I/Os slow drives can do is not known."""
    is_fast = number % 2 == 0
    return {
        "DataStorageLineOfService": {
            "RecoveryTimeObjective": 0 if is_fast else 3600,
            "ProvisioningPolicy": ["Thin", "Fixed"] if is_fast else ["Fixed"],
            "IsSpaceEfficient": is_fast,
        },
        "IOConnectivityLineOfService": {
            "AccessProtocol": "fc" if is_fast else "iscsi",
            "MaxIOPs": 500_000 if is_fast else None,
        },
        "DataProtectionLineOfService": {"ReplicaTypes": ["Snapshot"], "MinLifetime": 86400},
        "Drives": {"Media": "ssd" if is_fast else "nlsas"},
    }


def volume(state: State, volume: Volume) -> Item:
    number = volume.number
    dice = state.names.mix("volume", number)
    return {
        "id": ident("V", number, 6),
        "label": volume.label,
        "state": "DEGRADED" if dice % 211 == 0 else "ONLINE",
        "thin": volume.thin,
        "pool": ident("P", pick(state.block_pools, number)),
        "wwn": state.names.volume_wwn(number),
        "size_mib": volume.size_mib,
        "used_mib": volume.used_mib,
        "compression": volume.thin and dice % 3 == 0,
        "dedup": volume.thin and dice % 5 == 0,
        "comment": None,
    }
