"""Options of the inventory synchronisation."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "sync"
OPTS: list[cfg.Opt] = [
    cfg.FloatOpt(
        "doubt_ratio",
        min=0.0,
        max=1.0,
        default=0.5,
        mutable=True,
        help="A listing with fewer than this share of the stored rows deletes nothing until a "
        "second reading, in a later synchronisation, agrees.",
    ),
    cfg.IntOpt(
        "doubt_rows",
        min=1,
        default=10,
        mutable=True,
        help="The share is only looked at when at least this many rows are stored; an empty "
        "listing always needs a second reading.",
    ),
    cfg.FloatOpt(
        "doubt_time",
        min=0.0,
        default=30.0,
        mutable=True,
        help="Seconds that must lie between the first and the second reading.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
