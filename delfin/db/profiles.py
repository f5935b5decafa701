"""Storage profiles: what somebody wants of a pool, and how many pools satisfied it at the last look."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Index, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from delfin import exception
from delfin.db.base import Base, Json, Timestamped, big_integer


class Profile(Timestamped, Base):
    """Conditions that a pool has to meet, all of them."""

    __tablename__ = "profiles"
    __table_args__ = (Index(None, "created_at", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, doc="Id of the profile (UUID)")
    name: Mapped[str] = mapped_column(String(255), doc="Your own name for it", index=True)
    description: Mapped[str | None] = mapped_column(String(255), doc="Free text")
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(
        Json, doc="What a pool has to meet, all of it"
    )
    allow_stale: Mapped[bool] = mapped_column(
        Boolean, doc="Whether a pool counts whose last report is stale"
    )
    satisfying: Mapped[int | None] = mapped_column(
        Integer, doc="Pools that satisfied it at the last look; null before the first"
    )
    checked_at: Mapped[int] = big_integer("Last look, epoch milliseconds", default=0)


SHOWN = (
    *("id", "name", "description", "conditions", "allow_stale", "satisfying"),
    *("created_at", "updated_at"),
)


def get(session: Session, profile_id: str, *, lock: bool = False) -> Profile:
    """The profile of that id; with 'lock' nobody else changes it until the transaction ends.

    Raises:
        exception.ProfileNotFound: There is none.
    """
    wanted = select(Profile).where(Profile.id == profile_id)
    if lock:
        wanted = wanted.with_for_update()
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise exception.ProfileNotFound(profile_id)
    return found
