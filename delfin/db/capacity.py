"""Capacity history: one row a day for each storage and each of its pools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Date, ForeignKey, String, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from delfin.db.base import Base, big_integer, utcnow

# The pool id of the row that is about the storage as a whole.
WHOLE = ""
FIGURES = ("total_capacity", "used_capacity", "free_capacity", "subscribed_capacity")


class CapacityDay(Base):
    """What was there on one day (UTC), as the last sync of that day saw it."""

    __tablename__ = "capacity_history"

    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"), primary_key=True, doc="The storage"
    )
    native_storage_pool_id: Mapped[str] = mapped_column(
        String(255), primary_key=True, doc="The pool; empty for the storage as a whole"
    )
    day: Mapped[date] = mapped_column(Date, primary_key=True, doc="Day (UTC)")
    total_capacity: Mapped[int | None] = big_integer("Usable capacity in bytes")
    used_capacity: Mapped[int | None] = big_integer("Capacity in use in bytes")
    free_capacity: Mapped[int | None] = big_integer("Usable capacity left in bytes")
    subscribed_capacity: Mapped[int | None] = big_integer("Capacity promised in bytes")


def record(
    session: Session, storage_id: str, pools: Iterable[tuple[str, Mapping[str, Any]]]
) -> None:
    """Keep today's figures; a later sync of the day replaces an earlier one's.

    Args:
        session: A transaction that may write.
        storage_id: The storage.
        pools: Native pool id (or WHOLE) and a mapping with the FIGURES, in bytes.
    """
    today = utcnow().date()
    known = set(
        session.scalars(
            select(CapacityDay.native_storage_pool_id).where(
                CapacityDay.storage_id == storage_id, CapacityDay.day == today
            )
        )
    )
    for pool_id, row in pools:
        figures = {name: row.get(name) for name in FIGURES}
        key = {"storage_id": storage_id, "native_storage_pool_id": pool_id, "day": today}
        if pool_id in known:
            session.execute(update(CapacityDay).filter_by(**key).values(**figures))
        else:
            session.execute(insert(CapacityDay).values(**key, **figures))
