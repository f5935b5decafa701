"""What every driver must do, on the recording of a host that serves blocks and files."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from delfin.drivers.linux.lvm.driver import LvmDriver
from delfin.testing.suite import DriverConformance


class TestLvm(DriverConformance):
    driver = LvmDriver
    recording = Path(__file__).parent / "recordings" / "uml-debian-12"
    timeouts: ClassVar = {
        "delfin.drivers.linux.lvm.client._TIMEOUT": "how long one command may take"
    }
