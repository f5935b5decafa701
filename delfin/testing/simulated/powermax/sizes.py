"""How big a simulated PowerMax is, and of which kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """How many objects of each kind one array has.

    'effective' makes it a PowerMax 2500, which tells its capacity by pool and in effective TB.
    'data_volumes' are those that the pools are made of, besides the volumes.
    """

    pools: int = 1
    volumes: int = 40
    directors: int = 4
    ports: int = 2
    disks: int = 12
    hosts: int = 6
    host_groups: int = 2
    port_groups: int = 2
    storage_groups: int = 4
    masking_views: int = 4
    alerts: int = 4
    effective: bool = False
    data_volumes: int = 2
