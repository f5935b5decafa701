"""Options of the page that tells Prometheus what there is: capacities, states, topology."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "prometheus_estate"
OPTS: list[cfg.Opt] = [
    cfg.ListOpt(
        "kinds",
        default=["storage_pools", "volumes", "controllers", "ports", "disks", "filesystems"],
        help="Kinds of resources whose rows are on /v1/prometheus/estate, beside the storages. "
        "Each row is some series in Prometheus.",
    ),
    cfg.FloatOpt(
        "max_age",
        min=0.0,
        default=30.0,
        help="Seconds for which the page is not made anew, however often it is asked for.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
