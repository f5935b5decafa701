"""Options of the locks that services share, named as in SODA Delfin 1.x."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "coordination"
OPTS: list[cfg.Opt] = [
    cfg.StrOpt(
        "backend_type",
        default="file",
        choices=[
            ("file", "Lock files under state_path: services on one node."),
            ("redis", "A Redis server: services on several nodes."),
        ],
        help="Where services keep the locks that they share. Locks save work that would be done "
        "twice; the database stays right without them.",
    ),
    cfg.HostAddressOpt(
        "backend_server",
        default="127.0.0.1",
        help="Address of the Redis server; not used by the type 'file'.",
    ),
    cfg.PortOpt("backend_port", default=6379, help="TCP port of the Redis server."),
    cfg.StrOpt("backend_user", default="", help="User name at the Redis server, if it asks."),
    cfg.StrOpt(
        "backend_password",
        default="",
        secret=True,
        help="Password at the Redis server, if it asks.",
    ),
    cfg.IntOpt(
        "backend_expiration",
        min=1,
        default=30,
        help="Seconds after which the Redis server gives up the locks of a process that died.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
