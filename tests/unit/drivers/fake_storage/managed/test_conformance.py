"""What every driver must do, on a recording of one array behind the simulated manager."""

from __future__ import annotations

from pathlib import Path

from delfin.drivers.fake_storage.managed.driver import FakeManagerDriver
from delfin.testing.suite import DriverConformance


class TestFakeManager(DriverConformance):
    driver = FakeManagerDriver
    recording = Path(__file__).parent / "recordings" / "manager-7.2.1"
