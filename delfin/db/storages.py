"""The registered storages: one row an array."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from delfin import exception
from delfin.db.base import Base, Json, Timestamped, UtcDateTime, big_integer, utcnow
from delfin.db.session import affected


def _text(doc: str, **options: Any) -> Any:
    return mapped_column(String(255), doc=doc, **options)


class Storage(Timestamped, Base):
    """A registered array.

    A deleted one stays as a tombstone until its removal job has ended: every
    late write of a sync finds it and gives way.
    """

    __tablename__ = "storages"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, doc="Id of the storage (UUID)")
    name: Mapped[str | None] = _text("Name that the array gives itself", index=True)
    description: Mapped[str | None] = _text("Free text")
    location: Mapped[str | None] = _text("Where it stands")
    status: Mapped[str | None] = _text("Health", index=True)
    vendor: Mapped[str | None] = _text("Vendor that the array reports", index=True)
    model: Mapped[str | None] = _text("Model that the array reports", index=True)
    serial_number: Mapped[str | None] = _text("Serial number of the array", index=True)
    firmware_version: Mapped[str | None] = _text("Firmware of the array")
    total_capacity: Mapped[int | None] = big_integer("Usable capacity in bytes")
    used_capacity: Mapped[int | None] = big_integer("Capacity in use in bytes")
    free_capacity: Mapped[int | None] = big_integer("Usable capacity left in bytes")
    raw_capacity: Mapped[int | None] = big_integer("Capacity of all disks in bytes")
    subscribed_capacity: Mapped[int | None] = big_integer("Capacity promised in bytes")
    live_serial: Mapped[str | None] = mapped_column(
        String(255), unique=True, doc="The serial number while the storage lives, else null"
    )
    last_sync: Mapped[dict[str, Any] | None] = mapped_column(
        Json, doc="How the last synchronisation ended"
    )
    deleted: Mapped[bool] = mapped_column(Boolean, default=False, doc="A removal is under way")
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="When it was deleted")


# What a driver's get_storage may fill, beside vendor and model.
REPORTED = (
    *("name", "description", "location", "status", "vendor", "model", "serial_number"),
    *("firmware_version", "total_capacity", "used_capacity", "free_capacity"),
    *("raw_capacity", "subscribed_capacity"),
)


class KindState(Base):
    """How one kind of one storage stands: supported or not, last reading, last error."""

    __tablename__ = "kind_state"

    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"), primary_key=True, doc="The storage"
    )
    kind: Mapped[str] = mapped_column(String(64), primary_key=True, doc="Key of the resource kind")
    supported: Mapped[bool | None] = mapped_column(
        Boolean, doc="False when the driver does not support the kind; null while unknown"
    )
    row_count: Mapped[int | None] = big_integer("Rows stored by the last good reading")
    last_success: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="Last good reading")
    last_attempt: Mapped[datetime] = mapped_column(UtcDateTime, doc="Last reading, good or not")
    error_code: Mapped[str | None] = mapped_column(String(64), doc="Why the last reading failed")
    error_msg: Mapped[str | None] = mapped_column(String(1024), doc="The same, in words")
    doubted_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, doc="When a suspiciously short reading was set aside"
    )
    doubted_rows: Mapped[int | None] = big_integer("Rows of the reading that was set aside")
    notes: Mapped[dict[str, Any] | None] = mapped_column(
        Json, doc="What was dropped or mended in the last good reading"
    )


def get(session: Session, storage_id: str, *, lock: bool = False) -> Storage:
    """The live storage of that id; with 'lock' it cannot be deleted until the transaction ends.

    Raises:
        exception.StorageNotFound: There is none, or it is being removed.
    """
    wanted = select(Storage).where(Storage.id == storage_id, Storage.deleted.is_(False))
    if lock:
        wanted = wanted.with_for_update(read=True)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise exception.StorageNotFound(storage_id)
    return found


def all_ids(session: Session) -> Sequence[str]:
    """Of the live storages, in no order."""
    return session.scalars(select(Storage.id).where(Storage.deleted.is_(False))).all()


def is_there(session: Session, storage_id: str) -> bool:
    """Whether there is such a storage, also one whose removal is under way."""
    return session.scalars(select(Storage.id).where(Storage.id == storage_id)).first() is not None


def with_serial(session: Session, serial_number: str) -> Storage | None:
    return session.scalars(
        select(Storage).where(Storage.live_serial == serial_number)
    ).one_or_none()


def add(session: Session, storage_id: str, reported: Mapping[str, Any]) -> Storage:
    """Store a new array; a serial number that lives already breaks a unique key."""
    storage = Storage(id=storage_id, live_serial=reported["serial_number"], **reported)
    session.add(storage)
    session.flush()
    return storage


def take_report(storage: Storage, reported: Mapping[str, Any]) -> None:
    """Keep what the array says of itself now; a driver may leave vendor and model out."""
    for name, value in reported.items():
        if value is not None or name not in {"vendor", "model"}:
            setattr(storage, name, value)


def bury(session: Session, storage_id: str) -> None:
    """Make the storage a tombstone.

    Raises:
        exception.StorageNotFound: There is no live storage of that id.
    """
    buried = affected(
        session,
        update(Storage)
        .where(Storage.id == storage_id, Storage.deleted.is_(False))
        .values(deleted=True, deleted_at=utcnow(), live_serial=None),
    )
    if not buried:
        raise exception.StorageNotFound(storage_id)


def forget(session: Session, storage_id: str) -> None:
    """Delete the tombstone, and by foreign keys all that still belongs to it."""
    session.execute(delete(Storage).where(Storage.id == storage_id))


def kind_states(session: Session, storage_ids: list[str]) -> dict[str, list[KindState]]:
    """The states of all kinds, by storage id; one query for a whole page."""
    result: dict[str, list[KindState]] = {storage_id: [] for storage_id in storage_ids}
    wanted = select(KindState).where(KindState.storage_id.in_(storage_ids))
    for state in session.scalars(wanted.order_by(KindState.kind)):
        result[state.storage_id].append(state)
    return result
