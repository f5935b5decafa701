"""Options of the daemons delfin-api, delfin-task and delfin-alert."""

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
    cfg.IntOpt("alert_workers", min=1, default=1, help="Processes of delfin-alert on this node."),
    cfg.HostAddressOpt(
        "alert_listen",
        default="127.0.0.1",
        help="Address at which delfin-alert answers /healthz and /readyz.",
    ),
    cfg.PortOpt(
        "alert_listen_port", default=8197, help="TCP port of /healthz and /readyz of delfin-alert."
    ),
    cfg.FloatOpt(
        "report_interval",
        min=0.1,
        default=10.0,
        mutable=True,
        help="Seconds between two heartbeats of a process in the list of services.",
    ),
    cfg.FloatOpt(
        "service_down_time",
        min=0.1,
        default=45.0,
        mutable=True,
        help="Seconds without a heartbeat after which a process is listed as down. The clocks of "
        "all nodes must be in step.",
    ),
    cfg.FloatOpt(
        "service_keep_time",
        min=0.1,
        default=3600.0,
        mutable=True,
        help="Seconds that a process which has died stays in the list of services.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS)
