"""Controllers and disks.

Controllers: checks (a four-controller array of 7.x), states of POSH. Disks: REST V5 through
checks, whose README quotes HEALTHSTATUS, RUNNINGSTATUS and HEALTHMARK; DISKTYPE and LOGICTYPE: POSH.
"""

from __future__ import annotations

from delfin.common import constants as c
from delfin.drivers.huawei.oceanstor.fields import words
from delfin.drivers.kit.convert import mib, whole
from delfin.drivers.kit.mapping import Get, RowMap

CONTROLLER = RowMap(
    native_controller_id=Get("ID", str, required=True),
    name=Get("NAME"),
    status=words.state(c.ControllerStatus, ill=c.ControllerStatus.FAULT),
    location=Get("LOCATION"),
    soft_version=Get("SOFTVER"),
    cpu_info=Get("CPUINFO"),
    memory_size=Get("MEMORYSIZE", mib, absent=words.NOT_TOLD),
)

_T = c.DiskPhysicalType
# Self-encrypting drives have numbers of their own, storage class memory counts as SSD.
_TECHNOLOGY = {
    "0": _T.FC,
    "1": _T.SAS,
    "2": _T.SATA,
    "3": _T.SSD,
    "4": _T.NL_SAS,
    "5": _T.SSD,
    "6": _T.SSD,
    "7": _T.FC,
    "8": _T.SAS,
    "9": _T.SATA,
    "10": _T.SSD,
    "11": _T.NL_SAS,
    "12": _T.SSD,
    "13": _T.SSD,
    "14": _T.NVME_SSD,
    "16": _T.NVME_SSD,
    "17": _T.SSD,
    "18": _T.SSD,
}
DISK = RowMap(
    native_disk_id=Get("ID", str, required=True),
    # Disks have no name; people speak of them by their place.
    name=Get("LOCATION"),
    status=words.state_or_ill(
        {
            words.NORMAL: c.DiskStatus.NORMAL,
            words.ABOUT_TO_FAIL: c.DiskStatus.DEGRADED,
            words.SINGLE_LINK: c.DiskStatus.DEGRADED,
        },
        c.DiskStatus.OFFLINE,
        c.DiskStatus.ABNORMAL,
    ),
    physical_type=words.word("DISKTYPE", _TECHNOLOGY, default=_T.UNKNOWN),
    logical_type=words.word(
        "LOGICTYPE",
        {
            "1": c.DiskLogicalType.FREE,
            "2": c.DiskLogicalType.MEMBER,
            "3": c.DiskLogicalType.HOTSPARE,
            "4": c.DiskLogicalType.CACHE,
        },
        default=c.DiskLogicalType.UNKNOWN,
    ),
    location=Get("LOCATION"),
    serial_number=Get("SERIALNUMBER"),
    manufacturer=Get("MANUFACTURER"),
    model=Get("MODEL"),
    firmware=Get("FIRMWAREVER"),
    speed=Get("SPEEDRPM", whole, absent=words.NOT_TOLD),
    capacity=words.own_sectors("SECTORS"),
    # 255 where the array keeps no score (checks).
    health_score=Get("HEALTHMARK", whole, absent=("255", 255, *words.NOT_TOLD)),
)
