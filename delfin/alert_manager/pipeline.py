"""From the inbox to the store of alerts: asks the drivers what the traps of each storage mean."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from oslo_config import cfg
from oslo_log import log
from sqlalchemy.orm import Session

from delfin import exception
from delfin.alert_manager.counters import PROCESSED, Counters
from delfin.alert_manager.inbox import Inbox, Lane, LaneLostError, Waiting
from delfin.alert_manager.meaning import Meanings, Parsers, Reported
from delfin.alerts import store
from delfin.coordination.loop import Loop
from delfin.db.session import AWAY, Database, retried
from delfin.jobs.queue import AlreadyQueuedError, JobQueue
from delfin.utils import utcnow_ms

LOG = log.getLogger(__name__)

ALERT_SYNC = "alert_sync"
# Traps of one storage that are processed in one transaction, before it is another's turn.
BATCH = 500
# A process that died this often with a storage's traps in its hands had one that kills.
_ONE_BY_ONE, _DEADLY = 2, 3


class Pipeline:
    """A thread that processes what waits in the inbox, storage by storage."""

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        database: Database,
        inbox: Inbox,
        queue: JobQueue,
        drivers: Parsers,
        counters: Counters,
        ring: Callable[[], None],
    ) -> None:
        """'ring' wakes those who run jobs and those who forward alerts."""
        self._sync_ms = int(conf.traps.alert_sync_interval * 1000)
        self._database = database
        self._inbox = inbox
        self._queue = queue
        self._drivers = drivers
        self._counters = counters
        self._ring = ring
        self._pause: float = conf.traps.inbox_poll_interval
        self._stopped = threading.Event()
        self._loop = Loop("trap-pipeline", self._turn, self._pause, self._release)

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        self._loop.stop()
        self._stopped.set()

    def wait(self) -> None:
        self._loop.wait()

    def look(self) -> None:
        """Traps were stored."""
        self._loop.hurry()

    def _turn(self) -> None:
        """What fails stays in the inbox."""
        try:
            while not self._loop.stopping and self.run_once():
                pass
        except AWAY as error:
            LOG.warning("Traps cannot be processed now: %s", type(error).__name__)
        except Exception:  # the loop's edge: what failed is tried again, but not with each trap
            LOG.exception("Traps cannot be processed")
            self._stopped.wait(self._pause)

    def _release(self) -> None:
        with suppress(*AWAY):
            self._inbox.release()

    def run_once(self) -> int:
        """One turn: some traps of each storage that has any; how many were processed."""
        done = 0
        for lane in self._inbox.lanes():
            if self._loop.stopping:
                break
            try:
                done += self._process(lane)
            except LaneLostError:
                LOG.info("Another process has the traps of storage %s now", lane.storage_id)
            except exception.StorageNotFound:
                LOG.info("Storage %s was removed, and its traps with it", lane.storage_id)
        return done

    def _process(self, lane: Lane) -> int:
        careful = lane.crashes >= _ONE_BY_ONE
        waiting = self._inbox.waiting(lane.storage_id, 2 if careful else BATCH)
        # As long as more of what was there at the time may kill, it is taken one by one.
        crashes = _ONE_BY_ONE if careful and len(waiting) > 1 else 0
        if careful:
            waiting = waiting[:1]
        meanings = Meanings(self._database, self._drivers, lane.storage_id)
        if lane.crashes >= _DEADLY:
            LOG.error("A trap of storage %s is kept unread: it kills", lane.storage_id)
            reported = meanings.unread(waiting)
        else:
            reported = meanings.of(waiting)
        self._keep(lane, waiting, reported, incomplete=meanings.incomplete, crashes=crashes)
        self._counters.add(PROCESSED, len(waiting))
        return len(waiting)

    @retried
    def _keep(
        self,
        lane: Lane,
        waiting: Sequence[Waiting],
        reported: Sequence[Reported],
        *,
        incomplete: bool,
        crashes: int,
    ) -> None:
        """Alerts and the traps they came from, in one transaction."""
        asked = changed = False
        with self._database.writer() as session:
            held = self._inbox.hold(session, lane.storage_id)
            held.crashes = crashes
            for one in reported:
                with suppress(exception.StorageNotFound):
                    changed |= store.take(session, one.storage_id, one.report, times=one.times)
            if incomplete:
                not_before = max(utcnow_ms(), held.sync_asked_at + self._sync_ms)
                asked = self._ask_for_sync(session, lane.storage_id, not_before)
                if asked:
                    held.sync_asked_at = not_before
            self._inbox.done(session, [trap.id for trap in waiting])
        if asked or changed:
            self._ring()

    def _ask_for_sync(self, session: Session, storage_id: str, not_before: int) -> bool:
        """One alert synchronisation tells what the traps did not; one that waits already will do."""
        try:
            self._queue.enqueue(
                session,
                ALERT_SYNC,
                storage_id,
                payload={"begin_time": 0, "end_time": 0},
                not_before=not_before,
                active_key=f"{ALERT_SYNC}:{storage_id}:0:0",
            )
        except AlreadyQueuedError:
            return False
        return True
