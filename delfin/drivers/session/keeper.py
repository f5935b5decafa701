"""Looks after the sessions of a process from time to time: leases to renew, idle ones to end."""

from __future__ import annotations

import threading
from collections.abc import Callable

from oslo_db import exception as db_exception
from oslo_log import log

from delfin.coordination.loop import Loop
from delfin.drivers.session.leases import Lease, Leases
from delfin.drivers.session.limits import Limits
from delfin.drivers.session.slot import Slot

LOG = log.getLogger(__name__)

# Whether another process surely is the owner of a storage.
Elsewhere = Callable[[str], bool]


class Keeper:
    """A thread of its own, from the first session on."""

    def __init__(
        self,
        leases: Leases,
        limits: Limits,
        slots: Callable[[], list[Slot]],
        lose: Callable[[Slot], None],
        evict: Callable[[str], None],
    ) -> None:
        """'lose' ends a session at once that this process has no right to any more."""
        self.elsewhere: Elsewhere = lambda _storage_id: False
        self._leases = leases
        self._limits = limits
        self._slots = slots
        self._lose = lose
        self._evict = evict
        self._guard = threading.Lock()
        self._loop: Loop | None = None

    def start(self) -> None:
        """Does nothing when it runs already."""
        with self._guard:
            if self._loop is None:
                interval = min(self._limits.lease_time / 3, max(self._limits.idle_time / 3, 0.05))
                if not self._limits.idle_time:
                    interval = self._limits.lease_time / 3
                self._loop = Loop("sessions", self._look, interval)
                self._loop.start()

    def stop(self) -> None:
        """Does not wait for it; 'start' begins anew."""
        with self._guard:
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.stop()

    def _look(self) -> None:
        slots = self._slots()
        # A job calls again and again: between two of its calls the session is not idle.
        unused = self._limits.lease_time / 3
        self._renew([(slot, slot.lease) for slot in slots if slot.lease is not None])
        for slot in slots:
            if slot.driver is None:
                continue
            idle = slot.idle_for()
            if slot.lease is not None and slot.lease.is_stale:
                self._evict(slot.storage_id)
            if 0 < self._limits.idle_time < idle or (
                idle > unused and self.elsewhere(slot.storage_id)
            ):
                self._evict(slot.storage_id)

    def _renew(self, held: list[tuple[Slot, Lease]]) -> None:
        if not held:
            return
        leases = [lease for _, lease in held]
        try:
            lost = self._leases.renew_all(leases)
        except db_exception.DBError as error:
            LOG.warning(
                "the leases of %d sessions cannot be renewed: %s", len(held), type(error).__name__
            )
            lost = [lease for lease in leases if not lease.valid]
        gone = {id(lease) for lease in lost}
        for slot, lease in held:
            if id(lease) in gone and slot.lease is lease:
                self._lose(slot)
