"""Options of performance collection, named as in SODA Delfin 1.x where it had them."""

from __future__ import annotations

from oslo_config import cfg

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
        min=0,
        default=1800,
        help="Seconds of history that the first collection of an array reads, where the array "
        "keeps them. Later ones go on where the last good one ended, however long ago.",
    ),
    cfg.IntOpt(
        "performance_timestamp_overlap",
        min=0,
        default=60,
        help="Seconds before the end of the last collection from which an array is asked again: "
        "drivers that work rates out of counters need the counter before. What was exported "
        "already is not exported again.",
    ),
    cfg.IntOpt(
        "max_failed_task_retry_window",
        min=0,
        default=7200,
        help="Seconds that missing performance data is tried to be read afterwards, at arrays "
        "that keep it though their driver does not say for how long. Data older than that, or "
        "than what the driver says, is recorded as lost.",
    ),
    cfg.FloatOpt(
        "refill_time",
        min=0.0,
        default=30.0,
        mutable=True,
        help="Seconds of each collection that are used at most to read what is missing from "
        "before; never more than half of the interval. 0: nothing is read afterwards.",
    ),
    cfg.FloatOpt(
        "retry_longest_delay",
        min=0.0,
        default=360.0,
        mutable=True,
        help="Longest time in seconds that an array is left alone after collections that failed; "
        "it begins with an interval and doubles each time. An array that can be reached again is "
        "collected at once.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
