"""The inventory as a forwarder reads it: what one exporter has not been told yet.

There is no log of changes that could overflow: what was delivered is remembered as digests, and
compared with what is stored after each reading of an array. An exporter that was away hears of the
difference, however long it was.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from oslo_config import cfg
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from delfin.alerts.cursor import Cursor
from delfin.db.alerts import RESOURCES
from delfin.db.resource_exports import ExportedKind, ExportedStorages
from delfin.db.session import Database, retried
from delfin.db.storages import REPORTED, KindState, Storage
from delfin.db.upsert import insert_or_replace
from delfin.exporter.resources.difference import (
    Change,
    Digests,
    difference,
    pack,
    take,
    unpack,
)
from delfin.inventory import store
from delfin.inventory.catalog import BY_KEY, KINDS
from delfin.inventory.kind import table_of
from delfin.utils import utcnow_ms

STORAGES = "storages"
# Changes that are held in memory, and that come again when a process is killed.
_AT_ONCE = 2000
# Looks for something new, in polls of the forwarder.
_POLLS = 4
_ORDER = {kind.key: place for place, kind in enumerate(KINDS)}

Told = dict[str, Any]


@dataclass
class _Work:
    """The changes of one kind of one storage, or of the storages themselves."""

    kind: str
    storage_id: str | None
    # The reading that is delivered when nothing waits any more.
    reading: datetime | None
    delivered: Digests
    waiting: deque[tuple[int, Change]]


class ResourceLog:
    """What is new for one exporter of resources; of all processes, one at a time may read."""

    def __init__(self, database: Database, conf: cfg.ConfigOpts, exporter: str, owner: str) -> None:
        """'owner' names this process, as no other process is named."""
        self._database = database
        self._name = f"{RESOURCES}{exporter}"
        self._cursor = Cursor(database, conf, self._name, owner, lambda: 0)
        self._work: _Work | None = None
        self._look_every = _POLLS * conf.exporters.poll_interval
        self._look_at = 0.0

    def acquire(self) -> bool:
        held = self._cursor.acquire()
        if not held:
            self._work = None
        return held

    def read(self, most: int) -> Sequence[tuple[int, Told | None]]:
        """Storages come before what they have."""
        if self._work is None and time.monotonic() >= self._look_at:
            self._work = self._find_work()
            if self._work is None:
                self._look_at = time.monotonic() + self._look_every
        if self._work is None:
            return ()
        work, now = self._work, utcnow_ms()
        waiting = list(work.waiting)[:most]
        return [(position, _told(work, change, now)) for position, change in waiting]

    def commit(self, position: int, delivered: Sequence[Told], silenced: int, dropped: int) -> bool:
        """Remember the digests of what is delivered, with the cursor."""
        work = self._work
        if work is None:
            return False
        while work.waiting and work.waiting[0][0] <= position:
            take(work.delivered, work.waiting.popleft()[1])

        @retried
        def attempt() -> bool:
            with self._database.writer() as session:
                moved = self._cursor.move(
                    session, position, len(delivered), silenced=silenced, dropped=dropped
                )
                if moved and not work.waiting:
                    self._remember(session, work)
                return moved

        if not self._cursor.settled(position, moved=attempt()):
            self._work = None
            return False
        if not work.waiting:
            self._work = None
        return True

    def failed(self, why: str) -> None:
        self._cursor.failed(why)

    def standing(self, most: int) -> Sequence[Sequence[Told]]:  # noqa: ARG002 - the log's form
        """Nothing: what is stored is told once."""
        return ()

    def release(self) -> None:
        self._work = None
        self._cursor.release()

    def _find_work(self) -> _Work | None:
        """The next that differs; readings that brought nothing new are noted by the way."""
        work = self._storages_work()
        if work is not None:
            return work
        for storage_id, kind, reading in self._unread():
            work = self._kind_work(storage_id, kind, reading)
            if work.waiting:
                return work
            with self._database.writer() as session:
                self._remember(session, work)
        return None

    def _storages_work(self) -> _Work | None:
        columns = [getattr(Storage, name) for name in ("id", *REPORTED)]
        with self._database.reader() as session:
            stored = session.get(ExportedStorages, self._name)
            delivered = unpack(stored.digests if stored else None)
            found = session.execute(select(*columns).where(Storage.deleted.is_(False)))
            rows = [(row["id"], dict(row)) for row in found.mappings()]
        changes, _ = difference(delivered, rows, _AT_ONCE, first=stored is None)
        if not changes:
            return None
        return self._made(STORAGES, None, None, delivered, changes)

    def _unread(self) -> list[tuple[str, str, datetime]]:
        """(storage id, kind, reading) of all readings that are not delivered yet."""
        told = aliased(ExportedKind)
        mine = and_(
            told.exporter == self._name,
            told.storage_id == KindState.storage_id,
            told.kind == KindState.kind,
        )
        with self._database.reader() as session:
            found = session.execute(
                select(KindState.storage_id, KindState.kind, KindState.last_success)
                .join(Storage, Storage.id == KindState.storage_id)
                .outerjoin(told, mine)
                .where(
                    Storage.deleted.is_(False),
                    KindState.last_success.is_not(None),
                    or_(told.reading.is_(None), told.reading != KindState.last_success),
                )
            )
            readings = [(storage, kind, moment) for storage, kind, moment in found if moment]
        known = [one for one in readings if one[1] in _ORDER]
        return sorted(known, key=lambda one: (one[0], _ORDER[one[1]]))

    def _kind_work(self, storage_id: str, key: str, reading: datetime) -> _Work:
        kind = BY_KEY[key]
        with self._database.reader() as session:
            stored = session.get(ExportedKind, (self._name, storage_id, key))
            delivered = unpack(stored.digests if stored else None)
            # The first time is over when all of a reading was delivered.
            before = stored.reading if stored else None
            rows = store.rows_of(session, kind, storage_id)
            named = ((row[kind.native_id], row) for row in rows)
            changes, more = difference(delivered, named, _AT_ONCE, first=before is None)
        return self._made(key, storage_id, before if more else reading, delivered, changes)

    def _made(
        self,
        kind: str,
        storage_id: str | None,
        reading: datetime | None,
        delivered: Digests,
        changes: Sequence[Change],
    ) -> _Work:
        waiting = deque(enumerate(changes, self._cursor.position + 1))
        return _Work(kind, storage_id, reading, delivered, waiting)

    def _remember(self, session: Session, work: _Work) -> None:
        digests = pack(work.delivered)
        if work.storage_id is None:
            statement = insert_or_replace(session, table_of(ExportedStorages), "digests")
            session.execute(statement, {"exporter": self._name, "digests": digests})
            return
        if session.get(Storage, work.storage_id) is None:
            # Removed meanwhile; there is nothing to refer to.
            return
        statement = insert_or_replace(session, table_of(ExportedKind), "reading", "digests")
        session.execute(
            statement,
            {
                "exporter": self._name,
                "storage_id": work.storage_id,
                "kind": work.kind,
                "reading": work.reading,
                "digests": digests,
            },
        )


def _told(work: _Work, change: Change, now: int) -> Told:
    return {
        "change": change.change,
        "kind": work.kind,
        "storage_id": work.storage_id or change.native_id,
        "native_id": change.native_id,
        "told_at": now,
        "resource": change.resource,
    }
