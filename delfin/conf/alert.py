"""Options of traps and SNMP settings that SODA Delfin 1.x has too, with its names."""

from __future__ import annotations

from oslo_config import cfg

GROUP = "DEFAULT"
OPTS: list[cfg.Opt] = [
    cfg.HostAddressOpt(
        "trap_receiver_address",
        default="::",
        help="Address that SNMP traps and informs are received on. '::' is every address of this "
        "node, of IPv6 and of IPv4.",
    ),
    cfg.PortOpt(
        "trap_receiver_port",
        default=162,
        help="UDP port that SNMP traps and informs arrive at. Ports below 1024 need the "
        "capability CAP_NET_BIND_SERVICE. 0 takes a free port, for tests.",
    ),
    cfg.BoolOpt(
        "show_community_string",
        default=False,
        help="Show the community string in answers of the REST API, as SODA Delfin does, instead "
        "of a mask.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS)
