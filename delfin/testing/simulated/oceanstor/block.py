"""The system, pools and LUNs of a simulated OceanStor; capacities are sectors, as texts."""

from __future__ import annotations

from delfin.testing.simulated.oceanstor import files
from delfin.testing.simulated.oceanstor.parts import (
    GIB,
    NORMAL,
    OFFLINE,
    ONLINE,
    SECTOR,
    Item,
    State,
    pick,
)

_LUN_GIB = (10, 50, 64, 100, 200, 256, 500, 1024)
_PURPOSES = ("ora_data", "vmw_ds", "sql_log", "sap_hana", "mail", "web")
_TIB = 1024 * GIB
_DISK = 7_680_000_000_000 // 520


def lun_space(state: State, number: int) -> tuple[int, int]:
    """Size and allocated sectors of a LUN."""
    dice = state.names.mix("lun", number)
    size = _LUN_GIB[dice % len(_LUN_GIB)] * GIB
    return size, size * (5 + dice // 96 % 86) // 100 if is_thin(state, number) else size


def is_thin(state: State, number: int) -> bool:
    return state.names.mix("thin", number) % 4 != 0


def lun(state: State, number: int) -> Item:
    size, allocated = lun_space(state, number)
    dice = state.names.mix("lun", number)
    pool = pick(state.lun_pools, number)
    return {
        "ID": str(number),
        "TYPE": 11,
        "NAME": f"{_PURPOSES[dice % len(_PURPOSES)]}_{number + 1:06d}",
        "DESCRIPTION": "",
        "HEALTHSTATUS": "15" if dice % 211 == 0 else NORMAL,
        "RUNNINGSTATUS": OFFLINE if dice % 307 == 0 else ONLINE,
        "PARENTID": "" if pool is None else str(pool),
        "PARENTNAME": "" if pool is None else _pool_name(pool),
        "WWN": state.names.volume_wwn(number),
        "ALLOCTYPE": str(int(is_thin(state, number))),
        "CAPACITY": str(size),
        "ALLOCCAPACITY": str(allocated),
        # What the LUN exposes to hosts; its capacity is in the array's own sectors.
        "SECTORSIZE": str(4096 if number % 3 == 1 else SECTOR),
        "ENABLECOMPRESSION": _truth(dice % 3 == 0),
        state.firmware.dedup: _truth(dice % 5 == 0),
        "OWNINGCONTROLLER": "0A" if number % 2 == 0 else "0B",
        "WORKINGCONTROLLER": "0A" if number % 2 == 0 else "0B",
        "EXPOSEDTOINITIATOR": _truth(number % 2 == 0),
        "WRITEPOLICY": "1",
        "PREFETCHPOLICY": "3",
        "IOPRIORITY": "1",
    }


class Space:
    """What the pools hold, added up from LUNs and file systems once, when the array is made."""

    def __init__(self, state: State) -> None:
        pools = state.sizes.pools
        self.used = [0] * pools
        self.luns = [0] * pools
        self.filesystems = [0] * pools
        for number in range(state.sizes.luns if state.lun_pools else 0):
            pool = state.lun_pools[number % len(state.lun_pools)]
            size, allocated = lun_space(state, number)
            self.luns[pool] += size
            self.used[pool] += allocated
        for number in range(state.sizes.filesystems if state.file_pools else 0):
            pool = state.file_pools[number % len(state.file_pools)]
            size, allocated = files.space(state, number)
            self.filesystems[pool] += size
            self.used[pool] += allocated
        self.total = [(used * 5 // 4 // _TIB + 4) * _TIB for used in self.used]


def system(state: State, space: Space) -> Item:
    total, used = sum(space.total), sum(space.used)
    point = {} if state.firmware.point is None else {"pointRelease": state.firmware.point}
    return {
        "ID": state.names.serial,
        "TYPE": 201,
        "NAME": f"oceanstor_{state.names.serial[-4:].lower()}",
        "DESCRIPTION": "",
        "LOCATION": "Room 2, rack 7",
        "PRODUCTMODE": state.firmware.model,
        "PRODUCTVERSION": state.firmware.product,
        **point,
        "HEALTHSTATUS": NORMAL,
        "RUNNINGSTATUS": NORMAL,
        "SECTORSIZE": str(SECTOR),
        "MEMBERDISKSCAPACITY": str(state.sizes.disks * _DISK * 520 // SECTOR),
        "FREEDISKSCAPACITY": "0",
        "HOTSPAREDISKSCAPACITY": "0",
        "STORAGEPOOLCAPACITY": str(total),
        "STORAGEPOOLUSEDCAPACITY": str(used),
        "STORAGEPOOLFREECAPACITY": str(total - used),
        "wwn": state.names.port_wwn(0),
    }


def pool(state: State, space: Space, number: int) -> Item:
    use = {}
    if state.firmware.pools_have_uses:
        use = {"USAGETYPE": "1" if number in state.lun_pools else "2"}
    return {
        "ID": str(number),
        "TYPE": 216,
        "NAME": _pool_name(number),
        "DESCRIPTION": "",
        "HEALTHSTATUS": NORMAL,
        "RUNNINGSTATUS": ONLINE,
        **use,
        "USERTOTALCAPACITY": str(space.total[number]),
        "USERCONSUMEDCAPACITY": str(space.used[number]),
        "USERFREECAPACITY": str(space.total[number] - space.used[number]),
        "LUNCONFIGEDCAPACITY": str(space.luns[number]),
        "TOTALFSCAPACITY": str(space.filesystems[number]),
    }


def _pool_name(number: int) -> str:
    return f"StoragePool{number + 1:03d}"


def _truth(value: bool) -> str:
    return "true" if value else "false"
