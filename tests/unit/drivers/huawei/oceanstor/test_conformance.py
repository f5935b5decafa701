"""What every driver must do, on a recording of the simulated array, a Dorado."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from delfin.drivers.huawei.oceanstor.driver import OceanStorDriver
from delfin.testing.suite import DriverConformance

RECORDINGS = Path(__file__).parent / "recordings"
TIMEOUTS = {"delfin.drivers.huawei.oceanstor.client.TIMEOUT": "how long the array may be silent"}


class TestDorado(DriverConformance):
    driver = OceanStorDriver
    recording = RECORDINGS / "dorado-6.1.6"
    timeouts: ClassVar = TIMEOUTS
