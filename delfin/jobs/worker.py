"""Runs jobs: leases them, keeps the leases alive, and writes down what came of each."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from oslo_config import cfg
from oslo_log import log

from delfin.db.session import Database
from delfin.jobs.board import strike_old
from delfin.jobs.outcome import outcome_of, retry_delay, told
from delfin.jobs.queue import FAILED, JobQueue, Lease, LeaseLostError, Mine, anybodys

LOG = log.getLogger(__name__)


class StoppedError(Exception):
    """The worker is stopping; the job goes back into the queue as if it had not started."""


@dataclass(frozen=True)
class Finished:
    """What a runner came to.

    Attributes:
        state: How the job ended.
        result: For users to read; JSON.
        retry: Set when what is left should be tried again: the payload for that.
        endless: Retries go on until they succeed.
    """

    state: str
    result: dict[str, Any]
    retry: dict[str, Any] | None = None
    endless: bool = False


Runner = Callable[[Lease, threading.Event], Finished]


class Worker:
    """Leases jobs and runs each in a thread of its own.

    'runners' names a function for each kind of job. It is given the lease and
    an event that is set when the worker stops; it raises StoppedError then.
    """

    def __init__(
        self,
        database: Database,
        queue: JobQueue,
        runners: Mapping[str, Runner],
        conf: cfg.ConfigOpts,
        mine: Mine = anybodys,
    ) -> None:
        self._mine = mine
        self._database = database
        self._queue = queue
        self._runners = runners
        self._conf = conf
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._bell = threading.Condition()
        self._rung = False
        self._stopping = threading.Event()
        self._running: dict[threading.Thread, Lease] = {}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        for target in (self._dispatch, self._keep_leases):
            thread = threading.Thread(target=target, name=target.__name__.strip("_"), daemon=True)
            thread.start()
            self._threads.append(thread)

    def ring(self) -> None:
        """Look into the queue now."""
        with self._bell:
            self._rung = True
            self._bell.notify_all()

    def stop(self) -> None:
        """Start nothing more, and tell the running jobs to give up."""
        self._stopping.set()
        self.ring()

    def wait(self, longest: float) -> None:
        """Block until the running jobs have ended, at most 'longest' seconds.

        What still runs then hangs in a call to an array: its job is handed
        back and its thread is left behind, fenced off from the database.
        """
        deadline = time.monotonic() + longest
        for thread in (*self._threads, *list(self._running)):
            thread.join(max(0.0, deadline - time.monotonic()))
        for lease in list(self._running.values()):
            self._hand_back(lease)

    def _dispatch(self) -> None:
        while not self._stopping.is_set():
            pause: float = self._conf.jobs.poll_interval
            try:
                if self._has_room():
                    lease = self._queue.lease(self._owner, self._mine)
                    if lease is not None:
                        self._launch(lease)
                        continue
                    pause = self._pause()
            except Exception:  # noqa: BLE001 - the database may be away; the next look finds it back
                LOG.exception("cannot look into the job queue")
            self._await_bell(pause)

    def _has_room(self) -> bool:
        suspected = any(lease.crashes for lease in list(self._running.values()))
        return len(self._running) < self._conf.jobs.workers and not suspected

    def _pause(self) -> float:
        """Until the next job is due; a moment when one is due that others hold just now."""
        due = self._queue.next_due()
        longest: float = self._conf.jobs.poll_interval
        return longest if due is None else min(longest, max(due, 0.05))

    def _await_bell(self, longest: float) -> None:
        with self._bell:
            self._bell.wait_for(lambda: self._rung or self._stopping.is_set(), longest)
            self._rung = False

    def _launch(self, lease: Lease) -> None:
        # A daemon thread: a call that hangs must not keep the process from ending.
        thread = threading.Thread(target=self._run, args=(lease,), name="job", daemon=True)
        self._running[thread] = lease
        thread.start()

    def _run(self, lease: Lease) -> None:
        try:
            if lease.crashes:
                self._await_solitude()
            self._run_and_settle(lease)
        finally:
            self._running.pop(threading.current_thread(), None)
            self.ring()

    def _await_solitude(self) -> None:
        """Let the others end first: what kills the process must not count against them too.

        One that hangs is waited for as long as a lease lasts.
        """
        with self._bell:
            self._bell.wait_for(
                lambda: len(self._running) == 1 or self._stopping.is_set(),
                self._conf.jobs.lease_time,
            )

    def _run_and_settle(self, lease: Lease) -> None:
        LOG.info("job %s (%s) starts, attempt %d", lease.job_id, lease.kind, lease.attempt)
        try:
            finished = self._runners[lease.kind](lease, self._stopping)
            self._settle(lease, finished)
        except LeaseLostError:
            LOG.info("job %s was cancelled or given to another worker", lease.job_id)
        except StoppedError:
            self._hand_back(lease)
        except Exception as error:  # noqa: BLE001 - a job must end in the table, whatever it met
            LOG.exception("job %s (%s) failed", lease.job_id, lease.kind)
            retry = lease.payload if outcome_of(error).retry else None
            self._settle_after_error(lease, Finished(FAILED, told(error), retry=retry))

    def _settle(self, lease: Lease, finished: Finished) -> None:
        again = finished.retry is not None and (
            finished.endless or lease.attempt <= self._conf.jobs.retry_limit
        )
        if again:
            delay = retry_delay(self._conf, lease.attempt)
            self._queue.put_back(lease, delay, result=finished.result, payload=finished.retry)
            LOG.info("job %s: %s, again in %.1f s", lease.job_id, finished.state, delay)
        else:
            self._queue.finish(lease, finished.state, finished.result)
            LOG.info("job %s: %s", lease.job_id, finished.state)

    def _settle_after_error(self, lease: Lease, finished: Finished) -> None:
        try:
            self._settle(lease, finished)
        except Exception:  # noqa: BLE001 - the lease ends by itself and the job is run again
            LOG.exception("cannot write down how job %s ended", lease.job_id)

    def _hand_back(self, lease: Lease) -> None:
        try:
            self._queue.put_back(lease, 0.0)
        except LeaseLostError:
            LOG.debug("job %s had ended meanwhile", lease.job_id)
        except Exception:  # noqa: BLE001 - see _settle_after_error
            LOG.exception("cannot hand job %s back", lease.job_id)

    def _keep_leases(self) -> None:
        """Renew at a third of the lease time; strike what ended long ago off the list."""
        done = False
        while not done:
            done = self._stopping.wait(self._conf.jobs.lease_time / 3)
            for lease in list(self._running.values()):
                self._renew(lease)
            self._strike()

    def _renew(self, lease: Lease) -> None:
        try:
            self._queue.renew(lease)
        except LeaseLostError:
            LOG.info("job %s is no longer ours", lease.job_id)
        except Exception:  # noqa: BLE001 - the database may be away; the fence decides
            LOG.exception("cannot renew the lease of job %s", lease.job_id)

    def _strike(self) -> None:
        try:
            with self._database.writer() as session:
                strike_old(session, self._conf.jobs.keep_finished)
        except Exception:  # noqa: BLE001 - house-keeping; the next round does it
            LOG.exception("cannot strike old jobs off the list")
