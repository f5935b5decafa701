"""Leases of sessions with arrays: so many rows for each array and tier, so many sessions there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from delfin.db.access_info import AccessInfo
from delfin.db.base import Base, UtcDateTime, big_integer, utcnow
from delfin.db.session import affected
from delfin.db.storages import Storage

LONGEST_ERROR = 255


class ArraySession(Base):
    """The right of one process to a session with an array, until it ends or is given back."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "lease_until"),)

    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"), primary_key=True, doc="The storage"
    )
    tier: Mapped[str] = mapped_column(
        String(16), primary_key=True, doc="Which services share the slots: task or api"
    )
    slot: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False, doc="0 up to the limit of the tier"
    )
    holder: Mapped[str] = mapped_column(String(255), doc="The process, by a name no other has")
    node: Mapped[str] = mapped_column(String(255), doc="Host name of the process")
    process: Mapped[int] = mapped_column(Integer, doc="Its number on that host")
    generation: Mapped[int] = mapped_column(Integer, doc="Of the access information in use")
    lease_until: Mapped[int] = big_integer("When it may be taken away, epoch milliseconds")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, doc="When it was taken (UTC)")
    last_used: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="End of the last call")
    calls: Mapped[int] = mapped_column(Integer, doc="Calls to the array over this session")
    last_error: Mapped[str | None] = mapped_column(
        String(LONGEST_ERROR), doc="Code of the last error of a call"
    )


@dataclass(frozen=True)
class Place:
    """Who takes a lease, and which."""

    storage_id: str
    tier: str
    slot: int
    holder: str


def take(
    session: Session,
    storage_id: str,
    tier: str,
    limit: int,
    *,
    holder: str,
    node: str,
    process: int,
    generation: int,
    now: int,
    lease_until: int,
) -> Place | str:
    """A place among 'limit' ones, or else who has the last of them.

    Raises:
        oslo_db.exception.DBDuplicateEntry: Somebody was quicker; try again.
    """
    known = {
        row.slot: row
        for row in session.scalars(
            select(ArraySession).where(
                ArraySession.storage_id == storage_id, ArraySession.tier == tier
            )
        )
    }
    values: dict[str, Any] = {
        "holder": holder,
        "node": node,
        "process": process,
        "generation": generation,
        "lease_until": lease_until,
        "opened_at": utcnow(),
        "last_used": None,
        "calls": 0,
        "last_error": None,
    }
    for slot in range(limit):
        place = Place(storage_id, tier, slot, holder)
        key = {"storage_id": storage_id, "tier": tier, "slot": slot}
        if slot not in known:
            session.execute(insert(ArraySession).values(**key, **values))
            return place
        # Not locked before: rows that are not there cannot be, without keeping others from theirs.
        same = _held(Place(storage_id, tier, slot, known[slot].holder))
        ended = (*same, ArraySession.lease_until < now)
        if affected(session, update(ArraySession).where(*ended).values(**values)):
            return place
    last = known[limit - 1]
    return f"{last.node} (process {last.process})"


_TABLE = cast("Table", ArraySession.__table__)
# More ids than that do not fit into a statement of every engine.
_AT_ONCE = 500
_RENEW = (
    update(_TABLE)
    .where(*(_TABLE.c[name] == bindparam(f"its_{name}") for name in Place.__dataclass_fields__))
    .values({name: bindparam(name) for name in ("lease_until", "calls", "last_used", "last_error")})
)
_STANDING = (
    select(ArraySession.holder, AccessInfo.generation)
    .outerjoin(Storage, and_(Storage.id == ArraySession.storage_id, Storage.deleted.is_(False)))
    .outerjoin(AccessInfo, AccessInfo.storage_id == Storage.id)
)


@dataclass(frozen=True)
class Renewal:
    """What a lease is renewed with: what was done with its session so far."""

    place: Place
    calls: int
    last_used: datetime | None
    last_error: str | None


def renew_all(
    session: Session, renewals: Sequence[Renewal], lease_until: int
) -> dict[str, int | None]:
    """Put the end of all of them off, in a few statements however many they are.

    The generation of the access information now, by holder; None when the storage is being removed.
    A holder that is missing has lost its lease to somebody else.
    """
    ordered = sorted(renewals, key=lambda one: (one.place.storage_id, one.place.slot))
    rows = [
        {f"its_{name}": value for name, value in vars(one.place).items()}
        | {"calls": one.calls, "last_used": one.last_used, "last_error": one.last_error}
        for one in ordered
    ]
    session.connection().execute(_RENEW, [{**row, "lease_until": lease_until} for row in rows])
    current: dict[str, int | None] = {}
    for begin in range(0, len(ordered), _AT_ONCE):
        some = [one.place.storage_id for one in ordered[begin : begin + _AT_ONCE]]
        current.update(
            (row.holder, row.generation)
            for row in session.execute(_STANDING.where(ArraySession.storage_id.in_(some)))
        )
    return {
        one.place.holder: current[one.place.holder]
        for one in ordered
        if one.place.holder in current
    }


def give_back(session: Session, place: Place) -> None:
    session.execute(delete(ArraySession).where(*_held(place)))


def give_all_back(session: Session) -> int:
    """Free what a dead process held; only for the sole user of a database."""
    return affected(session, delete(ArraySession))


def live(
    session: Session, now: int, storage_ids: Iterable[str] | None = None
) -> list[ArraySession]:
    """Sessions whose lease has not ended, of these storages or of all."""
    wanted = select(ArraySession).where(ArraySession.lease_until >= now)
    if storage_ids is not None:
        wanted = wanted.where(ArraySession.storage_id.in_(list(storage_ids)))
    order = (ArraySession.storage_id, ArraySession.tier, ArraySession.slot)
    return list(session.scalars(wanted.order_by(*order)))


def _held(place: Place) -> tuple[Any, ...]:
    return (
        ArraySession.storage_id == place.storage_id,
        ArraySession.tier == place.tier,
        ArraySession.slot == place.slot,
        ArraySession.holder == place.holder,
    )
