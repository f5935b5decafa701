"""Names and labels of everything that delfin tells Prometheus."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from oslo_config import cfg

from delfin.common.constants import (
    ControllerMetric,
    DiskMetric,
    FileSystemMetric,
    Metric,
    PortMetric,
    ResourceType,
    StorageMetric,
    StoragePoolMetric,
    VolumeGroupMetric,
    VolumeMetric,
)
from delfin.db.session import Database
from delfin.exporter.estate.page import names
from delfin.exporter.performance.naming import SCHEMES, Resource
from delfin.exporter.performance.outlets import Outlets
from delfin.process.metrics import _HELP as OF_PROCESSES
from delfin.process.metrics import Reading
from delfin.task_manager.collection.figures import Figures
from delfin.telemetry.samples import Series, Source
from tests.conftest import make_conf

_METRICS = {
    ResourceType.STORAGE: StorageMetric,
    ResourceType.STORAGE_POOL: StoragePoolMetric,
    ResourceType.VOLUME: VolumeMetric,
    ResourceType.VOLUME_GROUP: VolumeGroupMetric,
    ResourceType.CONTROLLER: ControllerMetric,
    ResourceType.PORT: PortMetric,
    ResourceType.DISK: DiskMetric,
    ResourceType.FILESYSTEM: FileSystemMetric,
}
# Those of 'delfin_' counters of processes, which the page gives the ending _total.
_COUNTERS = ("logins", "logins_failed", "logouts", "calls", "calls_failed", "calls_cut_off")


def metrics(folder: Path) -> set[str]:
    """Every name that a query may use."""
    conf = make_conf(folder, f"sqlite:///{folder / 'none.db'}")
    return {
        *names(conf),
        *_performance(),
        *(f"delfin_{name}" for name in OF_PROCESSES if name not in _COUNTERS),
        *(f"delfin_{name}_total" for name in _COUNTERS),
        *_of_spools(conf),
        *_endings(Figures().readings()),
    }


def labels() -> set[str]:
    """Labels that queries choose by; 'instance' comes from Prometheus itself."""
    source, resource = Source("s", "n", "v", "m", "sn"), Resource("volume", "1", "n")
    soda = {name for name, _ in SCHEMES["soda"].resource(source, resource)}
    estate = {"storage_id", "storage_name", "resource_id", "resource_name", "status", "state"}
    of_collections = {name for one in Figures().readings() for name in one.labels}
    return {
        *soda,
        *estate,
        "native_storage_pool_id",
        "severity",
        "process",
        "node",
        "exporter",
        *of_collections,
    }


def _performance() -> set[str]:
    found = set()
    for kind, declared in _METRICS.items():
        for name in dir(declared):
            metric = getattr(declared, name)
            if isinstance(metric, Metric):
                series = Series(kind, "1", "n", metric.name, metric.unit)
                found.add(SCHEMES["soda"].metric(series).name)
    return found


def _of_spools(conf: cfg.ConfigOpts) -> set[str]:
    conf.set_override("performance_exporters", ["example"])
    database = Database(conf)
    readings = list(Outlets(conf, database).readings())
    database.dispose()
    return _endings(readings)


def _endings(readings: Iterable[Reading]) -> set[str]:
    return {f"delfin_{one.name}{'_total' if one.counts else ''}" for one in readings}
