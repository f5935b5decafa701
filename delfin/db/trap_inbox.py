"""Traps that were received: stored here first, and deleted some minutes after they were processed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from delfin.db.base import Base, Json, UtcDateTime, big_integer, utcnow


class InboxTrap(Base):
    """One trap. Its key keeps several receivers of the same trap from storing it twice."""

    __tablename__ = "trap_inbox"
    __table_args__ = (Index(None, "done_at", "storage_id", "id"),)

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
        doc="Order of arrival",
    )
    trap_key: Mapped[str] = mapped_column(
        String(64), unique=True, doc="Digest of sender, request, content and repetition"
    )
    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"), doc="The storage it is booked to", index=True
    )
    received_at: Mapped[int] = big_integer("Epoch milliseconds")
    content: Mapped[dict[str, Any]] = mapped_column(
        Json, doc="The trap as drivers get it: object identifiers and texts"
    )
    done_at: Mapped[int | None] = big_integer("When it was processed, epoch milliseconds")


class TrapLane(Base):
    """Who processes the traps of a storage: one process at a time, so that they stay in order."""

    __tablename__ = "trap_lanes"

    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"), primary_key=True, doc="The storage"
    )
    owner: Mapped[str | None] = mapped_column(String(255), doc="The process that has it")
    leased_until: Mapped[int] = big_integer("When its lease ends, epoch milliseconds", default=0)
    crashes: Mapped[int] = mapped_column(
        Integer, default=0, doc="How often a process died while it had the lane"
    )
    sync_asked_at: Mapped[int] = big_integer(
        "When an alert synchronisation was asked for last, epoch milliseconds", default=0
    )


class TrapReceiver(Base):
    """A process that receives traps, and what became of them since it started."""

    __tablename__ = "trap_receivers"

    receiver: Mapped[str] = mapped_column(
        String(255), primary_key=True, doc="Host name and number of the process"
    )
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, doc="When it started (UTC)")
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime, doc="When it wrote this (UTC)", index=True
    )
    counts: Mapped[dict[str, int]] = mapped_column(
        Json, doc="Datagrams and traps since its start, by what became of them"
    )


def report(
    session: Session, receiver: str, started_at: datetime, counts: Mapping[str, int]
) -> None:
    """Say what became of the traps of a receiver; one that is silent for a day is forgotten."""
    row = session.get(TrapReceiver, receiver)
    if row is None:
        row = TrapReceiver(receiver=receiver)
        session.add(row)
    row.started_at, row.updated_at, row.counts = started_at, utcnow(), dict(counts)
    old = TrapReceiver.updated_at < utcnow() - timedelta(days=1)
    session.execute(delete(TrapReceiver).where(old))


def receivers(session: Session) -> list[TrapReceiver]:
    """All that reported within a day, by name."""
    return list(session.scalars(select(TrapReceiver).order_by(TrapReceiver.receiver)))
