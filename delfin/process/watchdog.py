"""Looks whether the loops of this process go round, and has it replaced when it is past help."""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from oslo_config import cfg
from oslo_log import log

from delfin.process.pulse import Pulse
from delfin.process.systemd import Systemd

LOG = log.getLogger(__name__)

_LONGEST_PAUSE = 5.0
# Looks in a row that must find too much memory in use: a large array takes some for a while.
_LOOKS_AT_MEMORY = 3
# Seconds beyond the graceful time after which a process that was told to end is cut off.
_CUT_OFF_AFTER = 2.0


class Watchdog:
    """A service that watches this process from a thread of its own. 'reason' is why it gave up."""

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        pulses: Sequence[Pulse],
        replace: Callable[[], None],
        stuck_threads: Callable[[], int] = lambda: 0,
        systemd: Systemd | None = None,
        *,
        cuts_off: bool = False,
    ) -> None:
        """'replace' makes the process end in good order, soon, without waiting for it.

        With 'cuts_off' a process that does not, or in which not even this thread goes round since
        some library holds the interpreter, is ended the hard way: for workers that others start
        anew. One that was frozen from outside for longer is ended as well when it wakes up.
        """
        self.reason = ""
        self._conf = conf
        self._pulses = pulses
        self._replace = replace
        self._stuck_threads = stuck_threads
        self._systemd = systemd or Systemd()
        self._cuts_off = cuts_off
        self._fat_looks = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        self._arm()
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def wait(self) -> None:
        self._thread.join()

    def complaint(self, *, asleep: float = 0.0) -> str:
        """Why the process should be replaced; empty when all is well.

        'asleep' are the seconds for which the process was not run at all: no loop is late then.
        """
        limits = self._conf.watchdog
        for pulse in self._pulses:
            if pulse.late - asleep > limits.stuck_time:
                return f"its {pulse.name} is stuck for {pulse.late:.0f} s"
        stuck = self._stuck_threads()
        if stuck > limits.stuck_threads:
            return f"{stuck} of its threads hang in jobs over their deadline"
        used = resident_memory() // 2**20
        is_fat = 0 < limits.memory_limit < used
        self._fat_looks = self._fat_looks + 1 if is_fat else 0
        if self._fat_looks >= _LOOKS_AT_MEMORY:
            return f"it uses {used} MiB of memory"
        return ""

    def _run(self) -> None:
        expected = time.monotonic()
        while not self._stopping.is_set():
            asleep = max(0.0, time.monotonic() - expected)
            self.reason = self.complaint(asleep=asleep)
            if self.reason:
                break
            self._systemd.alive()
            self._arm()
            pause = self._pause()
            expected = time.monotonic() + pause
            self._stopping.wait(pause)
        faulthandler.cancel_dump_traceback_later()
        if self.reason:
            self._give_up()

    def _pause(self) -> float:
        longest: float = min(_LONGEST_PAUSE, self._conf.watchdog.stuck_time / 4)
        patience = self._systemd.patience
        return longest if patience is None else min(longest, patience / 3)

    def _arm(self) -> None:
        """Has a thread outside of Python end the process, unless this is called again in time."""
        if self._cuts_off:
            longest = self._conf.watchdog.stuck_time + self._pause()
            faulthandler.dump_traceback_later(longest, exit=True, file=sys.__stderr__ or 2)

    def _give_up(self) -> None:
        LOG.error("This process is to be replaced: %s", self.reason)
        self._replace()
        graceful: float = self._conf.graceful_shutdown_timeout
        if self._cuts_off and graceful and not self._stopping.wait(graceful + _CUT_OFF_AFTER):
            os._exit(1)


def resident_memory() -> int:
    """Bytes of this process that are in memory now."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
