"""The whole interface in this process: real SQLite, real locks and keys, a simulated array."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from oslo_config import cfg
from sqlalchemy import func, select

from delfin.api.app import make_app
from delfin.api.parts import ApiParts
from delfin.common.key_file import open_key_ring
from delfin.coordination.eviction import LocalEviction
from delfin.coordination.locks import Coordinator
from delfin.db.base import Base
from delfin.db.session import Database
from delfin.drivers.api import DriverAPI
from delfin.drivers.manager import DriverManager
from delfin.drivers.session.limits import Limits
from delfin.jobs.access_events import AccessEvents
from delfin.jobs.alert_acknowledge import ALERT_ACKNOWLEDGE
from delfin.jobs.alert_clear import ALERT_CLEAR
from delfin.jobs.alert_sync import ALERT_SYNC
from delfin.jobs.board import REMOVAL, JobBoard
from delfin.jobs.queue import JobQueue
from delfin.jobs.report import REPORT
from delfin.jobs.sync_requests import SYNC
from delfin.jobs.timetable import Timetable
from delfin.jobs.worker import Runner
from delfin.rpc.array_call_server import ArrayCallServer
from delfin.rpc.array_calls import ArrayCalls
from delfin.rpc.transport import open_transport
from delfin.task_manager.alert_acknowledge import AlertAcknowledgeRunner
from delfin.task_manager.alert_clear import AlertClearRunner
from delfin.task_manager.alert_sync import AlertSyncRunner
from delfin.task_manager.array_calls import ArrayAnswers
from delfin.task_manager.probe import PROBE, ProbeRunner
from delfin.task_manager.removal import RemovalRunner
from delfin.task_manager.report import ReportRunner
from delfin.task_manager.sync import SyncRunner
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.api.client import Client
from tests.conftest import make_conf

PASSWORD = "Fr0nt-d00r-of-the-array"


@dataclass
class Bell:
    """Counts its rings."""

    rings: int = 0

    def ring(self) -> None:
        self.rings += 1


@dataclass
class Stage:
    """An interface and what stands behind it."""

    parts: ApiParts
    client: Client
    queue: JobQueue
    drivers: DriverAPI
    bell: Bell
    task: ArrayCallServer
    # Why the bus is away, while it is.
    bus_problems: list[str]
    evicted: list[str] = field(default_factory=list)

    def evict(self, storage_id: str) -> None:
        self.evicted.append(storage_id)

    def evict_all(self) -> None:
        """Nothing is missed within one process."""

    def run_jobs(self) -> None:
        """Run the jobs that are due, each once, as a worker would."""
        database, conf = self.parts.database, self.parts.conf
        runners: dict[str, Runner] = {
            SYNC: SyncRunner(database, self.queue, self.drivers, conf),
            REMOVAL: RemovalRunner(database, self.queue, self.drivers),
            ALERT_SYNC: AlertSyncRunner(database, self.queue, self.drivers, conf),
            PROBE: ProbeRunner(self.drivers),
            ALERT_CLEAR: AlertClearRunner(database, self.drivers),
            ALERT_ACKNOWLEDGE: AlertAcknowledgeRunner(database, self.queue, self.drivers),
            REPORT: ReportRunner(database, self.drivers, conf),
        }
        while (lease := self.queue.lease("test")) is not None:
            finished = runners[lease.kind](lease, threading.Event())
            self.queue.finish(lease, finished.state, finished.result)

    def register(self, body: dict[str, Any]) -> str:
        """The id of a storage that is registered; its synchronisation waits."""
        made = self.client.post("/v1/storages", body)
        assert made.status == 201, made
        return str(made.json["id"])

    def synced(self, body: dict[str, Any]) -> str:
        """The id of a storage that is registered and synchronised."""
        storage_id = self.register(body)
        self.run_jobs()
        return storage_id

    def count(self, model: type[Base]) -> int:
        """Rows in a table."""
        with self.parts.database.reader() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def conf(empty_database: Path, tmp_path: Path) -> cfg.ConfigOpts:
    file = tmp_path / "delfin.db"
    shutil.copy(empty_database, file)
    return make_conf(tmp_path, f"sqlite:///{file}")


@pytest.fixture
def stage(conf: cfg.ConfigOpts) -> Iterator[Stage]:
    database = Database(conf)
    queue, bell, eviction = JobQueue(database, conf), Bell(), LocalEviction()
    keyring = open_key_ring(conf.secrets.key_file, {})
    events = AccessEvents(JobBoard(queue, conf), bell)
    drivers = DriverAPI(database, keyring, DriverManager(), Limits.of(conf), events)
    coordinator = Coordinator(conf)
    coordinator.start()
    board = JobBoard(queue, conf)
    transport = open_transport(conf, f"inproc:///{conf.state_path}")
    problems: list[str] = []
    calls = ArrayCalls(
        transport, deadline=10.0, silence=2, problem=lambda: problems[0] if problems else None
    )
    task = ArrayCallServer(
        *(transport, "task", ArrayAnswers(database, drivers, keyring), calls), threads=2
    )
    task.start()
    parts = ApiParts(
        conf=conf,
        database=database,
        jobs=board,
        timetable=Timetable(database, board, conf),
        arrays=drivers,
        calls=calls,
        coordinator=coordinator,
        keyring=keyring,
        doorbell=bell,
        eviction=eviction,
    )
    client = Client(make_app(parts), (PASSWORD,))
    made = Stage(parts, client, queue, drivers, bell, task, problems)
    eviction.subscribe(made)
    drivers.sessions.join(eviction)
    yield made
    task.stop()
    transport.cleanup()
    drivers.sessions.close()
    coordinator.stop()
    database.dispose()


@pytest.fixture
def client(stage: Stage) -> Client:
    return stage.client


@pytest.fixture
def array() -> Iterator[FakeStorage]:
    with FakeStorage(password=PASSWORD) as started:
        yield started


@pytest.fixture
def body(array: FakeStorage) -> Callable[..., dict[str, Any]]:
    """Makes registrations of small arrays that the simulator plays; arguments are attributes."""

    def make(**attributes: str) -> dict[str, Any]:
        return {
            "vendor": "fake_storage",
            "model": "fake_driver",
            "rest": {
                "host": array.host,
                "port": array.port,
                "username": "admin",
                "password": PASSWORD,
            },
            "extra_attributes": {"volumes": "7", **attributes},
        }

    return make


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The simulated array signs its certificate itself, and these stories do not verify it."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.filterwarnings("ignore:Unverified HTTPS request"))
