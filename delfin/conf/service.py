"""Options that all services share."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "DEFAULT"
OPTS: list[cfg.Opt] = [
    cfg.StrOpt(
        "state_path",
        default="/var/lib/delfin",
        sample_default="/var/lib/delfin",
        help="Folder for what delfin keeps on this node: the key file, lock files and, in "
        "delfin-standalone, the database.",
    ),
    cfg.IntOpt(
        "sync_task_expiration",
        min=1,
        default=1800,
        mutable=True,
        help="Age in seconds at which a synchronisation that has not ended no longer stands in "
        "the way of a new one of the same storage.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS)
