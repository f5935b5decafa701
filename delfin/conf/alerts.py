"""Options of the alert store."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "alerts"
OPTS: list[cfg.Opt] = [
    cfg.IntOpt(
        "keep_cleared",
        min=0,
        default=90 * 86400,
        help="Seconds that an alert stays listed after it has ended.",
    ),
    cfg.IntOpt(
        "keep_log",
        min=0,
        default=3600,
        help="Seconds that a change stays in the event log after every exporter has got it. An "
        "exporter that is new gets what is there of this time.",
    ),
    cfg.FloatOpt(
        "keeping_interval",
        min=0.01,
        default=60.0,
        help="Seconds between two rounds that delete what is over and old.",
    ),
    cfg.BoolOpt(
        "sync_after_inventory",
        default=True,
        help="Read the alerts of an array after each synchronisation of its inventory.",
    ),
    cfg.ListOpt(
        "trap_targets",
        default=[],
        help="Addresses, host or host:port, that arrays are told to send their traps to: those "
        "of delfin's trap receivers as the arrays see them. Empty: the nodes whose receivers are up.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
