"""One fake array: its present state, its listings, and the changes ordered of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from delfin.testing.simulated.fake_storage import access, block, files, hardware, volumes
from delfin.testing.simulated.fake_storage.events import Events
from delfin.testing.simulated.fake_storage.names import Names
from delfin.testing.simulated.fake_storage.parts import Item, State
from delfin.testing.simulated.fake_storage.sizes import Sizes


class Snapshot:
    """All listings of one state; nothing in it changes."""

    def __init__(self, state: State) -> None:
        self.state = state

    @cached_property
    def space(self) -> block.Space:
        return block.Space(self.state)

    @cached_property
    def present(self) -> set[int]:
        return {volume.number for volume in self.state.volumes}

    @cached_property
    def views(self) -> list[Item]:
        return access.masking_views(self.state, self.present)

    def count(self, collection: str) -> int:
        """How many items a collection has; raises KeyError for an unknown one."""
        return LISTINGS[collection].count(self)

    def page(self, collection: str, offset: int, limit: int) -> list[Item]:
        listing = LISTINGS[collection]
        end = min(offset + limit, listing.count(self))
        return [listing.item(self, number) for number in range(offset, end)]

    def system(self) -> Item:
        return block.system(self.state, self.space)


@dataclass(frozen=True)
class Listing:
    count: Callable[[Snapshot], int]
    item: Callable[[Snapshot, int], Item]


def _sized(name: str, make: Callable[[State, int], Item]) -> Listing:
    """A collection whose items follow from their number, as many as the sizes say."""
    return Listing(lambda s: int(getattr(s.state.sizes, name)), lambda s, n: make(s.state, n))


LISTINGS: Mapping[str, Listing] = {
    "pools": Listing(lambda s: s.state.sizes.pools, lambda s, n: block.pool(s.state, s.space, n)),
    "volumes": Listing(
        lambda s: len(s.state.volumes), lambda s, n: block.volume(s.state, s.state.volumes[n])
    ),
    "controllers": _sized("controllers", hardware.controller),
    "ports": _sized("ports", hardware.port),
    "disks": Listing(
        lambda s: s.state.sizes.disks, lambda s, n: hardware.disk(s.state, s.space, n)
    ),
    "filesystems": _sized("filesystems", files.filesystem),
    "qtrees": _sized("qtrees", files.qtree),
    "quotas": _sized("quotas", files.quota),
    "shares": _sized("shares", files.share),
    "hosts": _sized("hosts", access.host),
    "initiators": _sized("initiators", access.initiator),
    "host_groups": _sized("host_groups", access.host_group),
    "port_groups": _sized("port_groups", access.port_group),
    "volume_groups": Listing(
        lambda s: s.state.sizes.volume_groups,
        lambda s, n: access.volume_group(s.state, n, s.present),
    ),
    "masking_views": Listing(lambda s: len(s.views), lambda s, n: s.views[n]),
}


class FakeArray:
    """The array with one serial number. Readers take 'snapshot' once and stay with it."""

    def __init__(self, serial: str, sizes: Sizes, started_ms: int) -> None:
        self.serial = serial
        self._lock = threading.Lock()
        self._names = Names(serial)
        self._started_ms = started_ms
        self.health = "OK"
        self.snapshot, self.events = self._built(sizes)

    def resize(self, sizes: Sizes) -> None:
        """Makes the array anew if its sizes differ; ordered changes stay otherwise."""
        with self._lock:
            if sizes != self.snapshot.state.sizes:
                self.snapshot, self.events = self._built(sizes)

    def change_volumes(self, action: str, percent: float) -> int:
        """Renames, grows, adds or removes volumes; how many differ. See volumes.change."""
        with self._lock:
            state = self.snapshot.state
            new = volumes.change(state.volumes, action, percent, self._names)
            self.snapshot = Snapshot(State(state.names, state.sizes, new))
            return len(set(new) ^ set(state.volumes)) // (1 if action in {"add", "remove"} else 2)

    def read(self) -> dict[str, Any]:
        """The serial number and how many items each collection has."""
        snapshot = self.snapshot
        counts = {name: snapshot.count(name) for name in LISTINGS}
        return {"serial": self.serial, "counts": counts}

    def _built(self, sizes: Sizes) -> tuple[Snapshot, Events]:
        built = volumes.build(self._names, 0, sizes.volumes)
        return (
            Snapshot(State(self._names, sizes, built)),
            Events(sizes.alerts, self._started_ms),
        )
