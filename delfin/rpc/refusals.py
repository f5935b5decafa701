"""Counts what a listener refuses, for the operator and for the log."""

from __future__ import annotations

import threading

from oslo_log import log

LOG = log.getLogger(__name__)


class Refusals:
    """Counts messages that nobody of us sends, and says so without filling the log."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._guard = threading.Lock()
        self.count = 0

    def add(self, why: str) -> None:
        with self._guard:
            self.count += 1
            count = self.count
        # The first, the tenth, the hundredth, ...
        if str(count).strip("0") == "1":
            LOG.warning("Refused message number %d on %s: %s", count, self._where, why)
