"""A bench on SQLite with an array that measures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from delfin.common.key_file import open_key_ring
from delfin.db.session import Database
from delfin.drivers.api import DriverAPI
from delfin.jobs.board import JobBoard
from delfin.jobs.queue import JobQueue
from tests.conftest import make_conf
from tests.unit.conftest import Bench
from tests.unit.scripted import ScriptedDriver, ScriptedManager
from tests.unit.task_manager.collection.world import World

NewWorld = Callable[..., World]


@pytest.fixture
def sqlite_bench(sqlite_database: Database, tmp_path: Path) -> Iterator[Bench]:
    conf = make_conf(tmp_path, str(sqlite_database.url))
    queue = JobQueue(sqlite_database, conf)
    keyring = open_key_ring(conf.secrets.key_file, {})
    arrays = DriverAPI(sqlite_database, keyring, ScriptedManager())
    yield Bench(sqlite_database, conf, keyring, queue, JobBoard(queue, conf), arrays)
    arrays.sessions.close()
    ScriptedDriver.scripts.clear()


@pytest.fixture
def new_world(sqlite_bench: Bench) -> Iterator[NewWorld]:
    made: list[World] = []

    def make(**array: object) -> World:
        made.append(World(sqlite_bench, **array))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture
def world(new_world: NewWorld) -> World:
    return new_world()
