"""Options of the short history of performance in the database."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "history"
OPTS: list[cfg.Opt] = [
    cfg.BoolOpt(
        "enabled",
        default=True,
        help="Keep what is collected in the database for a while, so that charts need no other "
        "system.",
    ),
    cfg.IntOpt(
        "keep_samples",
        min=3600,
        default=86400,
        help="Seconds that samples are kept as they were collected.",
    ),
    cfg.IntOpt(
        "keep_hours",
        min=3600,
        max=366 * 86400,
        default=30 * 86400,
        help="Seconds that the mean, the least and the most of each hour are kept.",
    ),
    cfg.FloatOpt(
        "keeping_interval",
        min=0.01,
        default=60.0,
        help="Seconds between two rounds that sum up the hours that are over and delete what is "
        "old.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
