"""What every driver must do, on a recording of the simulated array."""

from __future__ import annotations

from pathlib import Path

from delfin.drivers.fake_storage.driver import FakeStorageDriver
from delfin.testing.suite import DriverConformance


class TestFakeStorage(DriverConformance):
    driver = FakeStorageDriver
    recording = Path(__file__).parent / "recordings" / "fake-7.2.1"
