"""How far an exporter has got, and which process works for it: a row with a lease.

Of all processes one at a time holds the lease; its generation fences the writes of one that
held it before.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from oslo_config import cfg
from oslo_db import exception as db_exception
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from delfin.db.alerts import ExportCursor
from delfin.db.session import Database, affected, retried
from delfin.utils import utcnow_ms

_LONGEST_TEXT = 1024


class Cursor:
    """The cursor of one exporter, as one process sees it; used by one thread."""

    def __init__(
        self,
        database: Database,
        conf: cfg.ConfigOpts,
        exporter: str,
        owner: str,
        start: Callable[[], int],
    ) -> None:
        """'owner' names this process, as no other process is named.

        'start' says where an exporter begins that has no cursor yet.
        """
        self.position = 0
        self._database = database
        self._conf = conf
        self._exporter = exporter
        self._owner = owner
        self._start = start
        self._generation: int | None = None
        self._renew_at = 0.0

    def acquire(self) -> bool:
        """Take or renew the lease; True while this process is the one that forwards."""
        if self._generation is not None and time.monotonic() < self._renew_at:
            return True
        asked_at = time.monotonic()
        cursor = self._lease() if self._may_lease() else None
        if cursor is None:
            self._generation = None
            return False
        self._generation, self.position = cursor
        self._renew_at = asked_at + self._lease_time / 3
        return True

    def move(
        self,
        session: Session,
        position: int,
        delivered: int,
        *,
        silenced: int = 0,
        dropped: int = 0,
    ) -> bool:
        """Note that everything up to 'position' is dealt with; False when another has the lease.

        Call 'settled' once the transaction has committed.
        """
        return bool(
            affected(
                session,
                update(ExportCursor)
                .where(*self._held())
                .values(
                    position=position,
                    delivered=ExportCursor.delivered + delivered,
                    silenced=ExportCursor.silenced + silenced,
                    dropped=ExportCursor.dropped + dropped,
                    failing_since=None,
                    error=None,
                ),
            )
        )

    def pass_over(self, session: Session, position: int, dropped: int) -> bool:
        """As 'move', for what is given up; whether the exporter fails is another matter."""
        return bool(
            affected(
                session,
                update(ExportCursor)
                .where(*self._held())
                .values(position=position, dropped=ExportCursor.dropped + dropped),
            )
        )

    def settled(self, position: int, *, moved: bool) -> bool:
        """Remember what came of moving; the same answer again."""
        if moved:
            self.position = position
        else:
            self._generation = None
        return moved

    def failed(self, why: str) -> None:
        """Keep for operators that nothing gets through, and since when."""
        with self._database.writer() as session:
            session.execute(
                update(ExportCursor)
                .where(*self._held())
                .values(
                    error=why[:_LONGEST_TEXT],
                    failing_since=func.coalesce(ExportCursor.failing_since, utcnow_ms()),
                )
            )

    def release(self) -> None:
        """Let another process go on at once."""
        if self._generation is not None:
            with self._database.writer() as session:
                session.execute(update(ExportCursor).where(*self._held()).values(lease_until=0))
            self._generation = None

    @property
    def _lease_time(self) -> float:
        """A call that hangs must not outlast the lease."""
        exporters = self._conf.exporters
        return max(float(exporters.lease_time), 2.0 * float(exporters.timeout))

    def _held(self) -> tuple[Any, ...]:
        return (
            ExportCursor.exporter == self._exporter,
            ExportCursor.lease_owner == self._owner,
            ExportCursor.generation == self._generation,
        )

    def _may_lease(self) -> bool:
        """Whether asking can succeed; makes the cursor when there is none yet."""
        free = or_(ExportCursor.lease_owner == self._owner, ExportCursor.lease_until < utcnow_ms())
        mine = ExportCursor.exporter == self._exporter
        with self._database.reader() as session:
            found = session.scalars(select(free).where(mine)).one_or_none()
        if found is None:
            self._make()
        return found is None or bool(found)

    @retried
    def _lease(self) -> tuple[int, int] | None:
        with self._database.writer() as session:
            wanted = select(ExportCursor).where(ExportCursor.exporter == self._exporter)
            cursor = session.scalars(wanted.with_for_update()).one()
            now = utcnow_ms()
            if cursor.lease_owner != self._owner or self._generation is None:
                if cursor.lease_until >= now and cursor.lease_owner != self._owner:
                    return None
                cursor.generation += 1
            cursor.lease_owner = self._owner
            cursor.lease_until = now + int(self._lease_time * 1000)
            return cursor.generation, cursor.position

    def _make(self) -> None:
        position = self._start()
        try:
            with self._database.writer() as session:
                counts = dict.fromkeys(("delivered", "silenced", "dropped"), 0)
                session.add(
                    ExportCursor(
                        exporter=self._exporter,
                        position=position,
                        lease_until=0,
                        generation=0,
                        **counts,
                    )
                )
        except db_exception.DBDuplicateEntry:
            # Another process has the same exporter, and was a moment earlier.
            return
