"""Whether each array lets delfin in, since when, and why not: one row an array, for all processes.

The row also counts logins, so that all processes together try a password twice at most.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from oslo_db import exception as db_exception
from sqlalchemy import ForeignKey, Index, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from delfin.db.access_info import AccessInfo
from delfin.db.base import Base, Json, UtcDateTime, big_integer, utcnow

OK, UNREACHABLE, TLS_FAILED = "ok", "unreachable", "tls_failed"
CREDENTIALS_INVALID, SESSION_LIMIT = "credentials_invalid", "session_limit"
STATES = (OK, UNREACHABLE, CREDENTIALS_INVALID, SESSION_LIMIT, TLS_FAILED)
_LONGEST_REASON = 1024


class AccessState(Base):
    """How the last tries to reach an array went."""

    __tablename__ = "access_state"
    __table_args__ = (Index(None, "state", "next_probe"),)

    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"), primary_key=True, doc="The storage"
    )
    state: Mapped[str] = mapped_column(
        String(32),
        doc="ok, unreachable, credentials_invalid, session_limit or tls_failed",
    )
    since: Mapped[datetime] = mapped_column(UtcDateTime, doc="When it came to this state (UTC)")
    error_code: Mapped[str | None] = mapped_column(String(64), doc="The error behind it")
    reason: Mapped[str | None] = mapped_column(String(_LONGEST_REASON), doc="The same, in words")
    generation: Mapped[int] = mapped_column(
        Integer, doc="Of the access information that 'logins' are about"
    )
    logins: Mapped[list[int]] = mapped_column(
        Json, doc="Logins begun and not known to be good, epoch milliseconds"
    )
    last_login: Mapped[int] = big_integer("Begin of the last login, epoch milliseconds", default=0)
    told: Mapped[str | None] = mapped_column(
        String(32), doc="The state that an open alert tells of; null while there is none"
    )
    next_probe: Mapped[int] = big_integer("When to try by itself, epoch milliseconds", default=0)


@dataclass(frozen=True)
class Known:
    """The row as it was read, for use outside of a transaction."""

    state: str
    since: datetime
    error_code: str | None
    reason: str | None
    generation: int


def read(session: Session, storage_id: str) -> Known | None:
    """None while nobody has tried to reach the array yet."""
    row = session.get(AccessState, storage_id)
    if row is None:
        return None
    return Known(row.state, row.since, row.error_code, row.reason, row.generation)


def locked(session: Session, storage_id: str) -> AccessState:
    """The row, for nobody else until the transaction ends; made when there is none."""
    wanted = select(AccessState).where(AccessState.storage_id == storage_id).with_for_update()
    found = session.scalars(wanted).one_or_none()
    if found is not None:
        return found
    made = AccessState(
        storage_id=storage_id,
        state=OK,
        since=utcnow(),
        generation=0,
        logins=[],
        last_login=0,
        told=None,
        next_probe=0,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except db_exception.DBDuplicateEntry:
        return session.scalars(wanted).one()
    return made


def of_account(session: Session, manager_key: str) -> list[AccessState]:
    """The rows of storages whose manager has one account for all, for nobody else meanwhile."""
    wanted = (
        select(AccessState)
        .join(AccessInfo, AccessInfo.storage_id == AccessState.storage_id)
        .where(AccessInfo.manager_key == manager_key)
        .order_by(AccessState.storage_id)
    )
    return list(session.scalars(wanted.with_for_update(of=AccessState)))


def shown(row: AccessState | None) -> dict[str, Any]:
    """What users see of it."""
    if row is None:
        return {"state": OK, "since": None, "reason": None, "error_code": None}
    return {
        "state": row.state,
        "since": row.since,
        "reason": row.reason,
        "error_code": row.error_code,
    }


def set_state(row: AccessState, state: str, error_code: str | None, reason: str | None) -> bool:
    """Keep the state with its reason; whether it is another one than before."""
    changed = row.state != state
    if changed:
        row.state, row.since = state, utcnow()
    row.error_code = error_code
    row.reason = None if reason is None else reason[:_LONGEST_REASON]
    return changed


def of(session: Session, storage_ids: Iterable[str]) -> dict[str, AccessState]:
    """The rows of these storages, by id; one query for a whole page."""
    wanted = select(AccessState).where(AccessState.storage_id.in_(list(storage_ids)))
    return {row.storage_id: row for row in session.scalars(wanted)}


def due(session: Session, now: int, most: int) -> list[str]:
    """Storages that cannot be reached and whose time to be tried has come, the longest due first."""
    wanted = (
        select(AccessState.storage_id)
        .where(AccessState.state != OK, AccessState.next_probe <= now)
        .order_by(AccessState.next_probe)
        .limit(most)
    )
    return list(session.scalars(wanted))
