"""Every resource kind delfin knows, in the order a sync runs them."""

from __future__ import annotations

from delfin.inventory.access import (
    HOST_GROUPS,
    HOST_INITIATORS,
    HOSTS,
    MASKING_VIEWS,
    PORT_GROUPS,
    VOLUME_GROUPS,
)
from delfin.inventory.block import POOLS, VOLUMES
from delfin.inventory.file import FILESYSTEMS, QTREES, QUOTAS, SHARES
from delfin.inventory.hardware import CONTROLLERS, DISKS, PORTS

KINDS = (
    *(POOLS, VOLUMES),
    *(CONTROLLERS, PORTS, DISKS),
    *(FILESYSTEMS, QTREES, QUOTAS, SHARES),
    *(HOST_INITIATORS, HOSTS, HOST_GROUPS, PORT_GROUPS, VOLUME_GROUPS, MASKING_VIEWS),
)
BY_KEY = {kind.key: kind for kind in KINDS}
