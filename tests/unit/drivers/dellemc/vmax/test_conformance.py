"""What every driver must do, on recordings of simulated Unispheres, an older and a recent one."""

from __future__ import annotations

from pathlib import Path

from delfin.drivers.dellemc.vmax.driver import VmaxDriver
from delfin.testing.suite import DriverConformance

RECORDINGS = Path(__file__).parent / "recordings"


class TestVmax(DriverConformance):
    driver = VmaxDriver
    recording = RECORDINGS / "unisphere-9.2"


class TestPmax(DriverConformance):
    driver = VmaxDriver
    recording = RECORDINGS / "unisphere-10.2"
