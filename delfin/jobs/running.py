"""What a worker has under way: jobs within their deadline, and threads that hang beyond it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from oslo_config import cfg

from delfin.jobs.lanes import running_key, running_keys
from delfin.jobs.queue import Lease


@dataclass(eq=False)
class Run:
    """A job in its thread, since 'began' on the monotonic clock.

    'has_epitaph' is for who gives it up: that it hung is written down, and must not be twice.
    """

    thread: threading.Thread
    lease: Lease
    began: float
    has_epitaph: bool = False


class RunningJobs:
    """The threads of one worker, from the start of a job to its return."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._in_time: dict[threading.Thread, Run] = {}
        self._stuck: dict[threading.Thread, Run] = {}

    def add(self, thread: threading.Thread, lease: Lease) -> None:
        with self._guard:
            self._in_time[thread] = Run(thread, lease, time.monotonic())

    def remove(self, thread: threading.Thread) -> None:
        """The thread has returned, in time or not."""
        with self._guard:
            self._in_time.pop(thread, None)
            self._stuck.pop(thread, None)

    def give_up(self, run: Run) -> None:
        """The job is no longer this worker's; its thread counts as stuck until it returns."""
        with self._guard:
            if self._in_time.pop(run.thread, None) is not None:
                self._stuck[run.thread] = run

    def __len__(self) -> int:
        """Jobs that count against the budget."""
        return len(self._in_time)

    @property
    def stuck(self) -> int:
        return len(self._stuck)

    def in_time(self) -> list[Run]:
        with self._guard:
            return list(self._in_time.values())

    def held(self) -> set[str]:
        """Of delfin.jobs.lanes.running_key, what threads here hold: another job must not have it.

        Beside one that is stuck no job of its storage runs: it would wait for the same session.
        """
        with self._guard:
            in_time, stuck = list(self._in_time.values()), list(self._stuck.values())
        found: set[str] = set()
        for run in in_time:
            if run.lease.storage_id is not None:
                found.add(running_key(run.lease.kind, run.lease.storage_id))
        for run in stuck:
            if run.lease.storage_id is not None:
                found |= running_keys(run.lease.storage_id)
        return found


def deadline_of(conf: cfg.ConfigOpts, kind: str) -> float:
    """Seconds that a job of the kind may take."""
    longest: float = conf.jobs.deadlines.get(kind, conf.jobs.deadline)
    return longest


def share(total: int, number: int, of: int) -> int:
    """What worker 'number' (from 0) has of a budget for 'of' workers; at least one."""
    return max(1, total // of + (number % of < total % of))
