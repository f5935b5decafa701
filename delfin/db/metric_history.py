"""The short history of performance: packed samples, and what the hours came to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    select,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, Session, mapped_column

from delfin import exception
from delfin.db.base import Base, big_integer
from delfin.db.upsert import insert_or_keep

# All three engines hold its largest value; MariaDB's BLOB ends at 64 KiB.
_PACKED = LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")


def _of_history(**options: Any) -> Any:
    return mapped_column(
        ForeignKey("metric_histories.id", ondelete="CASCADE"),
        doc="The history that it belongs to",
        **options,
    )


class MetricHistory(Base):
    """The history of one storage; who writes to it locks this row."""

    __tablename__ = "metric_histories"

    id: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=True, doc="Short for the storage"
    )
    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"), unique=True, doc="The storage"
    )
    newest: Mapped[int] = big_integer("Time of the newest sample, epoch milliseconds; 0 for none")


class MetricName(Base):
    """A metric with its unit; packed samples name it by its id. Rows are never deleted."""

    __tablename__ = "metric_names"
    __table_args__ = (UniqueConstraint("name", "unit"),)

    id: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=True, doc="Short for the metric"
    )
    name: Mapped[str] = mapped_column(String(128), doc="Name of the metric")
    unit: Mapped[str] = mapped_column(String(64), doc="What it is measured in")


class MetricResource(Base):
    """A part of a storage that there are samples of."""

    __tablename__ = "metric_resources"
    __table_args__ = (UniqueConstraint("history_id", "resource_type", "resource_id"),)

    id: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=True, doc="Short for the resource"
    )
    history_id: Mapped[int] = _of_history()
    resource_type: Mapped[str] = mapped_column(String(64), doc="What sort of part it is")
    resource_id: Mapped[str] = mapped_column(String(255), doc="The array's own id of it")
    resource_name: Mapped[str] = mapped_column(String(255), doc="Its name, as last reported")
    seen: Mapped[int] = big_integer("When there was a sample of it, to a day, epoch milliseconds")


class MetricBlock(Base):
    """The samples of one resource in a quarter of an hour, all metrics together."""

    __tablename__ = "metric_blocks"

    history_id: Mapped[int] = _of_history(primary_key=True)
    start: Mapped[int] = big_integer("Begin, epoch milliseconds", primary_key=True)
    resource: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False, doc="Id of its row in metric_resources"
    )
    data: Mapped[bytes] = mapped_column(_PACKED, doc="Packed; see delfin.telemetry.history.packed")


class MetricHour(Base):
    """What the samples of one resource came to in one hour."""

    __tablename__ = "metric_hours"

    history_id: Mapped[int] = _of_history(primary_key=True)
    start: Mapped[int] = big_integer("Begin, epoch milliseconds", primary_key=True)
    resource: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False, doc="Id of its row in metric_resources"
    )
    data: Mapped[bytes] = mapped_column(_PACKED, doc="Packed; see delfin.telemetry.history.packed")


class HourDue(Base):
    """An hour whose samples have changed since it was last summed up."""

    __tablename__ = "metric_hours_due"

    history_id: Mapped[int] = _of_history(primary_key=True)
    start: Mapped[int] = big_integer("Begin, epoch milliseconds", primary_key=True)
    touched: Mapped[int] = mapped_column(
        Integer, doc="Grows with each write; who sums up deletes the row only as it was found"
    )


def table_of(model: type[Base]) -> Table:
    """The table of a model; the types of SQLAlchemy say less."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - a mapped class of ours has one
    return table


def find_history(session: Session, storage_id: str) -> MetricHistory | None:
    """None when nothing was ever kept of the storage."""
    return session.scalars(
        select(MetricHistory).where(MetricHistory.storage_id == storage_id)
    ).one_or_none()


def locked_history(session: Session, storage_id: str) -> MetricHistory:
    """The history of a storage, for the one who writes to it; made where there is none.

    Raises:
        exception.StorageNotFound: The foreign key has no storage to refer to.
    """
    wanted = select(MetricHistory).where(MetricHistory.storage_id == storage_id)
    found = session.scalars(wanted.with_for_update()).one_or_none()
    if found is None:
        session.execute(
            insert_or_keep(session, table_of(MetricHistory)),
            {"storage_id": storage_id, "newest": 0},
        )
        found = session.scalars(wanted.with_for_update()).one_or_none()
    if found is None:
        raise exception.StorageNotFound(storage_id)
    return found
