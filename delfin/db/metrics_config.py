"""What performance is to be collected of each storage: its settings and its configurations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Boolean, ForeignKey, Integer, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from delfin import exception
from delfin.db.base import Base, Json, Timestamped

# What a storage's own configurations were made from: the configuration file, or one of the two
# forms of a request.
DEFAULT, POLLING, CONFIGS = "default", "array_polling", "configs"
# Metrics by resource type, in the words of `delfin.common.constants`.
Supported = dict[str, list[str]]
# As above, where null stands for all metrics that the driver has.
Chosen = dict[str, list[str] | None]


class MetricsSettings(Timestamped, Base):
    """How performance collection of a storage stands as a whole."""

    __tablename__ = "metrics_settings"

    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"), primary_key=True, doc="The storage"
    )
    form: Mapped[str] = mapped_column(
        String(16), doc="default (by the configuration file), array_polling or configs"
    )
    enabled: Mapped[bool] = mapped_column(
        Boolean, doc="False: nothing is collected, whatever the configurations say"
    )
    interval: Mapped[int] = mapped_column(
        Integer, doc="Seconds between two collections where nobody says otherwise"
    )
    historic: Mapped[bool] = mapped_column(Boolean, doc="The array keeps what it has measured")
    supported: Mapped[Supported] = mapped_column(
        Json, doc="Metrics by resource type that the driver said last it can collect"
    )


class TelemetryConfig(Timestamped, Base):
    """A configuration: what is collected, and how often.

    One without a name is part of the storage's own configuration; those with a name stand beside it.
    """

    __tablename__ = "telemetry_configs"
    __table_args__ = (UniqueConstraint("storage_id", "name"),)

    id: Mapped[str] = mapped_column(
        String(36), primary_key=True, doc="Id of the configuration (UUID), and of its schedule"
    )
    storage_id: Mapped[str] = mapped_column(
        ForeignKey("storages.id", ondelete="CASCADE"), doc="The storage", index=True
    )
    name: Mapped[str | None] = mapped_column(String(255), doc="Your own name for it")
    enabled: Mapped[bool] = mapped_column(Boolean, doc="False: it asks for nothing")
    interval: Mapped[int] = mapped_column(Integer, doc="Seconds between two collections")
    historic: Mapped[bool] = mapped_column(
        Boolean, doc="Also what the array measured between two collections, where it keeps that"
    )
    resources: Mapped[Chosen | None] = mapped_column(
        Json, doc="Metrics by resource type, null for all; null: all that the driver has"
    )
    labels: Mapped[dict[str, str]] = mapped_column(Json, doc="Labels that every sample gets")


def settings_of(session: Session, storage_id: str, *, lock: bool = False) -> MetricsSettings | None:
    """How the storage stands, or None; with 'lock' nobody else changes it meanwhile."""
    wanted = select(MetricsSettings).where(MetricsSettings.storage_id == storage_id)
    if lock:
        wanted = wanted.with_for_update()
    return session.scalars(wanted).one_or_none()


def configs_of(session: Session, storage_id: str) -> Sequence[TelemetryConfig]:
    """All configurations of a storage, the oldest first."""
    wanted = select(TelemetryConfig).where(TelemetryConfig.storage_id == storage_id)
    return session.scalars(wanted.order_by(TelemetryConfig.created_at, TelemetryConfig.id)).all()


def own_of(session: Session, storage_id: str) -> list[TelemetryConfig]:
    """Those of the storage that make up its own configuration."""
    return [one for one in configs_of(session, storage_id) if one.name is None]


def get(session: Session, storage_id: str, config_id: str) -> TelemetryConfig:
    """The named configuration of that id.

    Raises:
        exception.TelemetryConfigNotFound: The storage has none.
    """
    found = session.scalars(
        select(TelemetryConfig).where(
            TelemetryConfig.id == config_id,
            TelemetryConfig.storage_id == storage_id,
            TelemetryConfig.name.is_not(None),
        )
    ).one_or_none()
    if found is None:
        raise exception.TelemetryConfigNotFound(config_id)
    return found
