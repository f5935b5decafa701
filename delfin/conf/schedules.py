"""Options of what is done again and again by itself."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "schedules"
OPTS: list[cfg.Opt] = [
    cfg.ListOpt(
        "frequent_kinds",
        default=["storage_pools"],
        help="Resource kinds that are read every frequent_interval; all others are read every "
        "inventory_interval.",
    ),
    cfg.IntOpt(
        "frequent_interval",
        min=0,
        max=366 * 86400,
        default=300,
        help="Seconds between two readings of the frequent kinds of a storage. 0: never by "
        "itself. A schedule of a storage's own replaces this for the kinds that it names.",
    ),
    cfg.IntOpt(
        "inventory_interval",
        min=0,
        max=366 * 86400,
        default=6 * 3600,
        help="Seconds between two readings of all other kinds of a storage; else as "
        "frequent_interval.",
    ),
    cfg.IntOpt(
        "alert_interval",
        min=0,
        max=366 * 86400,
        default=1800,
        help="Seconds between two readings of the alerts of a storage, beside those of [alerts] "
        "sync_after_inventory. 0: never by itself. A schedule of a storage's own for alerts "
        "replaces this.",
    ),
    cfg.FloatOpt(
        "jitter",
        min=0.0,
        max=0.9,
        default=0.1,
        help="Share of these intervals by which a reading may start later than its turn. The "
        "storages are spread over the interval whatever this is.",
    ),
    cfg.FloatOpt(
        "poll_interval",
        min=0.1,
        default=15.0,
        help="Seconds between two looks at what will be due. It delays nothing that is known; it "
        "finds what another process has changed, or has left undone.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
