"""A third-party driver that takes its process down, as a bug in native code does."""

from __future__ import annotations

import os
import signal
from typing import Any

from delfin.drivers.driver import Row
from delfin.drivers.fake_storage.driver import FakeStorageDriver


class PoisonDriver(FakeStorageDriver):
    """Can be registered; reading its volumes is deadly."""

    def list_volumes(self, context: Any) -> list[Row]:
        os.kill(os.getpid(), signal.SIGKILL)
        return []
