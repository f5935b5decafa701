"""How far performance has been collected of each storage, and what can never be had any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from oslo_db import exception as db_exception
from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from delfin.db.base import Base, Json, UtcDateTime, big_integer, utcnow

_LONGEST_TEXT = 1024
# Of one storage; one that comes and goes all day must not fill the table.
_MOST_GAPS = 1000


class CollectionState(Base):
    """One row a storage, however long it was away. Array times are those of the array's clock."""

    __tablename__ = "collection_states"

    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"), primary_key=True, doc="The storage"
    )
    kinds: Mapped[dict[str, dict[str, Any]]] = mapped_column(
        Json, doc="By resource type: how far it was read, what is missing, how the last try went"
    )
    newest: Mapped[int | None] = big_integer("Newest time the array has shown, epoch milliseconds")
    skew: Mapped[int | None] = big_integer("What that was ahead of our clock, milliseconds")
    last_attempt: Mapped[int | None] = big_integer("Last try, epoch milliseconds")
    last_success: Mapped[int | None] = big_integer(
        "Last time that all that was due was read, epoch milliseconds"
    )
    failures: Mapped[int] = mapped_column(
        Integer, default=0, doc="Tries in a row in which the array did not answer"
    )
    error_code: Mapped[str | None] = mapped_column(String(64), doc="Why the last try failed")
    error_msg: Mapped[str | None] = mapped_column(String(_LONGEST_TEXT), doc="The same, in words")
    dropped: Mapped[dict[str, int]] = mapped_column(
        Json, doc="Samples that were not exported, by reason, since the storage was registered"
    )
    samples: Mapped[int] = big_integer("Samples that were exported", default=0)


class CollectionGap(Base):
    """A time of which some performance data is lost for good."""

    __tablename__ = "collection_gaps"
    __table_args__ = (Index(None, "storage_id", "resource_type", "end_time"),)

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"), doc="The storage"
    )
    resource_type: Mapped[str] = mapped_column(String(32), doc="What is missing")
    start_time: Mapped[int] = big_integer("Samples after this, epoch milliseconds")
    end_time: Mapped[int] = big_integer("Up to this, epoch milliseconds")
    recorded_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=utcnow, doc="Found out at (UTC)"
    )


def read(session: Session, storage_id: str) -> CollectionState | None:
    """None while nothing was tried yet."""
    return session.get(CollectionState, storage_id)


def locked(session: Session, storage_id: str) -> CollectionState:
    """The row, for nobody else until the transaction ends; made when there is none."""
    wanted = select(CollectionState).where(CollectionState.storage_id == storage_id)
    found = session.scalars(wanted.with_for_update()).one_or_none()
    if found is not None:
        return found
    made = CollectionState(storage_id=storage_id, kinds={}, failures=0, dropped={}, samples=0)
    try:
        with session.begin_nested():
            session.add(made)
    except db_exception.DBDuplicateEntry:
        return session.scalars(wanted.with_for_update()).one()
    return made


def set_error(row: CollectionState, code: str | None, text: str | None) -> None:
    row.error_code = code
    row.error_msg = None if text is None else text[:_LONGEST_TEXT]


def add_gap(
    session: Session, storage_id: str, resource_type: str, start_time: int, end_time: int
) -> None:
    """Record it; what follows a gap without a break makes that one longer."""
    mine = (CollectionGap.storage_id == storage_id, CollectionGap.resource_type == resource_type)
    before = session.scalars(
        select(CollectionGap).where(*mine, CollectionGap.end_time == start_time).limit(1)
    ).first()
    if before is not None:
        before.end_time = end_time
        return
    session.add(
        CollectionGap(
            storage_id=storage_id,
            resource_type=resource_type,
            start_time=start_time,
            end_time=end_time,
        )
    )
    session.flush()
    kept = select(CollectionGap.id).where(CollectionGap.storage_id == storage_id)
    oldest = session.scalars(kept.order_by(CollectionGap.id.desc()).offset(_MOST_GAPS).limit(1))
    if (last := oldest.first()) is not None:
        session.execute(
            delete(CollectionGap).where(
                CollectionGap.storage_id == storage_id, CollectionGap.id <= last
            )
        )


def gaps(session: Session, storage_id: str, most: int = 100) -> Sequence[CollectionGap]:
    """The latest first."""
    wanted = select(CollectionGap).where(CollectionGap.storage_id == storage_id)
    latest = wanted.order_by(CollectionGap.end_time.desc(), CollectionGap.id.desc())
    return session.scalars(latest.limit(most)).all()
