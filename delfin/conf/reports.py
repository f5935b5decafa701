"""Options of the reports of arrays: state and pools, often and without a synchronisation."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "reports"
OPTS: list[cfg.Opt] = [
    cfg.IntOpt(
        "interval",
        min=0,
        max=86400,
        default=60,
        help="Seconds between two reports of an array: its state, its pools and what it can do. "
        "0: never by itself. A schedule of a storage's own, of kind report, replaces this.",
    ),
    cfg.FloatOpt(
        "lease_intervals",
        min=1.1,
        default=2.5,
        help="Intervals for which a report counts as current. After that an alert is raised, and "
        "the pools are shown as unknown, unless it is known why no report came.",
    ),
    cfg.FloatOpt(
        "timeout",
        min=0.1,
        default=45.0,
        help="Seconds that a driver has to describe the array for a report, and again to list its "
        "pools. Then the call is ended, counted as a restart, and the next interval begins anew; "
        "so it should be less than the interval.",
    ),
    cfg.FloatOpt(
        "watch_interval",
        min=0.1,
        default=10.0,
        help="Seconds between two looks at which reports are late.",
    ),
    cfg.FloatOpt(
        "profile_interval",
        min=0.1,
        default=30.0,
        help="Seconds between two looks at whether any pool satisfies a storage profile.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
