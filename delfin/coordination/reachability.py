"""Says once that a server is away, and what that means; and once that it is back."""

from __future__ import annotations

import threading

from oslo_log import log

LOG = log.getLogger(__name__)


class Reachability:
    """What one user of a server knows of it. Threads may share it."""

    def __init__(self, what: str, meanwhile: str) -> None:
        self._what = what
        self._meanwhile = meanwhile
        self._guard = threading.Lock()
        self._here: bool | None = None

    @property
    def here(self) -> bool:
        """False as well before anyone has looked."""
        return bool(self._here)

    def away(self, error: BaseException) -> None:
        with self._guard:
            before, self._here = self._here, False
        if before is not False:
            LOG.warning("%s cannot be reached, %s: %s", self._what, self._meanwhile, error)

    def back(self) -> None:
        with self._guard:
            before, self._here = self._here, True
        if before is False:
            LOG.info("%s is back", self._what)
