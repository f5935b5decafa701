"""Sessions with managers that serve several arrays: one driver object, one login, many storages.

For the driver manager. To everyone above, each storage has a driver of its own, which enters the
shared one and leaves it where another driver would log out.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from typing import Any, cast

from oslo_log import log

from delfin import cryptor, exception
from delfin.context import get_admin_context
from delfin.drivers.driver import StorageDriver

LOG = log.getLogger(__name__)

# One account stands for many storages: that each of them tries a refused password would lock it.
REFUSAL_HOLDS = 1800.0
REFUSALS = (
    exception.InvalidUsernameOrPassword,
    exception.InvalidCredential,
    exception.InvalidPrivateKey,
)
_BLOCKS = ("rest", "ssh", "cli", "smis")
_LOGIN = ("host", "port", "username", "pub_key")


class ManagerSessions:
    """The shared sessions of one process, by manager and credentials.

    New credentials mean another session: the one before ends when its last storage has left.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._shared: dict[tuple[str, str], _Shared] = {}

    def member(
        self, manager_key: str, driver_class: type[StorageDriver], access: dict[str, Any]
    ) -> StorageDriver:
        """A driver for one storage; the first one of a manager logs in, the others join it.

        Args:
            manager_key: The same for storages that may share.
            driver_class: One whose 'shares_manager_session' is true.
            access: Its keyword arguments.

        Raises:
            exception.DelfinException: The driver could not log in, or does not know the array.
        """
        key = (manager_key, credentials(access))
        while True:
            with self._guard:
                shared = self._found(key, driver_class)
            if shared.join(access):
                return cast("StorageDriver", Member(shared, access["storage_id"]))
            with self._guard:
                if self._shared.get(key) is shared:
                    del self._shared[key]

    def _found(self, key: tuple[str, str], driver_class: type[StorageDriver]) -> _Shared:
        if key not in self._shared:
            # What other credentials of the manager came to is of no interest any more.
            ended = [k for k, s in self._shared.items() if k[0] == key[0] and s.unused]
            for old in ended:
                del self._shared[old]
            self._shared[key] = _Shared(driver_class)
        return self._shared[key]


class _Shared:
    """One login, and who uses it. 'door' is held while somebody comes or goes, 'turn' in calls."""

    def __init__(self, driver_class: type[StorageDriver]) -> None:
        self._class = driver_class
        self._door = threading.Lock()
        self._turn = threading.RLock()
        self._members: set[str] = set()
        self._gone: set[str] = set()
        self._over = False
        self._refusal: exception.DelfinException | None = None
        self._refused_at = 0.0
        self.driver: StorageDriver | None = None

    @property
    def unused(self) -> bool:
        return not self._members

    def join(self, access: dict[str, Any]) -> bool:
        """Whether the storage is served now; False when the session has ended meanwhile."""
        storage_id = access["storage_id"]
        with self._door:
            if self._over:
                return False
            first = self.driver is None
            if first:
                self.driver = self._logged_in(access)
            self._members.add(storage_id)
            self._gone.discard(storage_id)
        if not first:
            try:
                self.call(self.driver, "add_storage", access)
            except BaseException:
                self.leave(storage_id)
                raise
        return True

    def _logged_in(self, access: dict[str, Any]) -> StorageDriver:
        if self._refusal is not None and time.monotonic() - self._refused_at < REFUSAL_HOLDS:
            raise type(self._refusal)
        try:
            return self._class(**access)
        except REFUSALS as error:
            self._refusal, self._refused_at = error, time.monotonic()
            raise

    def call(self, driver: StorageDriver | None, name: str, *args: Any, **kwargs: Any) -> Any:
        with self._turn:
            self._give_up_gone()
            return getattr(driver, name)(*args, **kwargs)

    def leave(self, storage_id: str) -> None:
        """Log out with the last one. Nobody waits for a call: it may hang."""
        with self._door:
            if storage_id not in self._members:
                return
            self._members.discard(storage_id)
            self._gone.add(storage_id)
            self._over = not self._members
        if self._over:
            close = getattr(self.driver, "close_connection", None)
            if close is not None:
                close()
        elif self._turn.acquire(blocking=False):
            try:
                self._give_up_gone()
            finally:
                self._turn.release()

    def _give_up_gone(self) -> None:
        while self._gone and self.driver is not None:
            storage_id = self._gone.pop()
            try:
                self.driver.delete_storage(get_admin_context(storage_id=storage_id))
            except Exception:  # noqa: BLE001 - drivers raise anything; the others need the session
                LOG.exception("a driver could not give up storage %s", storage_id)


class Member:
    """The driver of one storage behind a manager: everything of the shared one, in turn."""

    def __init__(self, shared: _Shared, storage_id: str) -> None:
        self._shared = shared
        self.storage_id = storage_id

    def __getattr__(self, name: str) -> Any:
        driver = self._shared.driver
        found = getattr(driver, name)
        if not callable(found):
            return found
        return lambda *args, **kwargs: self._shared.call(driver, name, *args, **kwargs)

    def delete_storage(self, _context: Any) -> None:
        self._shared.leave(self.storage_id)

    def close_connection(self) -> None:
        self._shared.leave(self.storage_id)


def credentials(access: Mapping[str, Any]) -> str:
    """What a login depends on, as a digest to be kept in memory only."""
    told = [
        [name, *(block.get(field) for field in _LOGIN), _plain(block.get("password"))]
        for name in _BLOCKS
        if (block := access.get(name))
    ]
    trust = [access.get("tls") or {}, access.get("verify")]
    return hashlib.sha256(json.dumps([told, trust]).encode()).hexdigest()


def _plain(cipher_text: str | None) -> str:
    return cryptor.decode(cipher_text) if cipher_text else ""
