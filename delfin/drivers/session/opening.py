"""Opens the session of an array, and ends it; the caller is alone at the array."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from oslo_log import log

from delfin import exception
from delfin.common.keyring import KeyRing
from delfin.db.access_info import AccessInfo
from delfin.db.access_secrets import open_for_driver
from delfin.drivers.driver import StorageDriver
from delfin.drivers.manager import DriverManager
from delfin.drivers.session.access import Access
from delfin.drivers.session.connections import Connections
from delfin.drivers.session.counts import Counts
from delfin.drivers.session.deadline import Watcher
from delfin.drivers.session.leases import Lease, Leases
from delfin.drivers.session.limits import Call, Limits
from delfin.drivers.session.login import log_in, log_out, quietly
from delfin.drivers.session.slot import Slot

LOG = log.getLogger(__name__)

# A process that waits for others to log out looks so often whether they have, and asks so often.
_LOOK_AGAIN = 0.1
_ASK_AGAIN = 2.0


class Opening:
    """What logs in and out, by the rules of leases, access and deadlines."""

    def __init__(
        self,
        keyring: KeyRing,
        drivers: DriverManager,
        limits: Limits,
        leases: Leases,
        access: Access,
        watcher: Watcher,
        counts: Counts,
        *,
        ask_others: Callable[[str], None],
        give_up: Callable[[Slot], None],
    ) -> None:
        """'ask_others' asks other processes to log out; 'give_up' is for a call that never ends."""
        self._keyring = keyring
        self._drivers = drivers
        self._limits = limits
        self._leases = leases
        self._access = access
        self._watcher = watcher
        self._counts = counts
        self._ask_others = ask_others
        self._give_up = give_up

    def fits(self, slot: Slot, row: AccessInfo, *, is_fresh: bool = False) -> bool:
        """Whether the session may be used for a call with that access information.

        One that was evicted while it was opened is good for the call that has opened it. One whose
        connections were cut is good for nobody, though a call may be in there still.
        """
        if slot.driver is None or slot.generation != row.generation or slot.connections.is_cut:
            return False
        if slot.evicted and not is_fresh:
            return False
        return slot.lease is not None and (slot.lease.valid or self._leases.renew(slot.lease))

    def open(self, slot: Slot, row: AccessInfo, *, forced: bool) -> None:
        """Log in; the slot has no session.

        Raises:
            exception.ArraySessionsInUse: Others have all the sessions that there may be.
            exception.DelfinException: The array refuses, or cannot be reached.
        """
        access = open_for_driver(self._keyring, row)
        slot.turns.limit = self._limit(row)
        slot.lease = self._lease(slot.storage_id, row.generation)
        try:
            slot.driver = self._log_in(slot, row, access, forced=forced)
        except BaseException:
            self._drop(slot)
            raise
        slot.generation = row.generation
        self._drivers.update_driver(slot.storage_id, slot.driver)

    def end(self, slot: Slot) -> None:
        """Log out, if there is a session; takes no longer than a logout may."""
        slot.evicted = False
        driver, slot.driver = slot.driver, None
        if driver is not None:
            if self._drivers.get_driver(slot.storage_id) is driver:
                self._drivers.remove_driver(slot.storage_id)
            self._log_out(slot, driver)
        self._drop(slot)

    def visit(self, access: dict[str, Any], connections: Connections) -> StorageDriver:
        """A new driver, logged in, that belongs to no storage.

        Raises:
            exception.DelfinException: The array cannot be reached, or refuses.
        """
        seconds = self._limits.timeouts[Call.LOGIN]
        with self._watcher.bounded("the login", seconds, connections):
            return log_in(self._drivers, access)

    def leave(self, driver: StorageDriver, connections: Connections) -> None:
        """The opposite of 'visit'."""
        connections.reopen()
        self._end_quietly(driver, connections, lambda: log_out(driver))

    def _log_in(
        self, slot: Slot, row: AccessInfo, access: dict[str, Any], *, forced: bool
    ) -> StorageDriver:
        mark = self._access.claim_login(
            slot.storage_id, row.generation, forced=forced, manager_key=row.manager_key
        )
        try:
            with self._watcher.bounded(
                f"login at storage {slot.storage_id}",
                self._limits.timeouts[Call.LOGIN],
                slot.connections,
                lambda: self._give_up(slot),
            ):
                driver = log_in(self._drivers, access)
        except Exception as error:
            self._counts.add("logins_failed")
            self._access.login_failed(slot.storage_id, row.generation, error, mark)
            raise
        self._counts.add("logins")
        self._access.login_succeeded(slot.storage_id)
        return driver

    def _log_out(self, slot: Slot, driver: StorageDriver) -> None:
        def leave() -> None:
            if slot.parting is not None:
                slot.parting.storage_id = slot.storage_id
                quietly(driver.delete_storage, slot.parting)
            log_out(driver)

        self._counts.add("logouts")
        # After a call that was cut off, the array is to be told nevertheless.
        slot.connections.reopen()
        self._end_quietly(driver, slot.connections, leave, lambda: self._give_up(slot))

    def _end_quietly(
        self,
        driver: StorageDriver,
        connections: Connections,
        leave: Callable[[], None],
        give_up: Callable[[], None] = lambda: None,
    ) -> None:
        seconds = self._limits.timeouts[Call.LOGOUT]
        try:
            with self._watcher.bounded("the logout", seconds, connections, give_up):
                leave()
        except exception.DriverCallTimeout:
            LOG.warning("driver %s did not log out in time", type(driver).__name__)
        connections.cut()

    def _drop(self, slot: Slot) -> None:
        slot.connections.cut()
        slot.connections = Connections()
        if slot.lease is not None:
            self._leases.give_back(slot.lease)
            slot.lease = None

    def _limit(self, row: AccessInfo) -> int:
        allowed = self._drivers.driver_class(row.vendor, row.model).concurrent_calls
        return (
            self._limits.requests if allowed is True else min(self._limits.requests, allowed or 1)
        )

    def _lease(self, storage_id: str, generation: int) -> Lease:
        deadline = time.monotonic() + self._limits.handover_time
        ask_at = 0.0
        while isinstance(taken := self._leases.take(storage_id, generation), str):
            now = time.monotonic()
            if now > deadline:
                raise exception.ArraySessionsInUse(taken)
            if now >= ask_at:
                self._ask_others(storage_id)
                ask_at = now + _ASK_AGAIN
            time.sleep(_LOOK_AGAIN)
        return taken
