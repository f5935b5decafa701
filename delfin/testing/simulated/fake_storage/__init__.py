"""The simulated array behind the driver 'fake_storage fake_driver'."""

from delfin.testing.simulated.fake_storage.simulator import FakeStorage

__all__ = ["FakeStorage"]
