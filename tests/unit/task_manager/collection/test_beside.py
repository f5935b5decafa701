"""Collections while something else has the array: they are on time, and drivers are safe."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from sqlalchemy import select

from delfin.db.jobs import Job
from delfin.drivers.api import DriverAPI
from delfin.drivers.manager import DriverManager
from delfin.jobs.collect import COLLECT, request
from delfin.jobs.queue import DONE, RUNNING, Lease
from delfin.jobs.sync_requests import SYNC
from delfin.jobs.worker import Finished, Runner, Worker
from delfin.task_manager.sync import SyncRunner
from delfin.testing.simulated.counters import Counters
from tests.unit.scripted import ScriptedDriver
from tests.unit.task_manager.collection.world import MeasuringDriver, World
from tests.waiting import wait_until

SOON = 10.0


class CountedDriver(MeasuringDriver):
    """Knows how many callers are inside; each class has counters of its own."""

    counters: ClassVar[Counters]

    def collect_perf_metrics(self, *asked: Any) -> Any:
        with self.counters.request("collect"):
            return super().collect_perf_metrics(*asked)


class Manager(DriverManager):
    def __init__(self, driver: type[CountedDriver]) -> None:
        super().__init__()
        self.driver = driver

    def driver_class(self, vendor: str, model: str) -> type[CountedDriver]:
        del vendor, model
        return self.driver


@contextmanager
def at_work(
    world: World,
    driver: type[CountedDriver],
    sync: Callable[[Runner], Runner],
    listing: Callable[[], object] = lambda: None,
) -> Iterator[Worker]:
    """A worker that collects, and synchronises as 'sync' makes of the usual way.

    'listing' is called during a listing.
    """

    def volumes() -> list[Any]:
        with driver.counters.request("volumes"):
            listing()
        return []

    (script,) = ScriptedDriver.scripts.values()
    script.listings["list_volumes"] = volumes
    bench = world.bench
    bench.conf.set_override("poll_interval", 0.05, "jobs")
    world.arrays = arrays = DriverAPI(bench.database, bench.keyring, Manager(driver))
    world.restart()
    runners: dict[str, Runner] = {
        SYNC: sync(SyncRunner(bench.database, bench.queue, arrays, bench.conf)),
        COLLECT: world.runner,
    }
    worker = Worker(bench.database, bench.queue, runners, bench.conf)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()
        worker.wait(SOON)


def states(world: World) -> dict[str, str]:
    with world.bench.database.reader() as session:
        return {job.kind: job.state for job in session.scalars(select(Job))}


def ask(world: World, worker: Worker) -> None:
    with world.bench.database.writer() as session:
        request(world.bench.queue, session, world.storage_id)
    worker.ring()


def test_a_collection_takes_its_turn_between_the_calls_of_a_long_synchronisation(
    world: World,
) -> None:
    class Driver(CountedDriver):
        """The usual one: it takes one call at a time."""

        counters = Counters()

    collected = threading.Event()
    world.sink.before = lambda _batch: collected.set()

    def endless(usual: Runner) -> Runner:
        def run(lease: Lease, stopping: threading.Event) -> Finished:
            while not collected.is_set() and not stopping.is_set():
                finished = usual(lease, stopping)
            return finished

        return run

    with world.bench.database.writer() as session:
        world.bench.board.request_sync(session, world.storage_id)
    with at_work(world, Driver, endless) as worker:
        wait_until(lambda: states(world)[SYNC] == RUNNING)
        ask(world, worker)
        wait_until(lambda: states(world)[COLLECT] == DONE, SOON)
        wait_until(lambda: states(world)[SYNC] == DONE, SOON)
    assert Driver.counters.max_concurrent == 1
    assert world.standing()["samples"] == len(world.sink.values) > 0


def test_where_a_driver_takes_two_calls_a_collection_does_not_even_wait_for_one(
    world: World,
) -> None:
    goes_on = threading.Event()

    class Driver(CountedDriver):
        counters = Counters()
        concurrent_calls: ClassVar[int | bool] = 2

    with world.bench.database.writer() as session:
        world.bench.board.request_sync(session, world.storage_id)
    with at_work(world, Driver, lambda usual: usual, lambda: goes_on.wait(SOON)) as worker:
        wait_until(lambda: Driver.counters.concurrent == 1)
        ask(world, worker)
        wait_until(lambda: states(world)[COLLECT] == DONE, SOON)
        assert states(world)[SYNC] == RUNNING
        goes_on.set()
        wait_until(lambda: states(world)[SYNC] != RUNNING, SOON)
    assert Driver.counters.max_concurrent == 2
