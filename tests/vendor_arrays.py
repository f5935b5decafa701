"""Simulated arrays of the vendors whose drivers are here, and what a registration of each says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from delfin.testing.simulated import oceanstor, powermax
from delfin.testing.simulated.array import SimulatedArray

USER, PASSWORD = "admin", "Fr0nt-d00r-of-the-array"
# Of the second array behind the Unisphere.
NEIGHBOUR = "000297900331"


@dataclass(frozen=True)
class Vendor:
    """Makes an array with the PASSWORD; 'more' is what a registration says besides where it is.

    'has_sessions' is False where each request carries the account, and nothing can be logged out.
    """

    make: Callable[[], SimulatedArray]
    more: Mapping[str, str] = field(default_factory=dict)
    has_sessions: bool = True


VENDORS: Mapping[str, Vendor] = {
    "huawei oceanstor": Vendor(
        lambda: oceanstor.OceanStor(
            password=PASSWORD, sizes=oceanstor.Sizes(luns=20, disks=6, hosts=4)
        )
    ),
    "dellemc pmax": Vendor(
        lambda: powermax.PowerMax(
            password=PASSWORD,
            arrays={
                powermax.ARRAY: powermax.Sizes(volumes=20),
                NEIGHBOUR: powermax.Sizes(volumes=7),
            },
        ),
        {"storage_name": powermax.ARRAY},
        has_sessions=False,
    ),
}


def registration(
    name: str, array: SimulatedArray, *, password: str = PASSWORD, **more: str
) -> dict[str, Any]:
    """The body that registers it; by name of the driver."""
    vendor, _, model = name.partition(" ")
    rest = {"host": array.host, "port": array.port, "username": USER, "password": password}
    return {"vendor": vendor, "model": model, **VENDORS[name].more, **more, "rest": rest}
