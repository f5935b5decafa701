"""Options of the locks that services share, named as in SODA Delfin 1.x.

Those of a lock server are accepted so that an existing configuration file loads; services on
several nodes are not part of this release.
"""

from __future__ import annotations

from oslo_config import cfg

_NOT_YET = " Accepted for compatibility; this release keeps its locks in files."

GROUP = "coordination"
OPTS: list[cfg.Opt] = [
    cfg.StrOpt(
        "backend_type",
        default="file",
        help="Where services keep the locks that they share. 'file' is the folder 'locks' under "
        "state_path, for services on one node; this release has no other.",
    ),
    cfg.StrOpt("backend_server", default="", help="Address of the lock server." + _NOT_YET),
    cfg.StrOpt("backend_user", default="", help="User name at the lock server." + _NOT_YET),
    cfg.StrOpt(
        "backend_password",
        default="",
        secret=True,
        help="Password at the lock server." + _NOT_YET,
    ),
    cfg.IntOpt(
        "backend_expiration",
        min=1,
        default=100,
        help="Seconds after which the lock server gives up the locks of a process that died."
        + _NOT_YET,
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
