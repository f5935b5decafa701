"""The timer of schedules in a task process: fires what is due for the storages that it owns.

APScheduler keeps the time. What it is to do is read from the rows again and again, so it may
forget all of it; that a firing is not done twice is for the timetable to see to.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from datetime import UTC, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from oslo_config import cfg
from oslo_log import log

from delfin.coordination.loop import Loop
from delfin.jobs.queue import Mine, anybodys
from delfin.jobs.timetable import Due, Timetable

LOG = log.getLogger(__name__)

# A firing is a short transaction; more at a time only wait for one another.
_FIRED_AT_ONCE = 4
# Seconds between two checks of all rows, beside those that a change causes at once.
_PLAN_EVERY = 60.0


class Scheduler:
    """Times what is due soon, for the storages that are 'mine'.

    What its owner leaves undone for as long as a lease lasts is anybody's: the
    owner is gone, or nobody knows who it is.
    """

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        timetable: Timetable,
        mine: Mine = anybodys,
        ring: Callable[[], None] = lambda: None,
    ) -> None:
        """'ring' is called when there is a new job."""
        self._timetable = timetable
        self._mine = mine
        self._ring = ring
        self._patience = timedelta(seconds=conf.jobs.lease_time)
        # Long enough that what is not timed yet is seen once more before it is due.
        self._horizon: float = 2.5 * conf.schedules.poll_interval
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._firing = 0
        self._firing_ends = threading.Condition()
        self._has_defaults = False
        self._planned = float("-inf")
        self._loop = Loop("schedules", self._turn, conf.schedules.poll_interval)
        self._timer = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(_FIRED_AT_ONCE)},
            # What is late is for the timetable to judge, by the rows.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        self._timer.start()
        self._loop.start()

    def hurry(self) -> None:
        """Look at the rows now: a schedule, or the members of the cluster, may have changed."""
        self._loop.hurry()

    def stop(self) -> None:
        """Fire nothing more; does not wait for what is being fired."""
        self._stopping.set()
        self._loop.stop()
        if self._timer.running:
            self._timer.shutdown(wait=False)

    def wait(self, longest: float) -> None:
        """Block until nothing here uses the database any more, at most 'longest' seconds."""
        deadline = time.monotonic() + longest
        self._loop.wait(longest)
        with self._firing_ends:
            self._firing_ends.wait_for(
                lambda: not self._firing, max(0.0, deadline - time.monotonic())
            )

    def _turn(self) -> None:
        if not self._has_defaults:
            self._timetable.write_defaults()
            self._has_defaults = True
        now = time.monotonic()
        if now - self._planned >= _PLAN_EVERY:
            self._timetable.plan(self._mine)
            self._planned = now
        with self._guard:
            self._follow(self._timetable.upcoming(self._horizon))

    def _follow(self, upcoming: list[Due]) -> None:
        """Time exactly these, as far as they are for this process to fire."""
        abandoned = self._timetable.clock() - self._patience
        wanted = {
            _name(due): due for due in upcoming if due.at < abandoned or self._mine(due.storage_id)
        }
        for job in self._timer.get_jobs():
            due = wanted.get(job.id)
            if due is None:
                with contextlib.suppress(JobLookupError):
                    # Otherwise its time has just come.
                    job.remove()
            elif job.args == (due,):
                del wanted[job.id]
        for due in wanted.values():
            self._time(due)

    def _time(self, due: Due) -> None:
        self._timer.add_job(
            self._fire,
            DateTrigger(due.at),
            args=(due,),
            id=_name(due),
            replace_existing=True,
        )

    def _fire(self, due: Due) -> None:
        with self._firing_ends:
            self._firing += 1
        try:
            # Those that the pool has not come to yet are left to others.
            if not self._stopping.is_set():
                self._fire_now(due)
        finally:
            with self._firing_ends:
                self._firing -= 1
                self._firing_ends.notify_all()

    def _fire_now(self, due: Due) -> None:
        try:
            fired = self._timetable.fire(due)
        except Exception:  # noqa: BLE001 - the database may be away; the next look finds it still due
            LOG.exception("schedule %s of storage %s failed", due.schedule_id, due.storage_id)
            return
        if fired is None:
            return
        if fired.job_id is not None:
            LOG.info("schedule %s: job %s", due.schedule_id, fired.job_id)
            self._ring()
        soon = self._timetable.clock() + timedelta(seconds=self._horizon)
        if fired.next_due is not None and fired.next_due <= soon:
            with self._guard:
                if not self._stopping.is_set():
                    self._time(Due(due.schedule_id, due.storage_id, fired.next_due))


def _name(due: Due) -> str:
    return f"{due.schedule_id} {due.storage_id}"
