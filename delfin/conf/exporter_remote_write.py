"""Options of the exporter that speaks Prometheus remote write."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "exporter_remote_write"
OPTS: list[cfg.Opt] = [
    cfg.StrOpt(
        "url",
        default="",
        help="Where samples are written to, as http://prometheus:9090/api/v1/write.",
    ),
    cfg.StrOpt("username", default="", help="For basic authentication. Empty: none."),
    cfg.StrOpt("password", default="", secret=True, help="For basic authentication."),
    cfg.DictOpt(
        "headers",
        default={},
        secret=True,
        help="Further headers, as X-Scope-OrgID:storage or Authorization:Bearer abc.",
    ),
    cfg.StrOpt(
        "ca_file",
        default="",
        help="PEM file with the authority of the certificate. Empty: those the system trusts.",
    ),
    cfg.IntOpt(
        "max_samples",
        min=1,
        default=10_000,
        help="Most samples in a request, unless one series alone has more.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
