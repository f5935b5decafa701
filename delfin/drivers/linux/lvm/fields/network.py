"""Network interfaces and iSCSI portals as ports.

Fields are those of `ip -json address`, iproute2 6.1.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from delfin.common.constants import (
    PortConnectionStatus,
    PortHealthStatus,
    PortLogicalType,
    PortType,
)
from delfin.drivers.kit.mapping import Calc, Const, Get, RowMap
from delfin.drivers.linux.lvm.fields.identity import fitting
from delfin.drivers.linux.lvm.parsers import Tree

Record = dict[str, Any]

_MEGABIT = 1_000_000
_TYPES = {"ether": PortType.ETH, "infiniband": PortType.IB}
_KINDS = {
    "bond": PortLogicalType.IF_GROUP,
    "team": PortLogicalType.IF_GROUP,
    "vlan": PortLogicalType.VLAN,
}
_PORTAL = r"iscsi/([^/]+)/(tpgt_\d+)/np/([^/]+)"
_WIRED = {True: PortConnectionStatus.CONNECTED, False: PortConnectionStatus.DISCONNECTED}


def interfaces(found: Iterable[Record]) -> Iterator[Record]:
    """Interfaces to the outside: not the loopback, no tunnels."""
    for interface in found:
        if interface.get("link_type") in _TYPES:
            kind = (interface.get("linkinfo") or {}).get("info_kind")
            yield {
                **interface,
                "logical": PortLogicalType.PHYSICAL if kind is None else _KINDS.get(kind, "other"),
                "wired": "LOWER_UP" in interface.get("flags", ()),
                "v4": _address(interface, "inet"),
                "v6": _address(interface, "inet6"),
            }


def _address(interface: Record, family: str) -> Record:
    """The first address of a family; one that others can reach goes before a link-local one."""
    found = [one for one in interface.get("addr_info") or () if one.get("family") == family]
    return min(found, key=lambda one: one.get("scope") != "global", default={})


def portals(tree: Tree, found: Iterable[Record]) -> Iterator[Record]:
    """Where the kernel's iSCSI target listens."""
    home = {
        one.get("local"): interface["ifname"]
        for interface in found
        for one in interface.get("addr_info") or ()
    }
    for match, _ in tree.below(_PORTAL):
        target, group, portal = match.groups()
        address = ipaddress.ip_address(portal.rpartition(":")[0].strip("[]"))
        yield {
            "id": fitting(match[0].removeprefix("iscsi/")),
            "name": f"{target} {portal}",
            "target": target,
            "enabled": tree.files.get(f"iscsi/{target}/{group}/enable", "").strip() == "1",
            "parent": home.get(str(address)),
            "v4": str(address) if address.version == 4 else None,
            "v6": str(address) if address.version == 6 else None,
        }


def _mask(interface: Mapping[str, Any]) -> str | None:
    length = interface["v4"].get("prefixlen")
    return None if length is None else str(ipaddress.ip_network(f"0.0.0.0/{length}").netmask)


def _speed(megabits: Any) -> int | None:
    """/sys/class/net/*/speed; -1, or a number without sense, where the driver does not know."""
    number = int(megabits)
    return number * _MEGABIT if 0 < number < 2**31 else None


INTERFACE = RowMap(
    native_port_id=Get("ifname", required=True),
    name=Get("ifname"),
    type=Get("link_type", _TYPES, default=PortType.OTHER),
    logical_type=Get("logical"),
    connection_status=Get("wired", _WIRED),
    # A port that nobody plugged in is not ill.
    health_status=Get("wired", {True: PortHealthStatus.NORMAL, False: PortHealthStatus.UNKNOWN}),
    native_parent_id=Get("link"),
    speed=Get("speed", _speed),
    mac_address=Get("address"),
    ipv4=Get("v4.local"),
    ipv4_mask=Calc(_mask),
    ipv6=Get("v6.local"),
    ipv6_mask=Get("v6.prefixlen", str),
)

PORTAL = RowMap(
    native_port_id=Get("id", required=True),
    name=Get("name"),
    type=Const(PortType.ISCSI),
    logical_type=Const(PortLogicalType.FRONTEND),
    connection_status=Get("enabled", _WIRED),
    health_status=Get("enabled", {True: PortHealthStatus.NORMAL, False: PortHealthStatus.UNKNOWN}),
    native_parent_id=Get("parent"),
    wwn=Get("target"),
    ipv4=Get("v4"),
    ipv6=Get("v6"),
)
