"""Where each storage's traps come from, and what was found out about its SNMP agent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, Select, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from delfin import exception
from delfin.db.base import Base, Timestamped, UtcDateTime, big_integer
from delfin.db.storages import Storage

# What a check of the agent found out.
PENDING, REACHABLE, FAILED, NO_AGENT = "pending", "reachable", "failed", "no_agent"


class AlertSource(Timestamped, Base):
    """The SNMP settings of one storage; its secrets are sealed by whoever writes here."""

    __tablename__ = "alert_sources"

    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"), primary_key=True, doc="The storage"
    )
    host: Mapped[str] = mapped_column(
        String(1024), doc="Addresses or names that traps come from; several with commas"
    )
    version: Mapped[str] = mapped_column(
        String(16), doc="SNMPv1, SNMPv2c or SNMPv3, in the spelling it was given in"
    )
    community_string: Mapped[str | None] = mapped_column(Text, doc="Community of version 1 and 2c")
    username: Mapped[str | None] = mapped_column(String(32), doc="User of version 3")
    security_level: Mapped[str | None] = mapped_column(
        String(16), doc="noAuthnoPriv, authNoPriv or authPriv"
    )
    auth_protocol: Mapped[str | None] = mapped_column(String(16), doc="How messages are signed")
    auth_key: Mapped[str | None] = mapped_column(Text, doc="Password for signing")
    privacy_protocol: Mapped[str | None] = mapped_column(
        String(16), doc="How messages are encrypted"
    )
    privacy_key: Mapped[str | None] = mapped_column(Text, doc="Password for encryption")
    engine_id: Mapped[str | None] = mapped_column(
        String(64), doc="Engine of the array, hexadecimal; null: it is found out"
    )
    context_name: Mapped[str | None] = mapped_column(String(32), doc="Context of version 3")
    port: Mapped[int | None] = mapped_column(Integer, doc="UDP port of the agent; null means 161")
    retry_num: Mapped[int | None] = mapped_column(
        Integer, doc="How often the agent is asked again; null means once"
    )
    expiration: Mapped[int | None] = mapped_column(
        Integer, doc="Seconds that the agent has for an answer; null means 2"
    )
    generation: Mapped[int] = mapped_column(Integer, default=1, doc="Grows with every change")


class AlertSourceState(Base):
    """What the alert managers found out; apart, so that it is no change of the settings."""

    __tablename__ = "alert_source_state"

    storage_id: Mapped[str] = mapped_column(
        ForeignKey("alert_sources.storage_id", ondelete="CASCADE"),
        primary_key=True,
        doc="The storage",
    )
    status: Mapped[str] = mapped_column(
        String(16), default=PENDING, doc="pending, reachable, failed or no_agent"
    )
    error: Mapped[str | None] = mapped_column(String(1024), doc="Why the agent does not answer")
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="Last check of the agent")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="Its last answer")
    next_check: Mapped[int] = big_integer(
        "When the agent is checked next, epoch milliseconds", default=0, index=True
    )
    found_engine_id: Mapped[str | None] = mapped_column(
        String(64), doc="Engine that was found out, hexadecimal", index=True
    )


class SnmpEngine(Base):
    """The newest time that an engine has shown: what is older may be a replay."""

    __tablename__ = "snmp_engines"

    engine_id: Mapped[str] = mapped_column(String(64), primary_key=True, doc="Hexadecimal")
    boots: Mapped[int] = big_integer("How often it had started")
    time: Mapped[int] = big_integer("Seconds since its last start")
    seen_at: Mapped[int] = big_integer("When it showed that, epoch milliseconds", index=True)


def get(session: Session, storage_id: str, *, lock: bool = False) -> AlertSource:
    """The settings of a live storage.

    Raises:
        exception.AlertSourceNotFound: There are none, or the storage is being removed.
    """
    wanted = _live().where(AlertSource.storage_id == storage_id)
    if lock:
        wanted = wanted.with_for_update(of=AlertSource)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise exception.AlertSourceNotFound(storage_id)
    return found


def everyone(session: Session) -> list[tuple[AlertSource, AlertSourceState | None]]:
    """The settings of all live storages and what was found out, oldest first."""
    state = AlertSourceState.storage_id == AlertSource.storage_id
    wanted = _live().add_columns(AlertSourceState).outerjoin(AlertSourceState, state)
    ordered = wanted.order_by(AlertSource.created_at, AlertSource.storage_id)
    return [(source, found) for source, found in session.execute(ordered)]


def state_of(session: Session, storage_id: str) -> AlertSourceState:
    """What was found out, added when there is nothing yet."""
    found = session.get(AlertSourceState, storage_id)
    if found is None:
        found = AlertSourceState(storage_id=storage_id, status=PENDING, next_check=0)
        session.add(found)
        session.flush()
    return found


def _live() -> Select[AlertSource]:
    return (
        select(AlertSource)
        .join(Storage, Storage.id == AlertSource.storage_id)
        .where(Storage.deleted.is_(False))
    )
