"""Which storages are registered; no sample of another one leaves."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection

from delfin.db import storages
from delfin.db.session import Database

# Seconds for which an answer is believed. With the time of one delivery it makes less than 10.
_BELIEVED = 2.0


class Living:
    """Asks the database now and then; of use to several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._ids: frozenset[str] = frozenset()
        self._until = 0.0

    def ids(self, wanted: Collection[str] = ()) -> frozenset[str]:
        """Ids of the live storages, at most two seconds old.

        What is 'wanted' and not among them may have been registered just now: then it asks anew.

        Raises:
            oslo_db.exception.DBError: The database is away.
        """
        with self._lock:
            if time.monotonic() >= self._until or not self._ids.issuperset(wanted):
                asked_at = time.monotonic()
                with self._database.reader() as session:
                    self._ids = frozenset(storages.all_ids(session))
                self._until = asked_at + _BELIEVED
            return self._ids
