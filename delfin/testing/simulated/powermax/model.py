"""One simulated PowerMax: its state, and its answer to each path below its id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from delfin.testing.simulated.powermax import access, block, hardware
from delfin.testing.simulated.powermax.events import Events
from delfin.testing.simulated.powermax.identity import Identity, Item, data_volume_id, volume_id
from delfin.testing.simulated.powermax.sizes import Sizes

# What a listing of 'sloprovisioning' calls its names.
KEYS = {
    "srp": "srpId",
    "host": "hostId",
    "hostgroup": "hostGroupId",
    "portgroup": "portGroupId",
    "storagegroup": "storageGroupId",
    "maskingview": "maskingViewId",
    "initiator": "initiatorId",
}


class Model:
    """All that follows from an array's id and its sizes; nothing in it changes but the alerts."""

    def __init__(self, array_id: str, sizes: Sizes, started_ms: int) -> None:
        self.identity = Identity(array_id)
        self.sizes = sizes
        self.events = Events(self.identity, sizes.alerts, started_ms)

    @cached_property
    def space(self) -> block.Space:
        return block.Space(self.identity, self.sizes)

    @cached_property
    def paths(self) -> dict[str, Item]:
        return access.paths(self.identity, self.sizes)

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        own = access.names(self.sizes)
        return {
            **own,
            "srp": [block.pool_name(n) for n in range(self.sizes.pools)],
            "initiator": list(self.paths),
        }

    def names(self, kind: str) -> list[str]:
        """Raises KeyError for a kind that there is not."""
        return self._names[kind]

    def one(self, kind: str, name: str) -> Item:
        """Raises LookupError or ValueError for what there is not."""
        if kind == "srp":
            return block.pool(self.space, self.sizes, name)
        if kind == "initiator":
            return self.paths[name]
        if kind == "volume":
            return self.volume(name)
        return access.one(self.identity, self.sizes, kind, name)

    def volume(self, name: str) -> Item:
        number = int(name, 16) - 1
        if not 0 <= number < self.sizes.volumes:
            raise LookupError(name)
        return block.volume(self.identity, self.sizes, number)

    def volume_ids(self, group: str | None) -> list[dict[str, str]]:
        return [
            {"volumeId": volume_id(number)}
            for number in range(self.sizes.volumes)
            if group is None or group in block.groups_of(self.sizes, number)
        ]

    def data_volume_ids(self) -> list[dict[str, str]]:
        return [{"volumeId": data_volume_id(number)} for number in range(self.sizes.data_volumes)]

    def volumes_v1(self, *, behind: bool) -> list[Item]:
        """All that the enhanced call knows, whole; half of the volumes when it is behind."""
        known = self.sizes.volumes // 2 if behind else self.sizes.volumes
        return [
            *(block.volume_v1(self.identity, self.sizes, number) for number in range(known)),
            *map(block.data_volume, range(self.sizes.data_volumes)),
        ]

    def capacity(self) -> Item:
        return block.capacity(self.identity, self.space, self.sizes)

    def hardware(self, path: Sequence[str], *, failed: bool) -> Item:
        """The answer of 'system/symmetrix/{id}/...'; raises LookupError or ValueError."""
        identity, sizes = self.identity, self.sizes
        match [unquote(part) for part in path]:
            case ["director"]:
                return {"directorId": hardware.directors(sizes)}
            case ["director", director]:
                return hardware.director(sizes, director)
            case ["director", director, "port"]:
                return {"symmetrixPortKey": hardware.port_keys(sizes, director)}
            case ["director", director, "port", port]:
                return hardware.port(identity, sizes, director, port)
            case ["disk"]:
                chosen: Callable[[str], bool] = lambda one: (  # noqa: E731 - one word for two cases
                    not failed or hardware.failed(identity, one)
                )
                return {"disk_ids": [one for one in hardware.disks(sizes) if chosen(one)]}
            case ["disk", disk] if disk in hardware.disks(sizes):
                return hardware.disk(disk)
        raise LookupError(path)

    def system(self, firmware: str) -> dict[str, Any]:
        return {
            "symmetrixId": self.identity.array_id,
            "local": True,
            "display_name": f"powermax-{self.identity.array_id[-4:]}",
            "model": "PowerMax_2500" if self.sizes.effective else "PowerMax_8000",
            firmware: "6079.65.0" if self.sizes.effective else "5978.711.711",
            "disk_count": self.sizes.disks,
            "all_flash": True,
        }
