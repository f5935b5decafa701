"""What has to be done now and then for the inbox: strike old rows, share engine times, tell counts."""

from __future__ import annotations

import threading
import time

from oslo_log import log

from delfin.alert_manager.counters import Counters
from delfin.alert_manager.drops import DropAlert
from delfin.alert_manager.inbox import Inbox
from delfin.alert_manager.snmp.engine import WINDOW, RemoteEngines
from delfin.db.base import utcnow
from delfin.db.session import AWAY
from delfin.utils import utcnow_ms

LOG = log.getLogger(__name__)

_EVERY = 5.0
_TOLD_EVERY = 60.0
# An engine is heard of so much later at most, as every node writes at this pace.
_OVERLAP_MS = 60_000
# A replay of an engine that was silent for longer is refused by its boots or time all the same.
_REMEMBERED_MS = 400 * 86_400_000


class Upkeep:
    """A thread for what is not urgent."""

    def __init__(
        self,
        inbox: Inbox,
        engines: RemoteEngines,
        counters: Counters,
        receiver: str | None,
        drops: DropAlert | None = None,
    ) -> None:
        """'receiver' is what the counts of this process are listed under; None: it receives none."""
        self._receiver = receiver
        self._drops = drops
        self._started_at = utcnow()
        self._reported: dict[str, int] | None = None
        self._reported_at = 0.0
        self._inbox = inbox
        self._engines = engines
        self._counters = counters
        self._recalled_at = 0
        self._told: dict[str, int] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trap-upkeep", daemon=True)

    def start(self) -> None:
        """Learn first what was seen before the restart: an old trap may be waiting to be replayed."""
        try:
            self.recall(utcnow_ms() - _REMEMBERED_MS)
            self._report()
        except AWAY as error:
            LOG.warning("Engine times cannot be read yet: %s", type(error).__name__)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def wait(self) -> None:
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        told_at = time.monotonic()
        while not self._stopping.wait(_EVERY):
            self._once()
            if time.monotonic() - told_at > _TOLD_EVERY:
                told_at = time.monotonic()
                self._tell()
        self._once()
        self._tell()

    def _once(self) -> None:
        try:
            self.share()
            self._report()
            if self._drops is not None:
                self._drops.look()
            while self._inbox.strike_old() and not self._stopping.is_set():
                pass
        except AWAY as error:
            LOG.debug("The inbox cannot be kept up now: %s", type(error).__name__)
        except Exception:  # the loop's edge: it is tried again soon
            LOG.exception("The inbox cannot be kept up")

    def _report(self) -> None:
        if self._receiver is None:
            return
        counts, now = self._counters.snapshot(), time.monotonic()
        if counts != self._reported or now - self._reported_at > _TOLD_EVERY:
            self._inbox.report(self._receiver, self._started_at, counts)
            self._reported, self._reported_at = counts, now

    def share(self) -> None:
        """Keep the engine times that are newer here, and learn those of other nodes."""
        changed = self._engines.changed()
        if changed:
            self._inbox.keep_engines(changed)
        self.recall((self._recalled_at or utcnow_ms()) - _OVERLAP_MS - WINDOW * 1000)

    def recall(self, since: int) -> None:
        now = utcnow_ms()
        self._engines.recall(self._inbox.engines(since))
        self._recalled_at = now

    def _tell(self) -> None:
        counts = self._counters.snapshot()
        if counts != self._told:
            self._told = counts
            LOG.info("Traps so far: %s", ", ".join(f"{n} {k}" for k, n in counts.items()))
