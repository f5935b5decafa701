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

from delfin import exception
from delfin.db.session import Database
from delfin.jobs.board import STRUCK_AT_ONCE, strike_old
from delfin.jobs.outcome import outcome_of, retry_delay, told
from delfin.jobs.priority import HIGH
from delfin.jobs.queue import (
    FAILED,
    NEVER_PARKED,
    JobQueue,
    Lease,
    LeaseLostError,
    Mine,
    anybodys,
)
from delfin.jobs.running import Run, RunningJobs, deadline_of, share
from delfin.process.pulse import Pulse

LOG = log.getLogger(__name__)

# How often old jobs are struck off the list between two renewals of leases, while there are more.
_STRIKES = 5


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
# Writes down for users what came of a job that its runner cannot write down any more.
Epitaph = Callable[[Lease, Finished], None]


class Worker:
    """Leases jobs and runs each in a thread of its own.

    'runners' names a function for each kind of job. It is given the lease and
    an event that is set when the worker stops; it raises StoppedError then.
    A job that takes longer than its kind may is given up: it ends in the table
    as after any other error, its thread is left behind, fenced off from the
    database, and counts as stuck until it returns.
    """

    def __init__(
        self,
        database: Database,
        queue: JobQueue,
        runners: Mapping[str, Runner],
        conf: cfg.ConfigOpts,
        mine: Mine = anybodys,
        place: tuple[int, int] = (0, 1),
        epitaphs: Mapping[str, Epitaph] | None = None,
    ) -> None:
        """'place' is the number of this process among those of the node, and how many these are:
        they divide [jobs] workers. 'epitaphs' are by kind of job.
        """
        self._mine = mine
        self._place = place
        self._epitaphs = epitaphs or {}
        self._database = database
        self._queue = queue
        self._runners = runners
        self._conf = conf
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._bell = threading.Condition()
        self._rung = False
        self._stopping = threading.Event()
        self._jobs = RunningJobs()
        self._threads: list[threading.Thread] = []
        self._looking, self._keeping = Pulse("job dispatch"), Pulse("lease keeping")
        self.pulses = (self._looking, self._keeping)

    @property
    def running(self) -> int:
        """Jobs under way and within their deadline."""
        return len(self._jobs)

    @property
    def stuck(self) -> int:
        """Threads that hang in jobs over their deadline."""
        return self._jobs.stuck

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
        for thread in (*self._threads, *(run.thread for run in self._jobs.in_time())):
            thread.join(max(0.0, deadline - time.monotonic()))
        for run in self._jobs.in_time():
            self._hand_back(run.lease)

    def _dispatch(self) -> None:
        while not self._stopping.is_set():
            pause: float = self._conf.jobs.poll_interval
            try:
                if self._has_room():
                    busy, at_least = self._jobs.held(), self._least_priority()
                    lease = self._queue.lease(self._owner, self._mine, busy, at_least)
                    if lease is not None:
                        self._launch(lease)
                        continue
                    pause = self._pause(at_least)
            except Exception:  # noqa: BLE001 - the database may be away; the next look finds it back
                LOG.exception("cannot look into the job queue")
            self._looking.beat(pause)
            self._await_bell(pause)
        self._looking.end()

    def _has_room(self) -> bool:
        suspected = any(run.lease.crashes for run in self._jobs.in_time())
        return len(self._jobs) < share(self._conf.jobs.workers, *self._place) and not suspected

    def _least_priority(self) -> int | None:
        """What a job must have to start now: the last places are kept for urgent ones."""
        others = sum(run.lease.priority < HIGH for run in self._jobs.in_time())
        places = share(self._conf.jobs.workers, *self._place)
        # One that has a single place cannot keep it free.
        for_others = max(1, places - self._conf.jobs.urgent_workers)
        return None if others < for_others else HIGH

    def _pause(self, at_least: int | None) -> float:
        """Until the next job is due; a moment when one is due that others hold just now."""
        longest: float = self._conf.jobs.poll_interval
        # What is due may be of a storage that hangs here, and is not for this worker.
        due = None if self._jobs.stuck else self._queue.next_due(self._owner, at_least)
        return longest if due is None else min(longest, max(due, 0.05))

    def _await_bell(self, longest: float) -> None:
        with self._bell:
            self._bell.wait_for(lambda: self._rung or self._stopping.is_set(), longest)
            self._rung = False

    def _launch(self, lease: Lease) -> None:
        # A daemon thread: a call that hangs must not keep the process from ending.
        thread = threading.Thread(target=self._run, args=(lease,), name="job", daemon=True)
        self._jobs.add(thread, lease)
        self._looking.beat()
        thread.start()

    def _run(self, lease: Lease) -> None:
        try:
            if lease.crashes:
                self._await_solitude()
            self._run_and_settle(lease)
        finally:
            self._jobs.remove(threading.current_thread())
            self.ring()

    def _await_solitude(self) -> None:
        """Let the others end first: what kills the process must not count against them too.

        One that hangs is waited for as long as a lease lasts.
        """
        with self._bell:
            self._bell.wait_for(
                lambda: len(self._jobs) == 1 or self._stopping.is_set(),
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
        """Renew at a third of the lease time, and give up what takes too long; strike what ended
        long ago off the list.
        """
        done = False
        while not done:
            pause: float = self._conf.jobs.lease_time / 3
            self._keeping.beat(pause)
            done = self._stopping.wait(pause)
            for run in self._jobs.in_time():
                longest = deadline_of(self._conf, run.lease.kind)
                if time.monotonic() - run.began > longest and not done:
                    self._give_up(run, longest)
                else:
                    self._renew(run.lease)
            self._strike()
        self._keeping.end()

    def _give_up(self, run: Run, longest: float) -> None:
        lease, error = run.lease, exception.JobDeadlineExceeded(f"{longest:g}")
        LOG.warning("job %s (%s) is over its deadline of %g s", lease.job_id, lease.kind, longest)
        finished = Finished(
            FAILED,
            told(error),
            retry=lease.payload if outcome_of(error).retry else None,
            endless=lease.kind in NEVER_PARKED,
        )
        try:
            if lease.kind in self._epitaphs and not run.has_epitaph:
                self._epitaphs[lease.kind](lease, finished)
                run.has_epitaph = True
            self._settle(lease, finished)
        except LeaseLostError:
            LOG.info("job %s had ended or was given to another worker", lease.job_id)
        except Exception:  # noqa: BLE001 - the database may be away: the next round does it
            LOG.exception("cannot give job %s up", lease.job_id)
            return
        self._jobs.give_up(run)
        self.ring()

    def _renew(self, lease: Lease) -> None:
        try:
            self._queue.renew(lease)
            LOG.debug("job %s goes on, its lease is renewed", lease.job_id)
        except LeaseLostError:
            LOG.info("job %s is no longer ours", lease.job_id)
        except Exception:  # noqa: BLE001 - the database may be away; the fence decides
            LOG.exception("cannot renew the lease of job %s", lease.job_id)

    def _strike(self) -> None:
        """A few thousand at most: leases are to be renewed again soon."""
        try:
            for _ in range(_STRIKES):
                if strike_old(self._database, self._conf.jobs.keep_finished) < STRUCK_AT_ONCE:
                    break
        except Exception:  # noqa: BLE001 - house-keeping; the next round does it
            LOG.exception("cannot strike old jobs off the list")
