"""The event log as one exporter sees it: a lease, a cursor, and what comes behind it.

Positions are given to rows that are seen committed, by whoever reads first, under a
lock. So a row whose transaction commits late gets a late position, and no cursor has
passed it by.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any, cast

from oslo_config import cfg
from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from delfin.alerts.cursor import Cursor
from delfin.alerts.events import shown
from delfin.alerts.internal import SPOOL_OVERFLOW
from delfin.alerts.silences import Silences
from delfin.alerts.words import LASTING, RAISED, REPEATED, WAS_CLEARED
from delfin.db.alerts import Alert, AlertEvent, EventLogHead
from delfin.db.session import Database, retried
from delfin.utils import utcnow_ms

# Rows that get their position in one transaction.
_NUMBERED_AT_ONCE = 1000
_ONLY = 1


class AlertLog:
    """What is new for one exporter; of all processes, one at a time may read."""

    def __init__(self, database: Database, conf: cfg.ConfigOpts, exporter: str, owner: str) -> None:
        """'owner' names this process, as no other process is named."""
        self._database = database
        self._conf = conf
        self._exporter = exporter
        self._cursor = Cursor(database, conf, exporter, owner, self._start)
        self._overflowed = True

    def acquire(self) -> bool:
        """Take or renew the lease; True while this process is the one that forwards."""
        return self._cursor.acquire()

    def read(self, most: int) -> Sequence[tuple[int, dict[str, Any] | None]]:
        """What comes behind the cursor, oldest first: positions, and what to deliver.

        None stands for what a silence keeps back; it counts as dealt with.
        """
        number(self._database)
        self._drop_oldest()
        with self._database.reader() as session:
            rows = list(
                session.scalars(
                    select(AlertEvent)
                    .where(AlertEvent.position > self._cursor.position)
                    .order_by(AlertEvent.position)
                    .limit(most)
                )
            )
            entries = _entries(session, rows)
        if not rows and self._overflowed:
            self._tell_caught_up()
        return entries

    def commit(
        self, position: int, delivered: Sequence[dict[str, Any]], silenced: int, dropped: int
    ) -> bool:
        """Move the cursor; False when another process has taken over meanwhile."""
        told = [data["id"] for data in delivered if data.get("change") == RAISED]

        @retried
        def attempt() -> bool:
            with self._database.writer() as session:
                moved = self._cursor.move(
                    session, position, len(delivered), silenced=silenced, dropped=dropped
                )
                if moved and told:
                    session.execute(
                        update(Alert)
                        .where(Alert.id.in_(told), Alert.told.is_(False))
                        .values(told=True)
                        .execution_options(synchronize_session=False)
                    )
                return moved

        return self._cursor.settled(position, moved=attempt())

    def failed(self, why: str) -> None:
        """Keep for operators that nothing gets through, and since when."""
        self._cursor.failed(why)

    def standing(self, most: int) -> list[list[dict[str, Any]]]:
        """All alerts that last and are not silenced, in batches; for exporters that repeat."""
        with self._database.reader() as session:
            silences = Silences.of(session)
            lasting = select(Alert).where(Alert.state.in_(LASTING)).order_by(Alert.created_at)
            found = [
                {**shown(alert), "change": REPEATED}
                for alert in session.scalars(lasting)
                if not silences.cover(alert, alert.first_seen, window_of_past=False)
            ]
        return [found[start : start + most] for start in range(0, len(found), most)]

    def release(self) -> None:
        """Let another process go on at once."""
        self._cursor.release()

    def _start(self) -> int:
        """A new exporter gets what is still in the log of the last [alerts] keep_log seconds."""
        number(self._database)
        since = utcnow_ms() - self._conf.alerts.keep_log * 1000
        with self._database.reader() as session:
            oldest = session.scalar(
                select(func.min(AlertEvent.position)).where(AlertEvent.made_at >= since)
            )
            return last_position(session) if oldest is None else oldest - 1

    def _drop_oldest(self) -> None:
        """Keep no more than [exporters] spool_limit waiting; what is dropped is counted and told."""
        with self._database.reader() as session:
            keep_from = last_position(session) - self._conf.exporters.spool_limit
        lost = keep_from - self._cursor.position
        if lost <= 0:
            return

        @retried
        def attempt() -> bool:
            with self._database.writer() as session:
                moved = self._cursor.pass_over(session, keep_from, lost)
                if moved:
                    SPOOL_OVERFLOW.fault(
                        session, None, f"Exporter {self._exporter}.", location=self._exporter
                    )
                return moved

        if self._cursor.settled(keep_from, moved=attempt()):
            self._overflowed = True

    @retried
    def _tell_caught_up(self) -> None:
        with self._database.writer() as session:
            SPOOL_OVERFLOW.recovery(session, None, location=self._exporter)
        self._overflowed = False


_NUMBERING = threading.Lock()


@retried
def number(database: Database) -> None:
    """Give positions to the rows that have been committed since the last time."""
    unnumbered = select(AlertEvent.id).where(AlertEvent.position.is_(None)).order_by(AlertEvent.id)
    with _NUMBERING:
        while True:
            with database.reader() as session:
                if session.scalars(unnumbered.limit(1)).first() is None:
                    return
            with database.writer() as session:
                head = _locked_head(session)
                ids = session.scalars(unnumbered.limit(_NUMBERED_AT_ONCE)).all()
                _give_positions(session, head, ids)


def last_position(session: Session) -> int:
    return session.scalar(select(EventLogHead.position)) or 0


def _give_positions(session: Session, head: EventLogHead, ids: Sequence[int]) -> None:
    places = [
        {"which": row_id, "place": head.position + place} for place, row_id in enumerate(ids, 1)
    ]
    if places:
        table = cast("Table", AlertEvent.__table__)
        session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("which"), table.c.position.is_(None))
            .values(position=bindparam("place")),
            places,
        )
        head.position += len(places)


def _locked_head(session: Session) -> EventLogHead:
    wanted = select(EventLogHead).where(EventLogHead.id == _ONLY).with_for_update()
    head = session.scalars(wanted).one_or_none()
    if head is None:
        head = EventLogHead(id=_ONLY, position=0)
        session.add(head)
        session.flush()
    return head


def _entries(
    session: Session, rows: Iterable[AlertEvent]
) -> list[tuple[int, dict[str, Any] | None]]:
    silences = Silences.of(session)
    entries: list[tuple[int, dict[str, Any] | None]] = []
    passed: set[str] = set()
    for row in rows:
        assert row.position is not None  # noqa: S101 - the query asks for rows with one
        data = {**row.alert, "change": row.change, "event_id": row.position}
        silenced = silences.cover(data, row.made_at)
        if silenced and row.change == WAS_CLEARED:
            # Who was told of the fault must hear of its end, or has it open for ever.
            silenced = row.alert_id not in passed and not _was_told(session, row.alert_id)
        if not silenced:
            passed.add(row.alert_id)
        entries.append((row.position, None if silenced else data))
    return entries


def _was_told(session: Session, alert_id: str) -> bool:
    return bool(session.scalar(select(Alert.told).where(Alert.id == alert_id)))
