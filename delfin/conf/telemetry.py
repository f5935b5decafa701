"""Options of performance collection, named as in SODA Delfin 1.x where it had them."""

from __future__ import annotations

from oslo_config import cfg

_NOT_YET = " Accepted for compatibility; this release does not collect performance data."

GROUP = "telemetry"
OPTS: list[cfg.Opt] = [
    cfg.BoolOpt(
        "collect_by_default",
        default=True,
        help="Collect all performance data that its driver offers from each storage that has no "
        "metrics configuration of its own. False: only from those that have one.",
    ),
    cfg.IntOpt(
        "performance_collection_interval",
        min=1,
        max=86400,
        default=900,
        help="Seconds between two collections of a storage for which nobody says otherwise. A "
        "storage that measures less often is asked less often.",
    ),
    cfg.IntOpt(
        "performance_history_on_reschedule",
        default=1800,
        help="Seconds of history that are collected after a restart." + _NOT_YET,
    ),
    cfg.IntOpt(
        "performance_timestamp_overlap",
        default=60,
        help="Seconds by which two collections overlap." + _NOT_YET,
    ),
    cfg.IntOpt(
        "max_failed_task_retry_window",
        default=7200,
        help="Seconds for which a failed collection is tried again." + _NOT_YET,
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
