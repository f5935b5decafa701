"""Traps that were received: stored here first, and deleted some minutes after they were processed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from delfin.db.base import Base, Json, big_integer


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
