"""What is to be collected of a storage now: its configurations merged, for those who collect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oslo_config import cfg
from sqlalchemy.orm import Session

from delfin.common.constants import ResourceType
from delfin.db import metrics_config
from delfin.db.metrics_config import DEFAULT, MetricsSettings, TelemetryConfig

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Wanted:
    """What is to be collected of one type of resource.

    Attributes:
        resource_type: In the words of `delfin.common.constants.ResourceType`.
        interval: Seconds between two collections.
        metrics: Names of metrics; None for all that the driver can collect.
        historic: Also what the array measured since the last collection, where it keeps that.
        labels: What every sample gets, in the order of the names.
        config_id: The configuration that asks for it most often.
    """

    resource_type: str
    interval: int
    metrics: frozenset[str] | None
    historic: bool
    labels: Labels
    config_id: str


def plan_for(session: Session, conf: cfg.ConfigOpts, storage_id: str) -> list[Wanted]:
    """What is to be collected of a storage, in the order of the resource types; two queries.

    Of several configurations that ask for a type of resource the shortest interval counts, and
    all the metrics. Of two values for a label it is that of the more frequent configuration.
    """
    settings = metrics_config.settings_of(session, storage_id)
    if settings is None or not is_on(settings, conf):
        return []
    return merged(settings, metrics_config.configs_of(session, storage_id))


def is_on(settings: MetricsSettings, conf: cfg.ConfigOpts) -> bool:
    """Whether anything may be collected of the storage."""
    if settings.form == DEFAULT:
        return bool(conf.telemetry.collect_by_default)
    return settings.enabled


def merged(settings: MetricsSettings, configs: Iterable[TelemetryConfig]) -> list[Wanted]:
    """The configurations of a storage that are in force, by type of resource."""
    asking = sorted((one for one in configs if one.enabled), key=lambda one: one.interval)
    found = []
    for kind in ResourceType.ALL:
        those = [one for one in asking if kind in types_of(settings, one)]
        if those:
            found.append(_of_type(settings, kind, those))
    return found


def types_of(settings: MetricsSettings, config: TelemetryConfig) -> list[str]:
    """The types of resources that a configuration is about, and that the driver has metrics for."""
    able = settings.supported
    chosen = config.resources
    if chosen is None:
        return [kind for kind in ResourceType.ALL if able.get(kind)]
    return [
        kind
        for kind in ResourceType.ALL
        if kind in chosen
        and (able.get(kind) if chosen[kind] is None else _both(able, chosen, kind))
    ]


def _both(
    able: metrics_config.Supported, chosen: metrics_config.Chosen, kind: str
) -> frozenset[str]:
    return frozenset(able.get(kind, ())) & frozenset(chosen[kind] or ())


def _of_type(settings: MetricsSettings, kind: str, those: Sequence[TelemetryConfig]) -> Wanted:
    most_often = those[0]
    metrics: frozenset[str] | None = frozenset()
    for one in those:
        if one.resources is None or one.resources[kind] is None:
            metrics = None
        elif metrics is not None:
            metrics |= _both(settings.supported, one.resources, kind)
    labels: dict[str, str] = {}
    for one in reversed(those):
        labels |= one.labels
    return Wanted(
        resource_type=kind,
        interval=most_often.interval,
        metrics=metrics,
        historic=settings.historic and any(one.historic for one in those),
        labels=tuple(sorted(labels.items())),
        config_id=most_often.id,
    )
