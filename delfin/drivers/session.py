"""Sessions with arrays: one driver object per storage, entered by one caller at a time.

Stands between the driver manager, which knows classes and live drivers, and
the driver API. The generation of the access information is compared on each
use, so that a changed password works on the next call, whether or not an
eviction was heard of.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from oslo_log import log

from delfin import exception
from delfin.common.keyring import KeyRing
from delfin.context import RequestContext
from delfin.db import access_info
from delfin.db.access_secrets import open_for_driver
from delfin.db.session import Database
from delfin.drivers.driver import StorageDriver
from delfin.drivers.manager import DriverManager

LOG = log.getLogger(__name__)

# Another login with the same password may lock the account: so many seconds must pass before.
REFUSAL_HOLDS = 1800.0
LOGOUTS_AT_ONCE = 8
# Seconds that a call under way may go on with a session that has been evicted.
GRACE = 4.0
REFUSALS = (
    exception.InvalidUsernameOrPassword,
    exception.InvalidCredential,
    exception.InvalidPrivateKey,
)


@dataclass
class _Slot:
    """What is kept of one storage; 'lock' is held during every call to its array.

    'parting' is set when the storage is being removed, for the driver to be told at the end.
    """

    lock: threading.RLock = field(default_factory=threading.RLock)
    generation: int = 0
    evicted: bool = False
    parting: RequestContext | None = None
    refusal: exception.DelfinException | None = None
    refused_at: float = 0.0


class SessionManager:
    """The live sessions of one process."""

    def __init__(self, database: Database, keyring: KeyRing, drivers: DriverManager) -> None:
        self._database = database
        self._keyring = keyring
        self._drivers = drivers
        self._guard = threading.Lock()
        self._slots: dict[str, _Slot] = {}

    @contextmanager
    def using(self, context: RequestContext, storage_id: str) -> Iterator[StorageDriver]:
        """The driver of a storage, logged in, for the block alone.

        Raises:
            exception.AccessInfoNotFound: There is no such storage any more.
            exception.DelfinException: The driver could not log in.
        """
        slot = self._slot(storage_id)
        try:
            with slot.lock:
                driver = self._current(slot, storage_id)
                context.storage_id = storage_id
                yield driver
        finally:
            # Whoever evicts tries the lock after saying so: one of the two ends the session.
            self._end_if_evicted(slot, storage_id)

    def evict(self, storage_id: str) -> None:
        """End the session of a storage: soon, or when the call that uses it returns.

        A call that takes longer than GRACE has its session ended under it; it fails, and is tried
        again with the new access information. Nobody waits for the array: one that hangs at the logout must not delay who evicts.
        """
        with self._guard:
            slot = self._slots.get(storage_id)
        if slot is not None:
            self._end_soon({storage_id: slot})

    def evict_all(self) -> None:
        """End every session as 'evict' does: evictions may have been missed."""
        with self._guard:
            slots = dict(self._slots)
        self._end_soon(slots)

    def discard(self, context: RequestContext, storage_id: str) -> None:
        """Let the live driver, if there is one, give up what it keeps for the storage, and log out.

        Nothing logs in for this. A call that is under way is not waited for: it may hang, and
        does the same when it returns.
        """
        slot = self._slot(storage_id)
        slot.parting = context
        slot.evicted = True
        self._end_if_evicted(slot, storage_id)
        with self._guard:
            self._slots.pop(storage_id, None)

    def close(self, longest: float = 3.0) -> None:
        """Log out of every array that is not in the middle of a call, within 'longest' seconds."""
        with self._guard:
            slots = dict(self._slots)
        deadline = time.monotonic() + longest
        for thread in self._end_soon(slots):
            thread.join(max(0.0, deadline - time.monotonic()))

    def _slot(self, storage_id: str) -> _Slot:
        with self._guard:
            return self._slots.setdefault(storage_id, _Slot())

    def _current(self, slot: _Slot, storage_id: str) -> StorageDriver:
        with self._database.reader() as session:
            row = access_info.get(session, storage_id)
            session.expunge(row)
        if slot.evicted or slot.generation != row.generation:
            self._end(slot, storage_id)
        driver = self._drivers.get_driver(storage_id)
        if driver is None:
            driver = self._log_in(slot, storage_id, row)
        return driver

    def _log_in(self, slot: _Slot, storage_id: str, row: access_info.AccessInfo) -> StorageDriver:
        if slot.refusal is not None and slot.generation == row.generation:
            if time.monotonic() - slot.refused_at < REFUSAL_HOLDS:
                raise type(slot.refusal)
            slot.refusal = None
        slot.generation = row.generation
        try:
            driver = log_in(self._drivers, open_for_driver(self._keyring, row))
        except REFUSALS as error:
            slot.refusal, slot.refused_at = error, time.monotonic()
            raise
        self._drivers.update_driver(storage_id, driver)
        return driver

    def _end_soon(self, slots: dict[str, _Slot]) -> list[threading.Thread]:
        """Mark all, then log out in a few threads; daemons, since an array may hang."""
        for slot in slots.values():
            slot.evicted = True
        left = iter(slots.items())
        guard = threading.Lock()
        deadline = time.monotonic() + GRACE

        def end_some() -> None:
            busy = []
            while True:
                with guard:
                    storage_id, slot = next(left, (None, None))
                if storage_id is None or slot is None:
                    break
                self._end_if_evicted(slot, storage_id)
                if slot.evicted:
                    busy.append((storage_id, slot))
            for storage_id, slot in busy:
                self._end_by(deadline, slot, storage_id)

        threads = [
            threading.Thread(target=end_some, name="logout", daemon=True)
            for _ in range(min(LOGOUTS_AT_ONCE, len(slots)))
        ]
        for thread in threads:
            thread.start()
        return threads

    def _end_if_evicted(self, slot: _Slot, storage_id: str) -> None:
        if slot.evicted and slot.lock.acquire(blocking=False):
            try:
                if slot.evicted:
                    self._end(slot, storage_id)
            finally:
                slot.lock.release()

    def _end_by(self, deadline: float, slot: _Slot, storage_id: str) -> None:
        if slot.lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
            try:
                if slot.evicted:
                    self._end(slot, storage_id)
            finally:
                slot.lock.release()
        elif slot.evicted and (driver := self._drivers.remove_driver(storage_id)) is not None:
            LOG.warning(
                "a call of storage %s goes on with the old session: it is ended", storage_id
            )
            log_out(driver)

    def _end(self, slot: _Slot, storage_id: str) -> None:
        slot.evicted = False
        driver = self._drivers.remove_driver(storage_id)
        if driver is None:
            return
        if slot.parting is not None:
            slot.parting.storage_id = storage_id
            _quietly(driver.delete_storage, slot.parting)
        log_out(driver)


def log_in(drivers: DriverManager, access: dict[str, Any]) -> StorageDriver:
    """A new driver of its own for the access information.

    Raises:
        exception.StorageDriverNotFound: No driver for that vendor and model.
        exception.DelfinException: The driver could not log in.
    """
    driver = drivers.get_driver(**access)
    if driver is None:
        raise exception.StorageDriverNotFound(f"{access.get('vendor')} {access.get('model')}")
    return driver


def log_out(driver: StorageDriver) -> None:
    """End the driver's session, as far as it offers a way."""
    close = getattr(driver, "close_connection", None)
    if close is not None:
        _quietly(close)


def _quietly(function: Any, *arguments: Any) -> None:
    try:
        function(*arguments)
    except Exception:  # noqa: BLE001 - drivers raise anything; what is being given up is gone anyway
        LOG.exception("a session could not be ended in good order")
