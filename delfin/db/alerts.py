"""The tables of alerts: what is wrong, what changed about it, what is silenced, who was told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from delfin.db.base import Base, Json, Timestamped, big_integer


def _text(doc: str, length: int = 255, **options: Any) -> Any:
    return mapped_column(String(length), doc=doc, **options)


def _storage(doc: str, **options: Any) -> Any:
    return mapped_column(ForeignKey("storages.id", ondelete="CASCADE"), doc=doc, **options)


class Alert(Timestamped, Base):
    """A condition of an array, or of delfin itself, from the first report to the last.

    'live_key' is unique and set while the condition lasts, so that the same one
    is never open twice, however many processes hear of it at once. A one-time
    event keeps its key, and is known again when the array lists it again.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        Index(None, "storage_id", "dedup_key"),
        Index(None, "storage_id", "state"),
        Index(None, "state", "severity"),
        Index(None, "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, doc="Id of the alert (UUID)")
    storage_id: Mapped[str | None] = _storage("The storage; null for alerts about delfin itself")
    storage_name: Mapped[str | None] = _text("Name of the storage when it was reported")
    vendor: Mapped[str | None] = _text("Vendor of the storage")
    model: Mapped[str | None] = _text("Model of the storage")
    serial_number: Mapped[str | None] = _text("Serial number of the storage", index=True)
    state: Mapped[str] = _text("open, acknowledged or cleared", 16)
    category: Mapped[str] = _text("Fault, Event or Recovery", 16, index=True)
    severity: Mapped[str] = _text("How bad it is", 16, index=True)
    type: Mapped[str] = _text("What kind of trouble it is", 64, index=True)
    alert_id: Mapped[str | None] = _text("The vendor's number for this sort of alert", index=True)
    alert_name: Mapped[str | None] = _text("What the vendor calls it", index=True)
    sequence_number: Mapped[str | None] = _text("The array's own number of this alert", index=True)
    description: Mapped[str | None] = mapped_column(Text, doc="What happened, in words")
    recovery_advice: Mapped[str | None] = mapped_column(Text, doc="What to do about it")
    resource_type: Mapped[str | None] = _text("What sort of part it is about", 64, index=True)
    location: Mapped[str | None] = _text("Which part it is about")
    match_key: Mapped[str | None] = _text("The driver's key for a fault and its recovery")
    clear_category: Mapped[str | None] = _text("Automatic or Manual, as the array says", 16)
    occur_time: Mapped[int] = big_integer("When the array says it happened, epoch milliseconds")
    first_seen: Mapped[int] = big_integer("First report, epoch milliseconds")
    last_seen: Mapped[int] = big_integer("Last report, epoch milliseconds", index=True)
    count: Mapped[int] = big_integer("How often it was reported")
    reported_by: Mapped[str] = _text("array, or delfin itself", 16, index=True)
    acknowledged_by: Mapped[str | None] = _text("Who has taken it up")
    acknowledged_at: Mapped[int | None] = big_integer("When, epoch milliseconds")
    cleared_by: Mapped[str | None] = _text("What ended it: recovery, sync, user or delfin", 16)
    cleared_at: Mapped[int | None] = big_integer("When it ended, epoch milliseconds", index=True)
    notes: Mapped[dict[str, int] | None] = mapped_column(
        Json, doc="What was mended in the report, and how often"
    )
    told: Mapped[bool] = mapped_column(
        Boolean, default=False, doc="An exporter was given it; its end is exported even if silenced"
    )
    dedup_key: Mapped[str] = _text("The same for all reports of one condition", 64)
    live_key: Mapped[str | None] = _text("Set while the condition lasts", 64, unique=True)


class AlertEvent(Base):
    """A change of an alert's state, written in the transaction that changes it.

    Ids are given out before transactions commit, and these do not commit in that
    order. So readers go by 'position', which is given to committed rows only.
    """

    __tablename__ = "alert_events"
    # SQLite would give the ids of deleted rows out again.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
        doc="Grows within the changes of one alert",
    )
    position: Mapped[int | None] = big_integer(
        "Place in the log; null until the row was seen committed", unique=True
    )
    alert_id: Mapped[str] = _text("The alert whose state changed", 36, index=True)
    storage_id: Mapped[str | None] = _storage("The storage; null for delfin itself", index=True)
    change: Mapped[str] = _text("raised, changed, acknowledged, unacknowledged or cleared", 16)
    made_at: Mapped[int] = big_integer("When it changed, epoch milliseconds", index=True)
    alert: Mapped[dict[str, Any]] = mapped_column(Json, doc="The alert as it was then")


class EventLogHead(Base):
    """One row: the last position that was given out. Who gives out positions locks it."""

    __tablename__ = "alert_event_head"

    id: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False, doc="Always 1: there is one log"
    )
    position: Mapped[int] = big_integer("Last position given out")


# What the names of cursors begin with whose exporters do not read the log of alerts.
RESOURCES = "resources:"


class ExportCursor(Timestamped, Base):
    """How far one exporter has got, and which process works for it."""

    __tablename__ = "export_cursors"

    exporter: Mapped[str] = _text("Name of the exporter", 64, primary_key=True)
    position: Mapped[int] = big_integer("Everything up to here is dealt with")
    lease_owner: Mapped[str | None] = _text("The process that forwards for it")
    lease_until: Mapped[int] = big_integer("When its lease ends, epoch milliseconds")
    generation: Mapped[int] = mapped_column(
        Integer, doc="Grows when another process takes over; the one before can write nothing"
    )
    delivered: Mapped[int] = big_integer("Changes that were delivered")
    silenced: Mapped[int] = big_integer("Changes that a silence kept back")
    dropped: Mapped[int] = big_integer("Changes given up: the log was full, or they were refused")
    failing_since: Mapped[int | None] = big_integer("Since when nothing gets through, or null")
    error: Mapped[str | None] = _text("Why, in words", 1024)


class Silence(Timestamped, Base):
    """Alerts that are stored and not exported for a time; what is null matches everything."""

    __tablename__ = "silences"
    __table_args__ = (Index(None, "created_at", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, doc="Id of the silence (UUID)")
    storage_id: Mapped[str | None] = _storage("Only alerts of this storage", index=True)
    severity: Mapped[str | None] = _text("Only alerts of this severity", 16, index=True)
    alert_id: Mapped[str | None] = _text("Only alerts with this alert_id", index=True)
    starts_at: Mapped[int] = big_integer("From when on, epoch milliseconds", index=True)
    ends_at: Mapped[int | None] = big_integer("Until when; null until it is deleted", index=True)
    comment: Mapped[str | None] = _text("Why")
    created_by: Mapped[str | None] = _text("Who asked for it")


class AlertReading(Base):
    """How the last listing of an array's alerts went."""

    __tablename__ = "alert_readings"

    storage_id: Mapped[str] = _storage("The storage", primary_key=True)
    supported: Mapped[bool | None] = mapped_column(
        Boolean, doc="False when the driver cannot list alerts; null while unknown"
    )
    last_attempt: Mapped[int] = big_integer("Last listing, good or not, epoch milliseconds")
    last_success: Mapped[int | None] = big_integer("Last good listing, epoch milliseconds")
    doubted_at: Mapped[int | None] = big_integer("When a suspiciously short listing was set aside")
    error_code: Mapped[str | None] = _text("Why the last listing failed", 64)
    error_msg: Mapped[str | None] = _text("The same, in words", 1024)
