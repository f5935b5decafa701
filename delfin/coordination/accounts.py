"""Which storages are reached over one account of a manager, so that one process owns all of them."""

from __future__ import annotations

from collections.abc import Mapping

from delfin.coordination.loop import Loop
from delfin.db import access_info
from delfin.db.session import Database

# Seconds. Who owns a storage is a preference, so a process may be so much behind.
_INTERVAL = 5.0
# Seconds; the rest of the time to stop is for logging out of arrays.
_LEAVE_WITHIN = 2.0


class Accounts(Loop):
    """Reads them again and again; asking never waits."""

    def __init__(self, database: Database) -> None:
        super().__init__("accounts", self._read, _INTERVAL)
        self._database = database
        self._keys: Mapping[str, str] = {}

    def place_of(self, storage_id: str) -> str:
        """What decides who owns it: the key of its manager, or its own id."""
        return self._keys.get(storage_id, storage_id)

    def wait(self, timeout: float | None = _LEAVE_WITHIN) -> None:
        """As of any loop, though not for ever: a turn may hang in the database."""
        super().wait(timeout)

    def _read(self) -> None:
        with self._database.reader() as session:
            self._keys = access_info.manager_keys(session)
