"""The system, storage pools and LUNs.

Capacities and states: CSI (`system/`, `storagepool`, `lun`) and checks (Dorado 8000 V6).
Model names by PRODUCTMODE: CSM, storage_maps.go. USAGETYPE, ALLOCTYPE, ALLOCCAPACITY,
ENABLECOMPRESSION, ENABLEDEDUP (V5) and ENABLESMARTDEDUP (V6): POSH.
"""

from __future__ import annotations

from delfin.common import constants as c
from delfin.drivers.huawei.oceanstor.fields import words
from delfin.drivers.huawei.oceanstor.fields.models import MODELS
from delfin.drivers.kit.convert import flag
from delfin.drivers.kit.mapping import FREE, Calc, Const, Get, Record, RowMap


def model(record: Record) -> str:
    """By its number; the number itself for a model that came later."""
    told = str(record.get("PRODUCTMODE") or "")
    return f"OceanStor {MODELS.get(told, told)}".strip()


STORAGE = RowMap(
    name=Get("NAME"),
    vendor=Const("Huawei"),
    model=Calc(model),
    description=Get("DESCRIPTION"),
    serial_number=Get("ID", str, required=True),
    # pointRelease is there from V6 on (CSI): 6.1.6, where PRODUCTVERSION is V600R005C03.
    firmware_version=words.either("pointRelease", "PRODUCTVERSION"),
    location=Get("LOCATION"),
    status=words.state(c.StorageStatus, ill=c.StorageStatus.ABNORMAL),
    raw_capacity=words.own_sectors(
        "MEMBERDISKSCAPACITY", "FREEDISKSCAPACITY", "HOTSPAREDISKSCAPACITY"
    ),
    total_capacity=words.own_sectors("STORAGEPOOLCAPACITY"),
    used_capacity=words.own_sectors("STORAGEPOOLUSEDCAPACITY"),
    free_capacity=words.own_sectors("STORAGEPOOLFREECAPACITY"),
)
_USAGE = {"1": c.StorageType.BLOCK, "2": c.StorageType.FILE}
POOL = RowMap(
    native_storage_pool_id=Get("ID", str, required=True),
    name=Get("NAME"),
    description=Get("DESCRIPTION"),
    status=words.state(c.StoragePoolStatus, ill=c.StoragePoolStatus.ABNORMAL),
    storage_type=words.word("USAGETYPE", _USAGE, default=c.StorageType.BLOCK),
    total_capacity=words.sectors("USERTOTALCAPACITY"),
    used_capacity=words.sectors("USERCONSUMEDCAPACITY"),
    free_capacity=words.sectors("USERFREECAPACITY"),
    subscribed_capacity=words.sectors("LUNCONFIGEDCAPACITY", "TOTALFSCAPACITY"),
)
# From V6 on a pool holds LUNs and file systems, and says no use.
POOL_V6 = POOL.but(storage_type=words.word("USAGETYPE", _USAGE, default=c.StorageType.UNIFIED))

VOLUME = RowMap(
    native_volume_id=Get("ID", str, required=True),
    name=Get("NAME"),
    description=Get("DESCRIPTION"),
    status=words.state(c.StorageStatus, ill=c.StorageStatus.ABNORMAL),
    type=words.word("ALLOCTYPE", {"0": c.VolumeType.THICK, "1": c.VolumeType.THIN}),
    native_storage_pool_id=Get("PARENTID", str),
    # The array writes 32 hex digits without separators.
    wwn=Get("WWN", str.lower),
    total_capacity=words.sectors("CAPACITY"),
    used_capacity=words.sectors("ALLOCCAPACITY"),
    free_capacity=FREE,
    compressed=Get("ENABLECOMPRESSION", flag),
    deduplicated=Get("ENABLEDEDUP", flag),
)
VOLUME_V6 = VOLUME.but(deduplicated=Get("ENABLESMARTDEDUP", flag))
