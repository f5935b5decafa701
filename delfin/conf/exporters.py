"""Options of forwarding: which exporters there are, named as in SODA Delfin 1.x, and their limits."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "exporters"
NAMES: list[cfg.Opt] = [
    cfg.ListOpt(
        "alert_exporters",
        default=[],
        help="Exporters that alerts are forwarded to: names or class names of the entry-point "
        "group delfin.alert.exporters. delfin brings alertmanager, webhook, email, snmp_trap and kafka.",
    ),
    cfg.ListOpt(
        "performance_exporters",
        default=[],
        help="Exporters that performance data is forwarded to: names or class names of the "
        "entry-point group delfin.performance.exporters. delfin brings prometheus, remote_write, "
        "otlp, kafka and example.",
    ),
    cfg.ListOpt(
        "resource_exporters",
        default=[],
        help="Exporters that the inventory is forwarded to, all of it once and then what is added, "
        "changed and removed: names or class names of the entry-point group "
        "delfin.resource.exporters. delfin brings kafka and webhook.",
    ),
]
OPTS: list[cfg.Opt] = [
    cfg.IntOpt(
        "batch_size",
        min=1,
        default=100,
        help="Most entries, alerts or batches, that an exporter gets at a time.",
    ),
    cfg.FloatOpt(
        "timeout",
        min=0.1,
        default=10.0,
        help="Seconds after which an exporter's call counts as failed.",
    ),
    cfg.FloatOpt(
        "poll_interval",
        min=0.01,
        default=0.5,
        help="Seconds between two looks for something to forward.",
    ),
    cfg.FloatOpt(
        "retry_delay",
        min=0.01,
        default=1.0,
        help="Seconds before a failed delivery is tried again; the wait doubles each time.",
    ),
    cfg.FloatOpt(
        "retry_longest_delay",
        min=0.01,
        default=60.0,
        help="Longest wait in seconds before a failed delivery is tried again.",
    ),
    cfg.FloatOpt(
        "lease_time",
        min=0.1,
        default=30.0,
        help="Seconds after which another process forwards in place of one that has died; twice "
        "the timeout at least.",
    ),
    cfg.IntOpt(
        "spool_limit",
        min=1,
        default=100_000,
        help="Most alerts that wait for one exporter; when more come, the oldest are dropped, "
        "counted, and an alert says so.",
    ),
    cfg.IntOpt(
        "performance_spool_limit",
        min=1,
        default=1024,
        help="Most mebibytes of performance data that wait for one exporter on a node, in "
        "<state_path>/spool; when more come, the oldest are dropped, counted, and an alert says so.",
    ),
    cfg.IntOpt(
        "performance_batch_samples",
        min=1,
        default=50_000,
        help="Most samples of performance data that an exporter gets at a time.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(NAMES)
    conf.register_opts(OPTS, GROUP)
