"""Options of the daemons delfin-api and delfin-task."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "DEFAULT"
OPTS: list[cfg.Opt] = [
    cfg.IntOpt(
        "delfin_workers",
        min=1,
        default=2,
        help="Processes of delfin-api that share the port of the REST API.",
    ),
    cfg.IntOpt("task_workers", min=1, default=2, help="Processes of delfin-task on this node."),
    cfg.HostAddressOpt(
        "task_listen",
        default="127.0.0.1",
        help="Address at which delfin-task answers /healthz and /readyz.",
    ),
    cfg.PortOpt(
        "task_listen_port", default=8196, help="TCP port of /healthz and /readyz of delfin-task."
    ),
    cfg.IntOpt(
        "task_weight",
        min=1,
        max=100,
        default=1,
        help="Share of the storages that each process of delfin-task on this node owns, compared "
        "with the weight of others.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS)
