"""Hosts, initiators, groups and mapping views.

Members, and how groups tell their members (`<members>/associate` with the type and id of the
group): the requests and test answers of the cinder driver, which Huawei wrote. Operating systems:
its constants.py and POSH. HOSTGROUPID, LUNGROUPID and PORTGROUPID of a mapping view: POSH, for V6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from delfin.common import constants as c
from delfin.drivers.huawei.oceanstor.fields import words
from delfin.drivers.kit.groups import GroupMap, host_groups, port_groups, volume_groups
from delfin.drivers.kit.mapping import Const, Get, RowMap

# Numbers of types, as `ASSOCIATEOBJTYPE` wants them.
HOST_GROUP, VIEW, LUN_GROUP, PORT_GROUP = 14, 245, 256, 257


@dataclass(frozen=True)
class Association:
    """Where the things that belong to another are listed, and the number of their type."""

    place: str
    kind: int


@dataclass(frozen=True)
class Group:
    """A kind of group: what the array calls it, its rows, and where its members are."""

    collection: str
    kind: int
    map: GroupMap
    members: tuple[Association, ...]


_IDENTITY = {"name": Get("NAME"), "description": Get("DESCRIPTION")}


def _id(column: str) -> dict[str, Get]:
    return {column: Get("ID", str, required=True), **_IDENTITY}


HOST_GROUPS = Group(
    "hostgroup",
    HOST_GROUP,
    host_groups("members", _id("native_storage_host_group_id"), member="ID"),
    (Association("host/associate", 21),),
)
LUN_GROUPS = Group(
    "lungroup",
    LUN_GROUP,
    volume_groups("members", _id("native_volume_group_id"), member="ID"),
    (Association("lun/associate", 11),),
)
PORT_GROUPS = Group(
    "portgroup",
    PORT_GROUP,
    port_groups("members", _id("native_port_group_id"), member="ID"),
    (Association("fc_port/associate/portgroup", 212), Association("eth_port/associate", 213)),
)
# The member of a view that names its group where the array tells it there, and where to ask else.
VIEW_GROUPS: Mapping[str, Association] = {
    "HOSTGROUPID": Association("hostgroup/associate", HOST_GROUP),
    "LUNGROUPID": Association("lungroup/associate/mappingview", LUN_GROUP),
    "PORTGROUPID": Association("portgroup/associate/mappingview", PORT_GROUP),
}
MASKING_VIEW = RowMap(
    native_masking_view_id=Get("ID", str, required=True),
    name=Get("NAME"),
    description=Get("DESCRIPTION"),
    native_storage_host_group_id=Get("HOSTGROUPID", str),
    native_volume_group_id=Get("LUNGROUPID", str),
    native_port_group_id=Get("PORTGROUPID", str),
)

_OS = c.HostOSTypes
HOST = RowMap(
    native_storage_host_id=Get("ID", str, required=True),
    name=Get("NAME"),
    description=Get("DESCRIPTION"),
    os_type=words.word(
        "OPERATIONSYSTEM",
        {
            "0": _OS.LINUX,
            "1": _OS.WINDOWS,
            "2": _OS.SOLARIS,
            "3": _OS.HP_UX,
            "4": _OS.AIX,
            "5": _OS.XEN_SERVER,
            "6": _OS.MAC_OS,
            "7": _OS.VMWARE_ESX,
            "8": _OS.LINUX_VIS,
            "9": _OS.WINDOWS_SERVER_2012,
            "10": _OS.ORACLE_VM,
            "11": _OS.OPEN_VMS,
            "12": _OS.ORACLE_VM,
            "13": _OS.ORACLE_VM,
            "255": _OS.UNKNOWN,
        },
        default=_OS.UNKNOWN,
    ),
    ip_address=Get("IP"),
    status=words.health(
        {
            words.NORMAL: c.HostStatus.NORMAL,
            words.SINGLE_LINK: c.HostStatus.DEGRADED,
            words.HOST_OFFLINE: c.HostStatus.OFFLINE,
        },
        ill=c.HostStatus.ABNORMAL,
    ),
)
FC_INITIATOR = RowMap(
    # The id is the world wide name, or the iSCSI name.
    native_storage_host_initiator_id=Get("ID", str, required=True),
    name=words.either("NAME", "ID"),
    type=Const(c.InitiatorType.FC),
    wwn=Get("ID", str.lower),
    status=words.word(
        "RUNNINGSTATUS",
        {
            "0": c.InitiatorStatus.UNKNOWN,
            words.ONLINE: c.InitiatorStatus.ONLINE,
            words.OFFLINE: c.InitiatorStatus.OFFLINE,
        },
        default=c.InitiatorStatus.UNKNOWN,
    ),
    native_storage_host_id=Get("PARENTID", str),
)
INITIATORS: Mapping[str, RowMap] = {
    "fc_initiator": FC_INITIATOR,
    "iscsi_initiator": FC_INITIATOR.but(type=Const(c.InitiatorType.ISCSI)),
}
