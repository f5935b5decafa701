"""Words for controllers, ports and disks."""

from __future__ import annotations

from delfin.common.constants.vocabulary import Vocabulary


class ControllerStatus(Vocabulary):
    NORMAL = "normal"
    OFFLINE = "offline"
    FAULT = "fault"
    DEGRADED = "degraded"
    UNKNOWN = "unknown"


class PortConnectionStatus(Vocabulary):
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    UNKNOWN = "unknown"


class PortHealthStatus(Vocabulary):
    NORMAL = "normal"
    ABNORMAL = "abnormal"
    UNKNOWN = "unknown"


class PortType(Vocabulary):
    FC = "fc"
    ISCSI = "iscsi"
    FICON = "ficon"
    FCOE = "fcoe"
    ETH = "eth"
    SAS = "sas"
    IB = "ib"
    LOGIC = "logic"
    CIFS = "cifs"
    NFS = "nfs"
    FCACHE = "fcache"
    COMBO = "combo"
    CNA = "cna"
    RCIP = "rcip"
    NFS_CIFS = "nfs-cifs"
    OTHER = "other"


class PortLogicalType(Vocabulary):
    FRONTEND = "frontend"
    BACKEND = "backend"
    SERVICE = "service"
    MANAGEMENT = "management"
    INTERNAL = "internal"
    MAINTENANCE = "maintenance"
    INTERCONNECT = "interconnect"
    CLUSTER = "cluster"
    DATA = "data"
    NODE_MGMT = "node-mgmt"
    INTERCLUSTER = "intercluster"
    CLUSTER_MGMT = "cluster-mgmt"
    PHYSICAL = "physical"
    IF_GROUP = "if-group"
    VLAN = "vlan"
    OTHER = "other"


class DiskStatus(Vocabulary):
    NORMAL = "normal"
    ABNORMAL = "abnormal"
    DEGRADED = "degraded"
    OFFLINE = "offline"


class DiskPhysicalType(Vocabulary):
    SATA = "sata"
    SAS = "sas"
    SSD = "ssd"
    NL_SSD = "nl-ssd"
    FC = "fc"
    LUN = "lun"
    ATA = "ata"
    FLASH = "flash"
    VMDISK = "vmdisk"
    NL_SAS = "nl-sas"
    SSD_CARD = "ssd-card"
    SAS_FLASH_VP = "sas-flash-vp"
    HDD = "hdd"
    NVME_SSD = "nvme-ssd"
    UNKNOWN = "unknown"


class DiskLogicalType(Vocabulary):
    FREE = "free"
    MEMBER = "member"
    HOTSPARE = "hotspare"
    CACHE = "cache"
    AGGREGATE = "aggregate"
    BROKEN = "broken"
    FOREIGN = "foreign"
    LABELMAINT = "labelmaint"
    MAINTENANCE = "maintenance"
    SHARED = "shared"
    SPARE = "spare"
    UNASSIGNED = "unassigned"
    UNSUPPORTED = "unsupported"
    REMOTE = "remote"
    MEDIATOR = "mediator"
    DATA = "data"
    UNKNOWN = "unknown"
