"""File systems, dTrees, quotas and shares of a simulated OceanStor."""

from __future__ import annotations

from delfin.testing.simulated.oceanstor.parts import (
    GIB,
    NORMAL,
    ONLINE,
    SECTOR,
    Item,
    State,
    pick,
)

_PURPOSES = ("home", "projects", "media", "scratch", "archive")
_SIZES_GIB = (512, 1024, 2048)
_UNSET = "18446744073709551615"


def space(state: State, number: int) -> tuple[int, int]:
    """Size and allocated sectors of a file system."""
    dice = state.names.mix("filesystem", number)
    size = _SIZES_GIB[dice % len(_SIZES_GIB)] * GIB
    return size, size * (10 + dice // 4 % 75) // 100


def name(number: int) -> str:
    return f"fs_{_PURPOSES[number % len(_PURPOSES)]}_{number + 1:03d}"


def filesystem(state: State, number: int) -> Item:
    size, allocated = space(state, number)
    worm = {2: ("28", "3"), 3: ("28", "1")}.get(number % 4, ("27", ""))
    return {
        "ID": str(number),
        "TYPE": 40,
        "NAME": name(number),
        "HEALTHSTATUS": NORMAL,
        "RUNNINGSTATUS": ONLINE,
        "PARENTID": str(pick(state.file_pools, number)),
        "PARENTTYPE": 216,
        "ALLOCTYPE": "1",
        "SECTORSIZE": str(SECTOR),
        "CAPACITY": str(size),
        "ALLOCCAPACITY": str(allocated),
        "AVAILABLECAPCITY": str(size - allocated),
        "ENABLECOMPRESSION": "true" if number % 2 else "false",
        "ENABLEDEDUP": "false",
        "SUBTYPE": worm[0],
        "WORMTYPE": worm[1],
    }


def dtree(state: State, number: int) -> Item:
    owner = number % max(state.sizes.filesystems, 1)
    return {
        "ID": f"{owner}@{4096 + number}",
        "TYPE": 16445,
        "NAME": f"project_{number + 1:03d}",
        "PARENTID": str(owner),
        "PARENTTYPE": 40,
        "securityStyle": "3",
        "QUOTASWITCH": "true",
    }


def quota(state: State, number: int) -> Item:
    on_dtree = number % 2 == 0 and state.sizes.dtrees > 0
    where = dtree(state, number % max(state.sizes.dtrees, 1))
    parent = where["ID"] if on_dtree else str(number % max(state.sizes.filesystems, 1))
    kind = "1" if on_dtree else ("2", "3")[number // 2 % 2]
    return {
        "ID": f"{parent if on_dtree else f'{parent}@0'}@{number + 1}",
        "TYPE": 16446,
        "PARENTID": parent,
        "PARENTTYPE": "16445" if on_dtree else "40",
        "QUOTATYPE": kind,
        "USRGRPOWNERNAME": "" if kind == "1" else f"team{number:02d}",
        "SPACEHARDQUOTA": str((50 + number) * 2**30),
        "SPACESOFTQUOTA": str((40 + number) * 2**30),
        "SPACEUSED": str(number * 2**30),
        "FILEHARDQUOTA": _UNSET,
        "FILESOFTQUOTA": "-1",
        "FILEUSED": str(1000 * number),
    }


def nfs_share(state: State, number: int) -> Item:
    owner = number % max(state.sizes.filesystems, 1)
    return {
        "ID": str(number + 1),
        "TYPE": 16401,
        "NAME": "",
        "SHAREPATH": f"/{name(owner)}/",
        "FSID": str(owner),
        "DESCRIPTION": "",
    }


def cifs_share(state: State, number: int) -> Item:
    owner = number % max(state.sizes.filesystems, 1)
    return {
        "ID": str(number + 1),
        "TYPE": 16400,
        "NAME": f"share_{number + 1:03d}",
        "SHAREPATH": f"/{name(owner)}/",
        "FSID": str(owner),
        "DESCRIPTION": "",
    }
