"""Options of the exporter for webhooks."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "exporter_webhook"
OPTS: list[cfg.Opt] = [
    cfg.StrOpt("url", default="", help="Where alerts are posted to, as JSON."),
    cfg.StrOpt(
        "resource_url",
        default="",
        help="Where the changes of the inventory are posted to, as JSON.",
    ),
    cfg.StrOpt(
        "secret",
        default="",
        secret=True,
        help="Key of the HMAC-SHA256 of each body, which goes into the header "
        "X-Delfin-Signature. Empty: bodies are not signed.",
    ),
    cfg.StrOpt(
        "ca_file",
        default="",
        help="PEM file with the authority of the certificate. Empty: those the system trusts.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
