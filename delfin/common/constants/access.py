"""Words for hosts, their initiators, and the ways into an array."""

from __future__ import annotations

from delfin.common.constants.vocabulary import Vocabulary

ACCESS_TYPE = ["rest", "ssh", "cli", "smis"]


class HostStatus(Vocabulary):
    NORMAL = "normal"
    OFFLINE = "offline"
    ABNORMAL = "abnormal"
    DEGRADED = "degraded"


class HostOSTypes(Vocabulary):
    LINUX = "Linux"
    WINDOWS = "Windows"
    SOLARIS = "Solaris"
    HP_UX = "HP-UX"
    AIX = "AIX"
    XEN_SERVER = "XenServer"
    VMWARE_ESX = "VMware ESX"
    LINUX_VIS = "LINUX_VIS"
    WINDOWS_SERVER_2012 = "Windows Server 2012"
    ORACLE_VM = "Oracle VM"
    OPEN_VMS = "Open VMS"
    MAC_OS = "Mac OS"
    UNKNOWN = "Unknown"


class InitiatorStatus(Vocabulary):
    ONLINE = "online"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class InitiatorType(Vocabulary):
    FC = "fc"
    ISCSI = "iscsi"
    NVME_OVER_ROCE = "roce"
    SAS = "sas"
    NVME_OVER_FABRIC = "nvme-of"
    UNKNOWN = "unknown"
