"""Which member of a group owns a storage: consistent hashing, by weight, over the members seen.

Ownership is a preference: it decides whose session an array sees. That nothing runs twice is for
the database to see to.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from tooz.hashring import HashRing

from delfin.coordination.membership import Member, Membership, Snapshot

# Points on the ring for a weight of one. With so many, shares differ by a few percent only, and a
# new member takes its share and hardly more.
POINTS = 512

PlaceOf = Callable[[str], str]


class Ring:
    """Owners of storages, by the membership of this process. Asking never waits."""

    def __init__(self, membership: Membership, place_of: PlaceOf = str) -> None:
        """'place_of' says what stands for a storage: those with the same have one owner."""
        self._membership = membership
        self._place_of = place_of
        self._pace = membership.pace
        self._guard = threading.Lock()
        # The views of the last 'settle' seconds, the newest last, and since when they have followed
        # one another without a gap.
        self._views: deque[_View] = deque()
        self._since = 0.0
        if not membership.alone:
            membership.on_read(self._seen)

    def owner_of(self, storage_id: str) -> Member | None:
        """The owner by the members seen last, however long ago; None when none were seen yet."""
        if self._membership.alone:
            return self._membership.me
        with self._guard:
            view = self._views[-1] if self._views else None
        return view.owner(self._place_of(storage_id)) if view else None

    def count_owned(self, storage_ids: Sequence[str]) -> int:
        """How many of the storages have this process as their owner."""
        if self._membership.alone:
            return len(storage_ids)
        me = self._membership.me
        with self._guard:
            view = self._views[-1] if self._views else None
        return sum(view.owner(self._place_of(one)) == me for one in storage_ids) if view else 0

    def elsewhere(self, storage_id: str) -> bool:
        """Whether another process is the owner, by the members seen last."""
        return self.other_owner(storage_id) is not None

    def other_owner(self, storage_id: str) -> Member | None:
        """The owner, by the members seen last, when it is another process."""
        owner = self.owner_of(storage_id)
        return None if owner is None or owner.id == self._membership.me.id else owner

    def mine(self, storage_id: str) -> bool:
        """Whether this process is the owner, and surely no other takes itself for it.

        For a moment nobody may be sure: after a change of the members, and while they cannot be
        seen. So work that must be done waits a little for its owner, and then is anybody's.
        """
        if self._membership.alone:
            return True
        now = time.monotonic()
        with self._guard:
            if not self._views or not self._is_sure(now):
                return False
            views = [view for view in self._views if view.until >= now - self._pace.settle]
        me, place = self._membership.me, self._place_of(storage_id)
        return all(view.owner(place) == me for view in views)

    def _is_sure(self, now: float) -> bool:
        is_fresh = now - self._views[-1].until <= self._pace.fresh
        return is_fresh and now - self._since >= self._pace.settle

    def _seen(self, snapshot: Snapshot) -> None:
        read_at = snapshot.read_at
        if read_at is None:
            return
        latest = self._views[-1] if self._views else None
        unchanged = latest is not None and latest.members == snapshot.members
        view = latest if latest is not None and unchanged else _View(snapshot, read_at)
        with self._guard:
            if latest is None or read_at - latest.until > self._pace.fresh:
                # The others may have taken over in the meantime.
                self._views.clear()
                self._since = read_at
            elif not unchanged:
                latest.until = read_at
            view.until = read_at
            if not self._views or self._views[-1] is not view:
                self._views.append(view)
            while self._views[0].until < read_at - self._pace.settle:
                self._views.popleft()


class _View:
    """One set of members, and until when it was seen."""

    def __init__(self, snapshot: Snapshot, until: float) -> None:
        self.members = snapshot.members
        self.until = until
        self._ring = HashRing([], partitions=POINTS)
        # One by one, the ring would be sorted as often as there are members.
        by_weight: dict[int, list[str]] = {}
        for member in snapshot.members.values():
            by_weight.setdefault(member.weight, []).append(member.id)
        for weight, names in by_weight.items():
            self._ring.add_nodes(names, weight)

    def owner(self, place: str) -> Member | None:
        owners = self._ring.get_nodes(place.encode())
        return self.members[owners.pop()] if owners else None
