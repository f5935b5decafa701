"""Options of the page that Prometheus scrapes, named as in SODA Delfin 1.x where it has them."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "prometheus_exporter"
NAMINGS = ("soda", "base_units")
OPTS: list[cfg.Opt] = [
    cfg.StrOpt(
        "metric_server_ip",
        default="0.0.0.0",  # noqa: S104 - Prometheus runs elsewhere, and the page is asked for
        help="Address on which each task node serves the page with performance data.",
    ),
    cfg.PortOpt(
        "metric_server_port",
        default=8195,
        help="Port of the page. The API tells it to Prometheus, so it is the same on all nodes.",
    ),
    cfg.StrOpt(
        "naming",
        default="soda",
        choices=NAMINGS,
        help="soda: names, units and labels of SODA Delfin, as volume_read_iops. base_units: "
        "seconds, bytes and ratios, as delfin_volume_read_response_time_seconds. Holds for "
        "remote_write as well.",
    ),
    cfg.FloatOpt(
        "stale_intervals",
        min=1.0,
        default=3.0,
        help="A series disappears from the page when it has not been collected for so many "
        "intervals.",
    ),
    cfg.BoolOpt(
        "sample_timestamps",
        default=False,
        help="Put the time of each sample on the page. Then Prometheus shows a series that has "
        "ended for five more minutes, and refuses samples that are too old for it.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
