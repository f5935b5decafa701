"""What has happened with the sessions of one process, counted since it started."""

from __future__ import annotations

import threading

NAMES = ("logins", "logins_failed", "logouts", "calls", "calls_failed", "calls_cut_off")


class Counts:
    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._numbers = dict.fromkeys(NAMES, 0)

    def add(self, name: str) -> None:
        with self._guard:
            self._numbers[name] += 1

    def read(self) -> dict[str, int]:
        with self._guard:
            return dict(self._numbers)
