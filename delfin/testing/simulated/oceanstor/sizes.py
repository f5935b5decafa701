"""How big a simulated OceanStor is, and which release it plays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from delfin.testing.simulated.oceanstor import api

MOST = 1_000_000


@dataclass(frozen=True)
class Sizes:
    """How many things of each kind; 'members' is the most that one group holds."""

    pools: int = 4
    luns: int = 200
    controllers: int = 2
    fc_ports: int = 8
    eth_ports: int = 6
    sas_ports: int = 4
    bond_ports: int = 1
    logical_ports: int = 2
    disks: int = 48
    filesystems: int = 4
    dtrees: int = 8
    quotas: int = 10
    nfs_shares: int = 4
    cifs_shares: int = 3
    hosts: int = 16
    fc_initiators: int = 24
    iscsi_initiators: int = 8
    host_groups: int = 4
    port_groups: int = 2
    lun_groups: int = 6
    mapping_views: int = 4
    alarms: int = 6
    recovered: int = 4
    members: int = 32

    def changed(self, wish: Mapping[str, Any]) -> Sizes:
        """These sizes with others for some; raises ValueError naming what is wrong."""
        known = {field.name for field in fields(self)}
        for name, value in wish.items():
            if name not in known:
                raise ValueError(f"{name}: there is no such size")
            if type(value) is not int or not 0 <= value <= MOST:
                raise ValueError(f"{name}: want a whole number from 0 to {MOST}")
        return replace(self, **wish)


@dataclass(frozen=True)
class Firmware:
    """What differs between the releases that are played.

    Attributes:
        product: PRODUCTVERSION.
        point: pointRelease; None for releases that have none.
        model: PRODUCTMODE.
        views_tell_groups: Whether a mapping view names its groups.
        pools_have_uses: Whether a pool is for LUNs or for file systems.
        dedup: What the switch of deduplication is called.
        latency: The indicator of the mean response time, and how many of its units are a second.
        wrong_password: The error code for one.
        realtime: The word of the interface that tells the last samples.
    """

    product: str
    point: str | None
    model: str
    views_tell_groups: bool
    pools_have_uses: bool
    dedup: str
    latency: tuple[int, int]
    wrong_password: int
    realtime: str


V5 = Firmware(
    *("V500R007C60", None, "122", False, True, "ENABLEDEDUP", (78, 1_000)),
    *(api.WRONG_PASSWORD_V5, "performace_statistic"),
)
V6 = Firmware(
    *("V600R005C03", "6.1.6", "816", True, False, "ENABLESMARTDEDUP", (370, 1_000_000)),
    *(api.WRONG_PASSWORD, "performance_data"),
)
RELEASES: Mapping[str, Firmware] = {"V5": V5, "V6": V6}
