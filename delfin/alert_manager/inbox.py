"""The inbox in the database: traps are stored in batches, taken lane by lane, and marked done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult, Insert, Table, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from delfin.alert_manager.snmp.engine import EngineTime
from delfin.alert_manager.trap import KEPT, Row, Trap
from delfin.db import trap_inbox
from delfin.db.alert_sources import SnmpEngine
from delfin.db.session import Database, affected, retried
from delfin.db.storages import Storage
from delfin.db.trap_inbox import InboxTrap, TrapLane
from delfin.utils import utcnow_ms

# Rows that are deleted in one transaction.
_STRUCK_AT_ONCE = 5000


class Kept(NamedTuple):
    """What became of a batch."""

    stored: int
    duplicates: int
    homeless: int


class Lane(NamedTuple):
    """The right to process the traps of a storage for some seconds."""

    storage_id: str
    crashes: int


class Waiting(NamedTuple):
    """A trap that was not processed yet."""

    id: int
    received_at: int
    content: Row


class LaneLostError(Exception):
    """Another process has the lane: nothing more may be written for it."""


class Inbox:
    """Traps in the database, for one process named 'owner'."""

    def __init__(self, database: Database, owner: str, lease_time: float) -> None:
        """'lease_time' is in seconds."""
        self._database = database
        self._owner = owner
        self._lease_ms = int(lease_time * 1000)
        self._lanes: set[str] = set()

    @retried
    def store(self, traps: Sequence[Trap]) -> Kept:
        """Store a batch in one transaction; those that are there already change nothing.

        Raises:
            oslo_db.exception.DBError: The database is away; nothing was stored.
        """
        with self._database.writer() as session:
            wanted = {trap.storage_id for trap in traps}
            alive = select(Storage.id).where(Storage.id.in_(wanted), Storage.deleted.is_(False))
            live = set(session.scalars(alive.order_by(Storage.id).with_for_update(read=True)))
            rows = [trap.row() for trap in traps if trap.storage_id in live]
            if missing := live - self._lanes:
                lanes = [
                    {"storage_id": name, "leased_until": 0, "crashes": 0, "sync_asked_at": 0}
                    for name in sorted(missing)
                ]
                _insert_new(session, TrapLane, lanes)
            stored = _insert_new(session, InboxTrap, rows) if rows else 0
        self._lanes = (self._lanes - wanted) | live
        return Kept(stored, len(rows) - stored, len(traps) - len(rows))

    @retried
    def lanes(self) -> list[Lane]:
        """Take every free lane in which traps wait, for as long as a lease lasts."""
        now = utcnow_ms()
        with self._database.reader() as session:
            # One row a storage, however many traps wait: the index answers this.
            pending = select(InboxTrap.storage_id).where(InboxTrap.done_at.is_(None)).distinct()
            waiting = sorted(session.scalars(pending))
        if not waiting:
            return []
        free = (
            TrapLane.storage_id.in_(waiting),
            or_(
                TrapLane.owner.is_(None),
                TrapLane.owner == self._owner,
                TrapLane.leased_until < now,
            ),
        )
        with self._database.writer() as session:
            locked = select(TrapLane).where(*free).order_by(TrapLane.storage_id)
            taken = session.scalars(locked.with_for_update(skip_locked=True)).all()
            for lane in taken:
                if lane.owner not in {None, self._owner}:
                    # Whoever had it died in the middle of something.
                    lane.crashes += 1
                lane.owner, lane.leased_until = self._owner, now + self._lease_ms
            return [Lane(lane.storage_id, lane.crashes) for lane in taken]

    def waiting(self, storage_id: str, most: int) -> list[Waiting]:
        """The oldest traps of a storage that were not processed."""
        wanted = (
            select(InboxTrap.id, InboxTrap.received_at, InboxTrap.content)
            .where(InboxTrap.done_at.is_(None), InboxTrap.storage_id == storage_id)
            .order_by(InboxTrap.id)
            .limit(most)
        )
        with self._database.reader() as session:
            return [Waiting(*row) for row in session.execute(wanted)]

    def hold(self, session: Session, storage_id: str) -> TrapLane:
        """Let the transaction go on only while the lane is ours, and put the lease's end off.

        Raises:
            LaneLostError: It is not ours any more.
        """
        lane = session.scalars(
            select(TrapLane)
            .where(TrapLane.storage_id == storage_id, TrapLane.owner == self._owner)
            .with_for_update()
        ).one_or_none()
        if lane is None:
            raise LaneLostError(storage_id)
        lane.leased_until = utcnow_ms() + self._lease_ms
        return lane

    def done(self, session: Session, ids: Sequence[int]) -> None:
        """Mark traps as processed, in the transaction that keeps what came of them."""
        session.execute(
            update(InboxTrap)
            .where(InboxTrap.id.in_(ids))
            .values(done_at=utcnow_ms())
            .execution_options(synchronize_session=False)
        )

    @retried
    def release(self) -> None:
        """Give all lanes back, so that another process need not wait for the leases to end."""
        with self._database.writer() as session:
            session.execute(
                update(TrapLane)
                .where(TrapLane.owner == self._owner)
                .values(owner=None, leased_until=0, crashes=0)
            )

    @retried
    def strike_old(self) -> int:
        """Delete some of the traps that were processed long enough ago; how many."""
        before = utcnow_ms() - int(KEPT * 1000)
        with self._database.writer() as session:
            old = select(InboxTrap.id).where(InboxTrap.done_at < before)
            ids = session.scalars(old.limit(_STRUCK_AT_ONCE)).all()
            return affected(session, delete(InboxTrap).where(InboxTrap.id.in_(ids))) if ids else 0

    @retried
    def report(self, receiver: str, started_at: datetime, counts: Mapping[str, int]) -> None:
        """Show to everybody what became of the traps of this process."""
        with self._database.writer() as session:
            trap_inbox.report(session, receiver, started_at, counts)

    @retried
    def keep_engines(self, times: Iterable[EngineTime]) -> None:
        """Keep the newest time of each engine, for after a restart and for other nodes."""
        with self._database.writer() as session:
            for one in sorted(times):
                name, seen_at = one.engine_id.hex(), int(one.seen_at * 1000)
                row = {"engine_id": name, "boots": one.boots, "time": one.time, "seen_at": seen_at}
                if _insert_new(session, SnmpEngine, [row]):
                    continue
                newer = or_(
                    SnmpEngine.boots < one.boots,
                    (SnmpEngine.boots == one.boots) & (SnmpEngine.time < one.time),
                )
                session.execute(
                    update(SnmpEngine).where(SnmpEngine.engine_id == name, newer).values(**row)
                )

    def engines(self, since: int) -> list[EngineTime]:
        """Engines that were heard since then (epoch milliseconds), by any node."""
        wanted = select(SnmpEngine).where(SnmpEngine.seen_at >= since)
        with self._database.reader() as session:
            return [
                EngineTime(bytes.fromhex(row.engine_id), row.boots, row.time, row.seen_at / 1000)
                for row in session.scalars(wanted)
            ]


def _insert_new(session: Session, model: Any, rows: list[Row]) -> int:
    """Insert the rows whose keys are not there yet, in one statement; how many."""
    table = model.__table__
    if session.get_bind().dialect.name == "postgresql":
        # Its driver does not count what several rows of parameters met.
        key = table.primary_key.columns.values()[0]
        added = postgresql.insert(table).on_conflict_do_nothing().returning(key)
        return len(session.execute(added, rows).all())
    done = session.execute(_ignoring(session, table), rows)
    return cast("CursorResult[Any]", done).rowcount


def _ignoring(session: Session, table: Table) -> Insert:
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return insert(table).prefix_with("IGNORE")
