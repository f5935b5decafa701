"""Options of the exporter for Alertmanager."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "exporter_alertmanager"
OPTS: list[cfg.Opt] = [
    cfg.ListOpt(
        "urls",
        default=["http://127.0.0.1:9093"],
        help="Where the Alertmanagers of one cluster are; each gets every alert, and it is "
        "enough that one of them takes it.",
    ),
    cfg.StrOpt("username", default="", help="User name for HTTP basic authentication."),
    cfg.StrOpt("password", default="", secret=True, help="Password for HTTP basic authentication."),
    cfg.StrOpt(
        "ca_file",
        default="",
        help="PEM file with the authority of the certificates. Empty: those the system trusts.",
    ),
    cfg.FloatOpt(
        "repeat_interval",
        min=0.1,
        default=60.0,
        help="Seconds after which an alert that lasts is sent again. Alertmanager takes one for "
        "resolved when it has not heard of it for four times as long.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
