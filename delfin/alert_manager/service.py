"""The alert service: what hears arrays, started and stopped together.

Its parts are made by whoever puts the process together (delfin/cmd/alert.py, delfin/cmd/embedded.py):
the service itself knows none of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from oslo_log import log
from oslo_service.backend.base import ServiceBase

from delfin.service import Service

LOG = log.getLogger(__name__)


class AlertService(ServiceBase):  # type: ignore[misc] # publishes no types
    """Runs its parts until it is stopped.

    They start in the order given and stop in the opposite one: give what stores before what
    receives, so that nothing is received that cannot be kept.
    """

    def __init__(self, parts: Sequence[Service] = ()) -> None:
        self._parts = tuple(parts)
        self._started: list[Service] = []

    def start(self) -> None:
        """Raises what a part raises that cannot start; those before it are stopped then."""
        for part in self._parts:
            try:
                part.start()
            except Exception:
                self.stop()
                self.wait()
                raise
            self._started.append(part)

    def stop(self) -> None:
        """Does not wait for it. A part that fails to stop does not keep the others from it."""
        for part in reversed(self._started):
            try:
                part.stop()
            except Exception:  # noqa: BLE001 - see above
                LOG.exception("%s did not stop cleanly", type(part).__name__)

    def wait(self) -> None:
        while self._started:
            self._started.pop().wait()

    def reset(self) -> None:
        """Nothing is kept that a new configuration would change."""
