"""Which processes of a kind are there now, over all nodes.

A thread of its own shows this process to the others, looks at them, and comes back by itself after
whatever happened to the server, the network or this process. Asking costs no more than a look at
what it saw last.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from oslo_config import cfg
from oslo_log import log
from tooz import coordination

from delfin.coordination.locks import unique_name
from delfin.coordination.loop import Loop
from delfin.coordination.pace import Pace
from delfin.coordination.reachability import Reachability
from delfin.coordination.redis_coordinator import LOST, RedisCoordinator
from delfin.coordination.redis_server import RedisServer

LOG = log.getLogger(__name__)

HEAVIEST = 100
# The server is not trusted with more than that from each member.
_LONGEST_NODE = 255
# Seconds within which a stopping process says that it leaves.
_LEAVE_WITHIN = 2.0


@dataclass(frozen=True)
class Member:
    """One process.

    `weight`: its share of the work, compared with that of the others. `address`: its name on the
    message bus; empty when it answers to none of its own.
    """

    id: str
    node: str
    process: int
    weight: int
    address: str = ""


@dataclass(frozen=True)
class Snapshot:
    """Members by id, as seen at `read_at` on the monotonic clock; None: nobody has been seen."""

    members: Mapping[str, Member]
    read_at: float | None

    @property
    def age(self) -> float:
        """Seconds since these members were seen."""
        return float("inf") if self.read_at is None else time.monotonic() - self.read_at


Seen = Callable[[Snapshot], None]


class Membership:
    """This process as a member of a group, and the other members.

    Without a server ([coordination] backend_type = file) it is alone, always. Make it in the
    process that is the member: its id is new for each object.
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        group: str,
        *,
        weight: int = 1,
        address: str = "",
        node: str | None = None,
    ) -> None:
        """Raises ValueError when the weight is not 1 to HEAVIEST, or the server's address cannot
        be read.
        """
        if not 1 <= weight <= HEAVIEST:
            raise ValueError(f"The weight of a member is 1 to {HEAVIEST}, not {weight}")
        self.me = Member(unique_name(), node or socket.gethostname(), os.getpid(), weight, address)
        self.pace = Pace.of(conf.coordination.backend_expiration)
        self.alone = conf.coordination.backend_type != "redis"
        self._group = group.encode()
        self._guard = threading.Lock()
        self._on_read: list[Seen] = []
        self._on_change: list[Seen] = []
        self._snapshot = Snapshot(MappingProxyType({}), None)
        if self.alone:
            only = MappingProxyType({self.me.id: self.me})
            self._snapshot = Snapshot(only, time.monotonic())
            return
        self._tooz = RedisCoordinator(RedisServer.of(conf), self.me.id, self.pace.expiration)
        self._reach = Reachability(
            f"The Redis server of the group {group}", "what was last known of the others counts"
        )
        self._loop = Loop(f"members-{group}", self._turn, self.pace.interval, self._tooz.close)

    def start(self) -> None:
        """Joins soon; does not wait for the server."""
        if not self.alone:
            self._loop.start()

    def stop(self) -> None:
        """Leaves soon; does not wait for it."""
        if not self.alone:
            self._loop.stop()

    def wait(self, timeout: float | None = _LEAVE_WITHIN) -> None:
        """Waits until this process has left, at most 'timeout' seconds."""
        if not self.alone:
            self._loop.wait(timeout)

    def members(self) -> Snapshot:
        """What was seen last. Empty until this process has joined; see its age."""
        if self.alone:
            return Snapshot(self._snapshot.members, time.monotonic())
        return self._snapshot

    def on_read(self, seen: Seen) -> Callable[[], None]:
        """`seen` gets every snapshot, also an unchanged one, before anybody is told of a change.

        Called on the thread of the membership; the returned call ends it.
        """
        return self._listening(self._on_read, seen)

    def on_change(self, seen: Seen) -> Callable[[], None]:
        """`seen` gets each snapshot whose members differ from those before; else as `on_read`."""
        return self._listening(self._on_change, seen)

    def _listening(self, listeners: list[Seen], seen: Seen) -> Callable[[], None]:
        with self._guard:
            listeners.append(seen)

        def end() -> None:
            with self._guard:
                if seen in listeners:
                    listeners.remove(seen)

        return end

    def _turn(self) -> None:
        # What is read is at least as new as this, also when the answer took its time.
        now = time.monotonic()
        try:
            if not self._tooz.is_started:
                self._tooz.start()
            self._tooz.heartbeat()
            found = self._found()
        except LOST as error:
            self._reach.away(error)
        else:
            self._reach.back()
            self._seen(Snapshot(MappingProxyType(found), now))

    def _found(self) -> dict[str, Member]:
        """Everybody, with this process, which joins when the others do not know it (any more)."""
        try:
            rows = self._tooz.get_members_with_capabilities(self._group).get()
            if self.me.id.encode() in rows:
                return _members(rows)
        except coordination.GroupNotCreated:
            self._create()
        self._join()
        return _members(self._tooz.get_members_with_capabilities(self._group).get())

    def _create(self) -> None:
        try:
            self._tooz.create_group(self._group).get()
        except coordination.GroupAlreadyExist:
            LOG.debug("somebody else was quicker")

    def _join(self) -> None:
        facts = {
            "node": self.me.node,
            "process": self.me.process,
            "weight": self.me.weight,
            "address": self.me.address,
        }
        try:
            self._tooz.join_group(self._group, facts).get()
        except coordination.MemberAlreadyExist:
            LOG.debug("joined already")

    def _seen(self, snapshot: Snapshot) -> None:
        with self._guard:
            changed = snapshot.members != self._snapshot.members
            self._snapshot = snapshot
            listeners = [*self._on_read, *(self._on_change if changed else ())]
        if changed:
            names = sorted(f"{one.node}:{one.process}" for one in snapshot.members.values())
            LOG.info("Members of %s: %s", self._group.decode(), ", ".join(names))
        for seen in listeners:
            try:
                seen(snapshot)
            except Exception:  # noqa: BLE001 - one listener must not keep this process from showing itself
                LOG.exception("A change of the members was not taken in")


def _members(rows: Mapping[bytes, Any]) -> dict[str, Member]:
    found = {}
    for name, facts in rows.items():
        member = _member(name.decode(errors="replace"), facts if isinstance(facts, dict) else {})
        found[member.id] = member
    return found


def _member(name: str, facts: dict[str, Any]) -> Member:
    """What others wrote about themselves, as far as it makes sense."""
    weight, process = facts.get("weight"), facts.get("process")
    return Member(
        id=name,
        node=str(facts.get("node", ""))[:_LONGEST_NODE],
        process=process if isinstance(process, int) else 0,
        weight=min(max(weight, 1), HEAVIEST) if isinstance(weight, int) else 1,
        address=str(facts.get("address", ""))[:_LONGEST_NODE],
    )
