"""What a daemon shares with the other processes, as [coordination] says; see `Cluster`."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

from oslo_config import cfg
from oslo_messaging.transport import RPCTransport

from delfin.coordination.bus_eviction import BusEviction
from delfin.coordination.eviction import EvictionBus, Known, anything
from delfin.coordination.leader import Leadership
from delfin.coordination.locks import Coordinator
from delfin.coordination.membership import Membership
from delfin.coordination.redis_eviction import RedisEviction
from delfin.coordination.redis_server import RedisServer
from delfin.coordination.ring import PlaceOf, Ring

# Seconds; the rest of the time to stop is for logging out of arrays.
_LEAVE_WITHIN = 2.0


def make_eviction(
    conf: cfg.ConfigOpts, transport: RPCTransport, known: Known = anything
) -> EvictionBus:
    """Evictions between processes: over Redis when it is there for that, else over the bus.

    What others name and is not 'known' is refused and counted.
    """
    if conf.coordination.backend_type == "redis":
        return RedisEviction(RedisServer.of(conf), known)
    return BusEviction(transport, socket.gethostname(), known)


@dataclass(frozen=True)
class Cluster:
    """The part of one process in the whole; make it in that process, after a fork.

    delfin-task and delfin-alert, whose processes divide work among them, use all of it; others need
    locks and eviction alone. Nothing here waits for a server when it is started, used or stopped.
    """

    locks: Coordinator
    eviction: EvictionBus
    membership: Membership
    ring: Ring
    leadership: Leadership

    @classmethod
    def of(
        cls,
        conf: cfg.ConfigOpts,
        transport: RPCTransport,
        group: str,
        *,
        weight: int = 1,
        address: str = "",
        known: Known = anything,
        place_of: PlaceOf = str,
    ) -> Cluster:
        """As the parts it is made of; raises ValueError when the server's address cannot be read."""
        membership = Membership(conf, group, weight=weight, address=address)
        return cls(
            Coordinator(conf),
            make_eviction(conf, transport, known),
            membership,
            Ring(membership, place_of),
            Leadership(conf, group),
        )

    def start(self) -> None:
        """Raises LockCreationFailed when locks are files whose folder is not usable."""
        self.locks.start()
        self.eviction.start()
        self.membership.start()
        self.leadership.start()

    def stop(self) -> None:
        """Leaves the others, in about two seconds at most when the server is away."""
        deadline = time.monotonic() + _LEAVE_WITHIN
        parts = (self.leadership, self.membership, self.eviction)
        for part in parts:
            part.stop()
        for part in parts:
            part.wait(max(0.0, deadline - time.monotonic()))
        self.locks.stop()

    def wait(self) -> None:
        """Stopping has waited already."""
