"""Options of the keys that seal secrets in the database."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "secrets"
OPTS: list[cfg.Opt] = [
    cfg.StrOpt(
        "key_file",
        default="$state_path/keys",
        help="File of mode 0600 with the keys that seal passwords in the database; made on first "
        "use. Every node of a cluster needs the same file. The environment variable "
        "DELFIN_SECRET_KEYS takes its place when it is set.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
