"""Options of the trap receiver, named as in SODA Delfin 1.x.

They are accepted so that an existing configuration file loads; the trap
receiver itself is not part of this release.
"""

from __future__ import annotations

from oslo_config import cfg

_NOT_YET = " Accepted for compatibility; this release has no trap receiver."

GROUP = "DEFAULT"
OPTS: list[cfg.Opt] = [
    cfg.HostAddressOpt(
        "trap_receiver_address",
        default="0.0.0.0",  # noqa: S104 - traps come from arrays on any network
        help="Address that SNMP traps are received on." + _NOT_YET,
    ),
    cfg.PortOpt(
        "trap_receiver_port", default=162, help="UDP port that SNMP traps arrive at." + _NOT_YET
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS)
