"""A task service without its threads: jobs run when a story says so."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from oslo_config import cfg

from delfin import cryptor
from delfin.common.key_file import open_key_ring
from delfin.common.keyring import KeyRing
from delfin.db import storages
from delfin.db.access_info import AccessInfo
from delfin.db.access_secrets import seal
from delfin.db.query import Page
from delfin.db.session import Database
from delfin.drivers.api import DriverAPI
from delfin.inventory import store
from delfin.inventory.kind import ResourceKind
from delfin.jobs.board import JobBoard
from delfin.jobs.queue import JobQueue, Lease
from delfin.jobs.worker import Finished
from delfin.task_manager.removal import RemovalRunner
from delfin.task_manager.sync import SyncRunner
from tests.unit.scripted import Script, ScriptedDriver, ScriptedManager


@dataclass
class Bench:
    """All that a sync needs, and what the stories ask of it."""

    database: Database
    conf: cfg.ConfigOpts
    keyring: KeyRing
    queue: JobQueue
    board: JobBoard
    arrays: DriverAPI
    stopping: threading.Event = field(default_factory=threading.Event)

    def register(self, script: Script, password: str = "pa55word") -> str:
        """A storage whose array plays the script; the id."""
        port = len(ScriptedDriver.scripts) + 1
        ScriptedDriver.scripts[port] = script
        storage_id = str(uuid4())
        rest = {"host": "h", "port": port, "username": "u", "password": cryptor.encode(password)}
        with self.database.writer() as session:
            storages.add(session, storage_id, script.storage)
            blocks = seal(self.keyring, storage_id, {"rest": rest})
            session.add(
                AccessInfo(storage_id=storage_id, vendor="v", model="m", generation=1, **blocks)
            )
        return storage_id

    def lease(self, storage_id: str) -> Lease:
        with self.database.writer() as session:
            self.board.request_sync(session, storage_id)
        lease = self.queue.lease("bench")
        assert lease is not None
        return lease

    def run(self, lease: Lease) -> Finished:
        finished = SyncRunner(self.database, self.queue, self.arrays, self.conf)(
            lease, self.stopping
        )
        self.queue.finish(lease, finished.state, finished.result)
        return finished

    def sync(self, storage_id: str) -> Finished:
        return self.run(self.lease(storage_id))

    def remove(self, storage_id: str) -> Finished:
        with self.database.writer() as session:
            storages.bury(session, storage_id)
            self.board.request_removal(session, storage_id)
        lease = self.queue.lease("bench")
        assert lease is not None
        finished = RemovalRunner(self.database, self.queue, self.arrays)(lease, self.stopping)
        self.queue.finish(lease, finished.state, finished.result)
        return finished

    def rows(self, kind: ResourceKind, storage_id: str) -> dict[str, dict[str, Any]]:
        with self.database.reader() as session:
            found = store.listing(session, kind, Page(), storage_id=storage_id).rows
        return {row[kind.native_id]: row for row in found}

    def kind_state(self, kind: ResourceKind, storage_id: str) -> storages.KindState:
        with self.database.reader() as session:
            state = session.get_one(storages.KindState, (storage_id, kind.key))
            session.expunge(state)
        return state


@pytest.fixture
def bench(database: Database, conf: cfg.ConfigOpts) -> Iterator[Bench]:
    queue = JobQueue(database, conf)
    keyring = open_key_ring(conf.secrets.key_file, {})
    arrays = DriverAPI(database, keyring, ScriptedManager())
    yield Bench(database, conf, keyring, queue, JobBoard(queue, conf), arrays)
    arrays.sessions.close()
    ScriptedDriver.scripts.clear()
