"""Sessions with arrays: one driver object per storage, entered in turns, ended in good order.

Stands between the driver manager, which knows classes and live drivers, and
the driver API. The generation of the access information is compared on each
use, so that a changed password works on the next call, whether or not an
eviction was heard of.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from oslo_db import exception as db_exception

from delfin import exception
from delfin.common.keyring import KeyRing
from delfin.context import RequestContext
from delfin.coordination.eviction import EvictionBus
from delfin.db import access_info, access_state
from delfin.db.access_info import AccessInfo
from delfin.db.access_state import Known
from delfin.db.session import Database
from delfin.drivers.driver import StorageDriver
from delfin.drivers.manager import DriverManager
from delfin.drivers.session.access import Access, Events, Silence, state_of
from delfin.drivers.session.connections import Connections
from delfin.drivers.session.counts import Counts
from delfin.drivers.session.deadline import Watcher
from delfin.drivers.session.keeper import Elsewhere, Keeper
from delfin.drivers.session.leases import Leases
from delfin.drivers.session.limits import Call, Limits
from delfin.drivers.session.opening import Opening
from delfin.drivers.session.slot import Slot
from delfin.drivers.session.turns import Priority

LOGOUTS_AT_ONCE = 8
# Seconds that a call under way may go on with access information that has been changed.
_GRACE = 3.5
# An eviction that this process has asked for comes back to it, within so many seconds.
_ECHO = 5.0
_LOOK_AGAIN = 0.02


class SessionManager:
    """The live sessions of one process; make it in that process, after a fork."""

    def __init__(
        self,
        database: Database,
        keyring: KeyRing,
        drivers: DriverManager,
        limits: Limits | None = None,
        events: Events | None = None,
    ) -> None:
        """'events' is told when access to an array fails, and when it works again."""
        self.limits = limits or Limits()
        self.access = Access(database, self.limits, events or Silence())
        self.counts = Counts()
        self._database = database
        self._watcher = Watcher()
        self._leases = Leases(database, self.limits)
        self._keeper = Keeper(self._leases, self.limits, self._kept, self._lose, self.evict)
        self._opening = Opening(
            *(keyring, drivers, self.limits, self._leases, self.access, self._watcher, self.counts),
            ask_others=self._ask_others,
            give_up=self._abandon,
        )
        self._bus: EvictionBus | None = None
        self._asked: dict[str, float] = {}
        self._guard = threading.Lock()
        self._slots: dict[str, Slot] = {}

    def join(self, bus: EvictionBus, elsewhere: Elsewhere | None = None) -> None:
        """Hear of evictions by other processes, and ask them for sessions that they hold.

        'elsewhere' says of a storage whether another process surely is its owner: its session is
        given up once it is idle.
        """
        bus.subscribe(self)
        self._bus = bus
        if elsewhere is not None:
            self._keeper.elsewhere = elsewhere

    @contextmanager
    def using(
        self,
        context: RequestContext,
        storage_id: str,
        call: Call = Call.LIST,
        priority: Priority = Priority.NORMAL,
        *,
        forced: bool = False,
    ) -> Iterator[StorageDriver]:
        """The driver of a storage, logged in, for the block alone; the block is one call.

        Args:
            context: Its 'storage_id' is set.
            storage_id: The storage.
            call: What kind of call it is; that decides how long it may take, from its turn on.
            priority: Who goes first when several wait. Whoever somebody waits for is told soon that
                there is no turn; a job waits as it would in the queue, while another one is inside.
            forced: Log in although the password was refused, within the rule of two logins.

        Raises:
            exception.AccessInfoNotFound: There is no such storage any more.
            exception.ArraySessionsInUse: Others use what sessions there may be; try again later.
            exception.DriverCallTimeout: The block took too long and was cut off.
            exception.DelfinException: The driver could not log in.
        """
        slot = self._slot(storage_id)
        longest = self.limits.timeouts[call]
        patience = longest if priority is Priority.HIGH else self.limits.longest_turn
        slot.turns.enter(priority, patience)
        try:
            driver, known = self._current(slot, patience, forced=forced)
            context.storage_id = storage_id
            with (
                self._followed(slot, call, known),
                self._watcher.bounded(
                    f"call '{call}' of storage {storage_id}",
                    longest,
                    slot.connections,
                    lambda: self._abandon(slot),
                ),
            ):
                yield driver
        finally:
            slot.used_at = time.monotonic()
            slot.turns.leave()
            # Whoever evicts looks whether anybody is inside: one of the two ends the session.
            self._after_call(slot)

    @contextmanager
    def visiting(
        self, context: RequestContext, access: Mapping[str, Any]
    ) -> Iterator[StorageDriver]:
        """A driver for this block alone, logged out at its end; the block is one call.

        Args:
            context: Its 'storage_id' is set.
            access: The driver's keyword arguments, passwords as 'delfin.cryptor' text.

        Raises:
            exception.StorageDriverNotFound: No driver for that vendor and model.
            exception.DelfinException: The array cannot be reached, or refuses.
        """
        storage_id = access.get("storage_id") or str(uuid4())
        context.storage_id = storage_id
        connections = Connections()
        driver = self._opening.visit({**access, "storage_id": storage_id}, connections)
        try:
            with self._watcher.bounded("the call", self.limits.timeouts[Call.LIST], connections):
                yield driver
        finally:
            self._opening.leave(driver, connections)

    def evict(self, storage_id: str) -> None:
        """End the session of a storage: soon, or when the call that uses it returns.

        A call that goes on with access information that is no longer right is cut off after a
        moment; whoever made it tries again, with the new one. Nobody waits for the array: one that hangs at the logout must not delay who evicts.
        """
        with self._guard:
            slot = self._slots.get(storage_id)
            asked_at = self._asked.pop(storage_id, None)
        is_echo = asked_at is not None and time.monotonic() - asked_at < _ECHO
        if slot is not None and not is_echo:
            self._end_soon([slot])

    def evict_all(self) -> None:
        """End every session as 'evict' does: evictions may have been missed."""
        self._end_soon(self._kept())

    def discard(self, context: RequestContext, storage_id: str) -> None:
        """Let the live driver, if there is one, give up what it keeps for the storage, and log out.

        Nothing logs in for this. A call that is under way is not waited for: it may hang, and
        does the same when it returns.
        """
        slot = self._slot(storage_id)
        slot.parting = context
        slot.evicted = True
        self._end_if_evicted(slot)
        with self._guard:
            self._slots.pop(storage_id, None)

    def close(self, longest: float = 3.0) -> None:
        """Log out of every array within 'longest' seconds; calls under way are cut off first."""
        slots = self._kept()
        deadline = time.monotonic() + longest
        self._keeper.stop()
        for slot in slots:
            if slot.turns.inside:
                self._watcher.cut(slot.connections, "the service stops")
        self._end_soon(slots)
        while any(slot.lease for slot in slots) and time.monotonic() < deadline:
            time.sleep(_LOOK_AGAIN)

    def _slot(self, storage_id: str) -> Slot:
        with self._guard:
            return self._slots.setdefault(storage_id, Slot(storage_id))

    def _kept(self) -> list[Slot]:
        with self._guard:
            return list(self._slots.values())

    def _current(
        self, slot: Slot, patience: float, *, forced: bool
    ) -> tuple[StorageDriver, Known | None]:
        """The driver to use, logged in; the caller is inside."""
        is_fresh = False
        while True:
            row, known = self._read(slot.storage_id)
            if not forced:
                self.access.admit(known, row.generation)
            if self._opening.fits(slot, row, is_fresh=is_fresh) and slot.driver is not None:
                return slot.driver, known
            if slot.turns.alone(patience):
                try:
                    is_fresh = self._renew(slot, forced=forced)
                finally:
                    slot.turns.share()

    def _renew(self, slot: Slot, *, forced: bool) -> bool:
        """Whether it was this caller who has logged in: another one may have been alone before."""
        row, _ = self._read(slot.storage_id)
        if self._opening.fits(slot, row):
            return False
        self._opening.end(slot)
        self._opening.open(slot, row, forced=forced)
        self._keeper.start()
        return True

    def _read(self, storage_id: str) -> tuple[AccessInfo, Known | None]:
        with self._database.reader() as session:
            row = access_info.get(session, storage_id)
            known = access_state.read(session, storage_id)
            session.expunge(row)
        return row, known

    @contextmanager
    def _followed(self, slot: Slot, call: Call, known: Known | None) -> Iterator[None]:
        """Keep what the outcome of a call says of the session and of the access to the array."""
        lease, generation = slot.lease, slot.generation
        error: Exception | None = None
        self.counts.add("calls")
        try:
            yield
        except Exception as caught:
            error = caught
            is_cut_off = isinstance(error, exception.DriverCallTimeout)
            self.counts.add("calls_cut_off" if is_cut_off else "calls_failed")
            # A driver that could not log in again by itself must not try that with each call.
            is_over = state_of(error, call) in {
                access_state.CREDENTIALS_INVALID,
                access_state.SESSION_LIMIT,
            }
            if is_over or is_cut_off:
                slot.evicted = True
            self.access.call_failed(slot.storage_id, generation, error, call)
            raise
        else:
            self.access.call_succeeded(slot.storage_id, known)
        finally:
            if lease is not None:
                lease.told(error)

    def _after_call(self, slot: Slot) -> None:
        is_wanted = self.limits.idle_time or not slot.turns.is_quiet
        if slot.evicted or (not is_wanted and slot.driver is not None):
            self._end_soon([slot])

    def _end_soon(self, slots: Sequence[Slot]) -> None:
        """Mark all, then log out in a few threads; daemons, since an array may hang."""
        for slot in slots:
            slot.evicted = True
        left = iter([slot for slot in slots if slot.lease is not None or slot.driver is not None])
        guard = threading.Lock()

        deadline = time.monotonic() + _GRACE

        def end_some() -> None:
            busy = []
            while True:
                with guard:
                    slot = next(left, None)
                if slot is None:
                    break
                self._end_if_evicted(slot)
                if slot.evicted:
                    busy.append(slot)
            for slot in busy:
                if not slot.turns.empty_within(deadline - time.monotonic()):
                    self._cut_if_outdated(slot)

        for _ in range(min(LOGOUTS_AT_ONCE, len(slots))):
            threading.Thread(target=end_some, name="logout", daemon=True).start()

    def _end_if_evicted(self, slot: Slot) -> None:
        while slot.evicted and slot.turns.alone_if_empty():
            try:
                if slot.evicted:
                    self._opening.end(slot)
            finally:
                slot.turns.share()

    def _cut_if_outdated(self, slot: Slot) -> None:
        """Others may want the session for a while, too: that is no reason to cut off a call."""
        try:
            with self._database.reader() as session:
                is_outdated = access_info.get(session, slot.storage_id).generation > slot.generation
        except exception.AccessInfoNotFound:
            is_outdated = True
        except db_exception.DBError:
            return
        if is_outdated and slot.evicted:
            self._watcher.cut(slot.connections, "the access information has changed")

    def _ask_others(self, storage_id: str) -> None:
        if self._bus is not None:
            with self._guard:
                self._asked[storage_id] = time.monotonic()
            self._bus.evict(storage_id)

    def _lose(self, slot: Slot) -> None:
        """The lease is somebody else's, or nobody knows: no call may use the session any more."""
        slot.evicted = True
        self._watcher.cut(slot.connections, "the session belongs to another process now")
        self._end_soon([slot])

    def _abandon(self, slot: Slot) -> None:
        """A call does not come back: its thread and its slot are left behind, others go on."""
        with self._guard:
            if self._slots.get(slot.storage_id) is slot:
                del self._slots[slot.storage_id]
        slot.evicted = True
        slot.turns.close()
        lease, slot.lease = slot.lease, None
        if lease is not None:
            # Not here: the thread that ends calls must not wait for the database.
            threading.Thread(
                target=self._leases.give_back, args=(lease,), name="lease", daemon=True
            ).start()
