"""Fibre Channel, Ethernet, SAS, bond and logical ports.

FC and Ethernet: the shapes of the cinder test answers; LOGICTYPE, states and the members of SAS,
bond and logical ports: POSH. Speeds are Mbit/s: 16000 for a 16 Gbit/s port. InfiniBand, FCoE and
PCIe ports are not read: their interfaces were found in no document.
"""

from __future__ import annotations

from collections.abc import Mapping

from delfin.common import constants as c
from delfin.drivers.huawei.oceanstor.fields import words
from delfin.drivers.kit.convert import megabits, wwn
from delfin.drivers.kit.mapping import Const, Get, RowMap

_NO_SPEED = ("0", 0, *words.NOT_TOLD)
_HEALTH = {
    "0": c.PortHealthStatus.UNKNOWN,
    words.NORMAL: c.PortHealthStatus.NORMAL,
    words.FAULT: c.PortHealthStatus.ABNORMAL,
    words.ABOUT_TO_FAIL: c.PortHealthStatus.ABNORMAL,
    words.INCONSISTENT: c.PortHealthStatus.ABNORMAL,
}
_LINK = {
    words.LINK_UP: c.PortConnectionStatus.CONNECTED,
    words.LINK_DOWN: c.PortConnectionStatus.DISCONNECTED,
    # Unknown, normal and running say nothing of the link.
    **dict.fromkeys(("0", "1", "2"), c.PortConnectionStatus.UNKNOWN),
}
FC = RowMap(
    native_port_id=Get("ID", str, required=True),
    name=Get("NAME"),
    location=Get("LOCATION"),
    type=Const(c.PortType.FC),
    logical_type=Const(c.PortLogicalType.FRONTEND),
    connection_status=words.word("RUNNINGSTATUS", _LINK, default=c.PortConnectionStatus.UNKNOWN),
    health_status=words.word("HEALTHSTATUS", _HEALTH, default=c.PortHealthStatus.UNKNOWN),
    # An interface module or a controller: PARENTTYPE 209 or 207.
    native_parent_id=Get("PARENTID", str),
    speed=Get("RUNSPEED", megabits, absent=_NO_SPEED),
    max_speed=words.either("MAXSPEED", "MAXSUPPORTSPEED", via=megabits, absent=_NO_SPEED),
    wwn=Get("WWN", wwn, absent=("--",)),
)
SAS = FC.but(
    type=Const(c.PortType.SAS),
    logical_type=Const(c.PortLogicalType.BACKEND),
)
ETH = FC.but(
    type=Const(c.PortType.ETH),
    logical_type=words.word(
        "LOGICTYPE",
        {
            "0": c.PortLogicalType.FRONTEND,
            "2": c.PortLogicalType.MANAGEMENT,
            "3": c.PortLogicalType.INTERNAL,
            "4": c.PortLogicalType.MAINTENANCE,
            "5": c.PortLogicalType.MANAGEMENT,
            "6": c.PortLogicalType.MAINTENANCE,
            "11": c.PortLogicalType.INTERCONNECT,
        },
        default=c.PortLogicalType.OTHER,
    ),
    speed=Get("SPEED", megabits, absent=_NO_SPEED),
    max_speed=Get("maxSpeed", megabits, absent=_NO_SPEED),
    wwn=None,
    mac_address=Get("MACADDRESS"),
    ipv4=Get("IPV4ADDR"),
    ipv4_mask=Get("IPV4MASK"),
    ipv6=Get("IPV6ADDR"),
    ipv6_mask=Get("IPV6MASK", str, absent=("0",)),
)
BOND = FC.but(
    type=Const(c.PortType.ETH),
    logical_type=Const(c.PortLogicalType.IF_GROUP),
    native_parent_id=None,
    speed=None,
    max_speed=None,
    wwn=None,
)
LOGICAL = ETH.but(
    type=Const(c.PortType.LOGIC),
    # 1 management, 2 service, 3 both.
    logical_type=words.word(
        "ROLE",
        {
            "1": c.PortLogicalType.MANAGEMENT,
            "2": c.PortLogicalType.SERVICE,
            "3": c.PortLogicalType.SERVICE,
        },
        default=c.PortLogicalType.OTHER,
    ),
    health_status=None,
    native_parent_id=Get("HOMEPORTID", str),
    speed=None,
    max_speed=None,
    mac_address=None,
)
# By what the array calls them. An array without one of these interfaces has no such ports.
PORTS: Mapping[str, RowMap] = {
    "fc_port": FC,
    "eth_port": ETH,
    "sas_port": SAS,
    "bond_port": BOND,
    "lif": LOGICAL,
}
