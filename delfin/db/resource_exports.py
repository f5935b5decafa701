"""What exporters of resources have delivered: a digest of each row, packed by storage and kind."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from delfin.db.base import Base, UtcDateTime

_PACKED = LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
_EXPORTER = "Name of its cursor in export_cursors"


class ExportedKind(Base):
    """What one exporter has delivered of one kind of one storage."""

    __tablename__ = "exported_kinds"

    exporter: Mapped[str] = mapped_column(String(64), primary_key=True, doc=_EXPORTER)
    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
        doc="The storage",
    )
    kind: Mapped[str] = mapped_column(String(64), primary_key=True, doc="Key of the resource kind")
    reading: Mapped[datetime | None] = mapped_column(
        UtcDateTime, doc="The last reading that all of is delivered; null before the first"
    )
    digests: Mapped[bytes] = mapped_column(_PACKED, doc="Digests by native id, packed")


class ExportedStorages(Base):
    """Which storages one exporter has delivered; it outlives them, to tell that they are gone."""

    __tablename__ = "exported_storages"

    exporter: Mapped[str] = mapped_column(String(64), primary_key=True, doc=_EXPORTER)
    digests: Mapped[bytes] = mapped_column(_PACKED, doc="Digests by storage id, packed")
