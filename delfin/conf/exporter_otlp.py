"""Options of the exporter that sends OpenTelemetry metrics."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "exporter_otlp"
OPTS: list[cfg.Opt] = [
    cfg.StrOpt(
        "url",
        default="",
        help="Where metrics are posted to, with OTLP over HTTP, as "
        "http://collector:4318/v1/metrics.",
    ),
    cfg.DictOpt(
        "headers",
        default={},
        secret=True,
        help="Further headers, as api-key:abc or Authorization:Bearer abc.",
    ),
    cfg.StrOpt(
        "ca_file",
        default="",
        help="PEM file with the authority of the certificate. Empty: those the system trusts.",
    ),
    cfg.BoolOpt("compress", default=True, help="Send bodies compressed with gzip."),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
