"""Options of the exporter that sends alerts on as SNMP traps."""

from __future__ import annotations

from oslo_config import cfg

from delfin.common.constants import AUTH_PROTOCOL_MAP, PRIVACY_PROTOCOL_MAP

GROUP = "exporter_snmp_trap"
OPTS: list[cfg.Opt] = [
    cfg.HostAddressOpt("host", default="127.0.0.1", help="Where traps are sent to."),
    cfg.PortOpt("port", default=162, help="UDP port that they are sent to."),
    cfg.StrOpt("version", default="2c", choices=["2c", "3"], help="Version of SNMP."),
    cfg.BoolOpt(
        "inform",
        default=False,
        help="Send informs: the receiver confirms each, and what is not confirmed is sent again. "
        "A trap that is lost on its way is lost.",
    ),
    cfg.StrOpt("community", default="public", secret=True, help="Community of version 2c."),
    cfg.StrOpt("username", default="", help="User of version 3."),
    cfg.StrOpt(
        "auth_protocol",
        default="none",
        choices=sorted(AUTH_PROTOCOL_MAP),
        help="Authentication protocol of version 3.",
    ),
    cfg.StrOpt("auth_key", default="", secret=True, help="Authentication pass phrase."),
    cfg.StrOpt(
        "privacy_protocol",
        default="none",
        choices=sorted(PRIVACY_PROTOCOL_MAP),
        help="Privacy protocol of version 3.",
    ),
    cfg.StrOpt("privacy_key", default="", secret=True, help="Privacy pass phrase."),
    cfg.StrOpt(
        "engine_id",
        default="",
        regex="(?:[0-9a-fA-F]{2}){5,32}|",
        help="Engine id of delfin as a sender of version 3, hexadecimal; receivers have to know "
        "it for traps. Empty: a new one at each start, which is good for informs only.",
    ),
    cfg.StrOpt(
        "enterprise_oid",
        default="1.3.6.1.4.1.32473.8",
        regex=r"\d+(?:\.\d+)+",
        help="Where the traps and their variables are in the tree of OIDs. The default is below "
        "the number that is set aside for documentation: put your own here.",
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    conf.register_opts(OPTS, GROUP)
