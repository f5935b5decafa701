"""What is collected of a storage that nobody has said anything about, and what its driver can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from oslo_config import cfg
from oslo_db import exception as db_exception
from sqlalchemy.orm import Session

from delfin import exception
from delfin.db import metrics_config
from delfin.db.metrics_config import (
    DEFAULT,
    Chosen,
    MetricsSettings,
    Supported,
    TelemetryConfig,
)


@dataclass(frozen=True)
class Able:
    """What a driver can collect, and what the configuration file makes of it.

    Attributes:
        supported: Metrics by resource type; empty when the driver collects nothing.
        historic: The array keeps what it has measured.
        interval: Seconds between two collections where nobody says otherwise.
    """

    supported: Supported
    historic: bool
    interval: int

    @classmethod
    def asked(cls, tell: Callable[[], Mapping[str, Any]], conf: cfg.ConfigOpts) -> Able:
        """As 'of', of what 'tell' returns, or raises when there is nothing.

        Raises:
            exception.InvalidStorageCapability: What the driver tells makes no sense.
        """
        try:
            return cls.of(tell(), conf)
        except exception.StorageCapabilityNotSupported:
            return cls.of(None, conf)

    @classmethod
    def of(cls, told: Mapping[str, Any] | None, conf: cfg.ConfigOpts) -> Able:
        """From the capabilities of a driver, None for none.

        An array that measures less often than the configuration file asks is asked less often.
        """
        told = told or {}
        metrics: Mapping[str, Any] = told.get("resource_metrics") or {}
        return cls(
            supported={kind: sorted(names) for kind, names in metrics.items() if names},
            historic=retention(told, conf) > 0,
            interval=max(
                conf.telemetry.performance_collection_interval, told.get("collect_interval") or 0
            ),
        )


def retention(told: Mapping[str, Any], conf: cfg.ConfigOpts) -> int:
    """Seconds for which an array keeps what it has measured, as far as its driver tells; 0: not at all."""
    # One that keeps it for some time only can be asked for that.
    window = int(told.get("performance_metric_retention_window") or 0)
    if not window and told.get("is_historic"):
        window = conf.telemetry.max_failed_task_retry_window
    return window


@dataclass(frozen=True)
class Own:
    """A part of a storage's own configuration; as the columns of TelemetryConfig."""

    interval: int
    historic: bool
    resources: Chosen | None = None


def settle(session: Session, storage_id: str, able: Able) -> MetricsSettings:
    """The settings of a storage, with what its driver can do; made by the default if need be.

    Nobody else changes them until the transaction ends.
    """
    settings = metrics_config.settings_of(session, storage_id, lock=True)
    if settings is None:
        settings = _made(session, storage_id, able)
    settings.supported, settings.historic = able.supported, able.historic
    settings.interval = able.interval
    if settings.form == DEFAULT:
        replace_own(session, settings, DEFAULT, [Own(able.interval, able.historic)])
    return settings


def replace_own(
    session: Session,
    settings: MetricsSettings,
    form: str,
    wanted: Sequence[Own],
    *,
    enabled: bool = True,
) -> None:
    """Make these the storage's own configuration; rows that would be made again stay.

    So what is configured a second time neither loses its place in time nor starts anew.
    """
    settings.form, settings.enabled = form, enabled
    spare = metrics_config.own_of(session, settings.storage_id)
    for own in wanted:
        row = next((one for one in spare if one.interval == own.interval), None)
        if row is None:
            row = TelemetryConfig(id=str(uuid4()), storage_id=settings.storage_id, labels={})
            session.add(row)
        else:
            spare.remove(row)
        row.enabled, row.interval = True, own.interval
        row.historic, row.resources = own.historic, own.resources
    for row in spare:
        session.delete(row)
    session.flush()


def _made(session: Session, storage_id: str, able: Able) -> MetricsSettings:
    row = MetricsSettings(
        storage_id=storage_id,
        form=DEFAULT,
        enabled=True,
        interval=able.interval,
        historic=able.historic,
        supported=able.supported,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except db_exception.DBDuplicateEntry:
        # Somebody else has made it in this moment.
        found = metrics_config.settings_of(session, storage_id, lock=True)
        if found is None:
            raise
        return found
    return row
