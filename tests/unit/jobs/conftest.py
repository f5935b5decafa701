"""A queue, a storage in it, and a timetable on a clock that stands still."""

from __future__ import annotations

import pytest
from oslo_config import cfg

from delfin.db.session import Database
from delfin.jobs.board import JobBoard
from delfin.jobs.queue import JobQueue
from delfin.jobs.timetable import Timetable
from tests.unit.jobs.clockwork import Clock, register


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(database: Database, conf: cfg.ConfigOpts) -> JobQueue:
    return JobQueue(database, conf)


@pytest.fixture
def timetable(database: Database, queue: JobQueue, conf: cfg.ConfigOpts, clock: Clock) -> Timetable:
    return Timetable(database, JobBoard(queue, conf), conf, clock)


@pytest.fixture
def storage_id(database: Database) -> str:
    return register(database, "SN1")
