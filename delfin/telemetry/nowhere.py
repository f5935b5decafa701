"""Where samples go while no exporter is configured: they are counted, and that is all."""

from __future__ import annotations

import threading

from delfin.telemetry.samples import Batch


class Nowhere:
    """A sink; 'samples' is how many it was given."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.samples = 0

    def put(self, batch: Batch) -> None:
        with self._guard:
            self.samples += len(batch)
