"""Options that drivers share."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "storage_driver"
OPTS: list[cfg.Opt] = [
    cfg.StrOpt(
        "ca_path",
        default="",
        help="Folder or file with the certificates that arrays are verified against. Empty: "
        "certificates of arrays are not verified.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
