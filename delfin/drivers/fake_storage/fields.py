"""The fake array's words for things, and ours; its capacities are MiB, its speeds bit/s."""

from __future__ import annotations

from delfin.common import constants as c
from delfin.drivers.kit.convert import mib
from delfin.drivers.kit.groups import host_groups, port_groups, volume_groups
from delfin.drivers.kit.mapping import FREE, Const, Get, RowMap

THIN = {True: c.VolumeType.THIN, False: c.VolumeType.THICK}
SECURITY = {
    "UNIX": c.NASSecurityMode.UNIX,
    "NTFS": c.NASSecurityMode.NTFS,
    "MIXED": c.NASSecurityMode.MIXED,
}

STORAGE = RowMap(
    name=Get("label"),
    vendor=Const("fake_vendor"),
    model=Const("fake_model"),
    description=Get("comment"),
    serial_number=Get("serial", str, required=True),
    firmware_version=Get("firmware"),
    location=Get("site"),
    status=Get(
        "health",
        {
            "OK": c.StorageStatus.NORMAL,
            "DEGRADED": c.StorageStatus.DEGRADED,
            "FAILED": c.StorageStatus.ABNORMAL,
        },
        default=c.StorageStatus.UNKNOWN,
    ),
    raw_capacity=Get("space.raw_mib", mib),
    total_capacity=Get("space.size_mib", mib, required=True),
    used_capacity=Get("space.used_mib", mib, required=True),
    free_capacity=FREE,
    subscribed_capacity=Get("space.subscribed_mib", mib),
)
POOL = RowMap(
    native_storage_pool_id=Get("id", required=True),
    name=Get("label"),
    description=Get("comment"),
    status=Get(
        "health",
        {"OK": c.StoragePoolStatus.NORMAL, "DEGRADED": c.StoragePoolStatus.DEGRADED},
        default=c.StoragePoolStatus.UNKNOWN,
    ),
    storage_type=Get(
        "use",
        {"BLOCK": c.StorageType.BLOCK, "FILE": c.StorageType.FILE, "MIXED": c.StorageType.UNIFIED},
    ),
    total_capacity=Get("space.size_mib", mib, required=True),
    used_capacity=Get("space.used_mib", mib, required=True),
    free_capacity=FREE,
    subscribed_capacity=Get("space.subscribed_mib", mib),
    availability_zone=Get("zone"),
    extras=Get("services"),
)
VOLUME = RowMap(
    native_volume_id=Get("id", required=True),
    name=Get("label"),
    description=Get("comment"),
    status=Get(
        "state",
        {"ONLINE": c.StorageStatus.NORMAL, "DEGRADED": c.StorageStatus.DEGRADED},
        default=c.StorageStatus.UNKNOWN,
    ),
    type=Get("thin", THIN),
    native_storage_pool_id=Get("pool"),
    wwn=Get("wwn"),
    total_capacity=Get("size_mib", mib, required=True),
    used_capacity=Get("used_mib", mib, required=True),
    free_capacity=FREE,
    compressed=Get("compression"),
    deduplicated=Get("dedup"),
)
CONTROLLER = RowMap(
    native_controller_id=Get("id", required=True),
    name=Get("label"),
    status=Get(
        "health",
        {"OK": c.ControllerStatus.NORMAL, "FAILED": c.ControllerStatus.FAULT},
        default=c.ControllerStatus.UNKNOWN,
    ),
    location=Get("place"),
    soft_version=Get("firmware"),
    cpu_info=Get("cpu"),
    cpu_count=Get("cpus"),
    memory_size=Get("memory_mib", mib),
    mgmt_ip=Get("address"),
)
PORT = RowMap(
    native_port_id=Get("id", required=True),
    name=Get("label"),
    location=Get("place"),
    type=Get(
        "protocol",
        {
            "FC": c.PortType.FC,
            "ISCSI": c.PortType.ISCSI,
            "SAS": c.PortType.SAS,
            "ETH": c.PortType.ETH,
        },
        default=c.PortType.OTHER,
    ),
    logical_type=Get(
        "role",
        {
            "HOST": c.PortLogicalType.FRONTEND,
            "DRIVES": c.PortLogicalType.BACKEND,
            "MGMT": c.PortLogicalType.MANAGEMENT,
        },
        default=c.PortLogicalType.OTHER,
    ),
    connection_status=Get(
        "link",
        {"UP": c.PortConnectionStatus.CONNECTED, "DOWN": c.PortConnectionStatus.DISCONNECTED},
        default=c.PortConnectionStatus.UNKNOWN,
    ),
    health_status=Get(
        "health", {"OK": c.PortHealthStatus.NORMAL}, default=c.PortHealthStatus.UNKNOWN
    ),
    native_parent_id=Get("controller"),
    speed=Get("speed_bps"),
    max_speed=Get("max_speed_bps"),
    wwn=Get("wwn"),
    mac_address=Get("mac"),
    ipv4=Get("ipv4.address"),
    ipv4_mask=Get("ipv4.mask"),
    ipv6=Get("ipv6.address"),
    ipv6_mask=Get("ipv6.prefix"),
)
DISK = RowMap(
    native_disk_id=Get("id", required=True),
    name=Get("label"),
    status=Get(
        "health",
        {"OK": c.DiskStatus.NORMAL, "FAILING": c.DiskStatus.DEGRADED},
        default=c.DiskStatus.ABNORMAL,
    ),
    physical_type=Get(
        "media",
        {"SSD": c.DiskPhysicalType.SSD, "NLSAS": c.DiskPhysicalType.NL_SAS},
        default=c.DiskPhysicalType.UNKNOWN,
    ),
    logical_type=Get(
        "role",
        {"MEMBER": c.DiskLogicalType.MEMBER, "SPARE": c.DiskLogicalType.HOTSPARE},
        default=c.DiskLogicalType.UNKNOWN,
    ),
    location=Get("place"),
    native_disk_group_id=Get("group"),
    serial_number=Get("serial"),
    manufacturer=Get("maker"),
    model=Get("model"),
    firmware=Get("firmware"),
    speed=Get("rpm"),
    capacity=Get("size_mib", mib),
    health_score=Get("life_left"),
)
FILESYSTEM = RowMap(
    native_filesystem_id=Get("id", required=True),
    name=Get("label"),
    status=Get("state", {"OK": c.FilesystemStatus.NORMAL}, default=c.FilesystemStatus.FAULTY),
    type=Get("thin", THIN),
    native_pool_id=Get("pool"),
    security_mode=Get("security", SECURITY),
    total_capacity=Get("size_mib", mib, required=True),
    used_capacity=Get("used_mib", mib, required=True),
    free_capacity=FREE,
    compressed=Get("compression"),
    deduplicated=Get("dedup"),
    worm=Get(
        "lock",
        {
            "NONE": c.WORMType.NON_WORM,
            "ENTERPRISE": c.WORMType.ENTERPRISE,
            "COMPLIANCE": c.WORMType.COMPLIANCE,
        },
    ),
)
QTREE = RowMap(
    native_qtree_id=Get("id", required=True),
    name=Get("label"),
    path=Get("path"),
    native_filesystem_id=Get("filesystem"),
    security_mode=Get("security", SECURITY),
)
QUOTA = RowMap(
    native_quota_id=Get("id", required=True),
    type=Get(
        "scope",
        {"TREE": c.QuotaType.TREE, "USER": c.QuotaType.USER, "GROUP": c.QuotaType.GROUP},
    ),
    native_filesystem_id=Get("filesystem"),
    native_qtree_id=Get("qtree"),
    user_group_name=Get("owner"),
    capacity_hard_limit=Get("hard_mib", mib),
    capacity_soft_limit=Get("soft_mib", mib),
    used_capacity=Get("used_mib", mib),
    file_hard_limit=Get("hard_files"),
    file_soft_limit=Get("soft_files"),
    file_count=Get("files"),
)
SHARE = RowMap(
    native_share_id=Get("id", required=True),
    name=Get("label"),
    path=Get("path"),
    protocol=Get("protocol", {"NFS": c.ShareProtocol.NFS, "SMB": c.ShareProtocol.CIFS}),
    native_filesystem_id=Get("filesystem"),
    native_qtree_id=Get("qtree"),
)
INITIATOR = RowMap(
    native_storage_host_initiator_id=Get("id", required=True),
    name=Get("label"),
    alias=Get("alias"),
    type=Get(
        "protocol",
        {"FC": c.InitiatorType.FC, "ISCSI": c.InitiatorType.ISCSI},
        default=c.InitiatorType.UNKNOWN,
    ),
    wwn=Get("wwn"),
    status=Get(
        "login",
        {"IN": c.InitiatorStatus.ONLINE, "OUT": c.InitiatorStatus.OFFLINE},
        default=c.InitiatorStatus.UNKNOWN,
    ),
    native_storage_host_id=Get("host"),
)
HOST = RowMap(
    native_storage_host_id=Get("id", required=True),
    name=Get("label"),
    description=Get("comment"),
    os_type=Get(
        "os",
        {
            "LINUX": c.HostOSTypes.LINUX,
            "ESX": c.HostOSTypes.VMWARE_ESX,
            "WINDOWS": c.HostOSTypes.WINDOWS,
            "AIX": c.HostOSTypes.AIX,
        },
        default=c.HostOSTypes.UNKNOWN,
    ),
    ip_address=Get("address"),
    status=Get(
        "health",
        {"OK": c.HostStatus.NORMAL, "DEGRADED": c.HostStatus.DEGRADED},
        default=c.HostStatus.ABNORMAL,
    ),
)
MASKING_VIEW = RowMap(
    native_masking_view_id=Get("id", required=True),
    name=Get("label"),
    description=Get("comment"),
    native_storage_host_id=Get("host"),
    native_storage_host_group_id=Get("host_group"),
    native_volume_id=Get("volume"),
    native_volume_group_id=Get("volume_group"),
    native_port_group_id=Get("port_group"),
)
_IDENTITY = {"name": Get("label"), "description": Get("comment")}
HOST_GROUPS = host_groups("members", _IDENTITY)
PORT_GROUPS = port_groups("members", _IDENTITY)
VOLUME_GROUPS = volume_groups("members", _IDENTITY)
# What every fake array can do.
ABILITIES = {
    "protocols": [
        *(c.PortType.FC, c.PortType.ISCSI),
        *(c.ShareProtocol.NFS, c.ShareProtocol.CIFS),
    ],
    "features": ["thin_provisioning", "compression", "deduplication", "quotas"],
}
