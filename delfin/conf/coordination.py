"""Options of what services share across processes and nodes, named as in SODA Delfin 1.x."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "coordination"
OPTS: list[cfg.Opt] = [
    cfg.StrOpt(
        "backend_type",
        default="file",
        choices=[
            ("file", "the folder 'locks' under state_path: services on one node"),
            ("redis", "a Redis server: services on any number of nodes"),
        ],
        help="What services use to share locks, to know of one another, to divide the storages "
        "among them and to tell one another of sessions to end.",
    ),
    cfg.StrOpt(
        "backend_server",
        default="127.0.0.1:6379",
        help="Address of the Redis server: host, host:port, host:port/database, or the same after "
        "redis://, or after rediss:// for TLS. With backend_sentinel, the addresses of the "
        "Sentinels, separated by commas.",
    ),
    cfg.StrOpt(
        "backend_sentinel",
        default="",
        help="Name that the Sentinels of backend_server have for the Redis server. Empty: "
        "backend_server is the Redis server itself.",
    ),
    cfg.StrOpt(
        "backend_ca_file",
        default="",
        help="PEM file with the authority of the Redis server's certificate. Empty: those that "
        "the system trusts. Only used with rediss://.",
    ),
    cfg.StrOpt(
        "backend_user",
        default="",
        help="User name at the Redis server. Empty: its default user.",
    ),
    cfg.StrOpt(
        "backend_password",
        default="",
        secret=True,
        help="Password at the Redis server. Empty: it asks for none.",
    ),
    cfg.IntOpt(
        "backend_expiration",
        min=1,
        default=15,
        help="Seconds of silence after which a process no longer counts as there: its locks are "
        "free, its storages go to the others. Processes show themselves ten times as often, but "
        "every two seconds at least.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
