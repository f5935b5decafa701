"""Looks after the sessions of a process from time to time: leases to renew, idle ones to end."""

from __future__ import annotations

import threading
from collections.abc import Callable

from oslo_db import exception as db_exception
from oslo_log import log

from delfin.coordination.loop import Loop
from delfin.drivers.session.leases import Leases
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
        for slot in self._slots():
            if slot.lease is not None:
                self._renew(slot)
            if slot.driver is None:
                continue
            idle = slot.idle_for()
            if slot.lease is not None and slot.lease.is_stale:
                self._evict(slot.storage_id)
            if 0 < self._limits.idle_time < idle or (idle and self.elsewhere(slot.storage_id)):
                self._evict(slot.storage_id)

    def _renew(self, slot: Slot) -> None:
        lease = slot.lease
        if lease is None:
            return
        try:
            is_ours = self._leases.renew(lease)
        except db_exception.DBError as error:
            LOG.warning("a session's lease cannot be renewed: %s", type(error).__name__)
            is_ours = lease.valid
        if not is_ours and slot.lease is lease:
            self._lose(slot)
