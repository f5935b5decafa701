"""How much memory each process takes, and how long work stands still when something is killed.

    python -m tests.benchmark.processes [--volumes 5000] [--write PAGE]

Real daemons on PostgreSQL, with a RabbitMQ node and a Redis server of their own, and with delfin's
default times. Memory is read from /proc/PID/smaps_rollup: PSS divides what processes share among
them, so it may be summed up; RSS is what other tools show.
"""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from delfin.testing.simulated.fake_storage import FakeStorage
from tests.benchmark import page
from tests.service.cluster.broker import Broker
from tests.service.cluster.cluster import Cluster, cluster_on
from tests.service.cluster.conftest import schema
from tests.service.cluster.daemon import Daemon
from tests.service.coordination.redis_process import RedisProcess
from tests.service.standalone.process import Delfin
from tests.service.standalone.rest import PASSWORD
from tests.waiting import wait_until

LONGEST = 180.0
# Delfin's own, instead of the short ones of the stories.
DEFAULTS = {
    "OS_JOBS__POLL_INTERVAL": "5",
    "OS_JOBS__LEASE_TIME": "30",
    "OS_COORDINATION__BACKEND_EXPIRATION": "15",
    "OS_DEFAULT__REPORT_INTERVAL": "10",
    "OS_DEFAULT__DEBUG": "false",
}
_MEMORY_HEAD = ("process", "idle RSS, MiB", "idle PSS, MiB", "synced RSS, MiB", "synced PSS, MiB")
_FAILOVER_HEAD = ("what", "seconds until work goes on")


def memory(pid: int) -> tuple[float, float]:
    """RSS and PSS in MiB."""
    found = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
        name, _, rest = line.partition(":")
        found[name] = int(rest.split()[0]) / 1024
    return found["Rss"], found["Pss"]


@contextmanager
def new_cluster(folder: Path) -> Iterator[tuple[Cluster, Broker]]:
    broker, redis = Broker(folder / "rabbitmq"), RedisProcess(folder)
    with ExitStack() as stack:
        stack.callback(broker.kill)
        broker.start()
        stack.callback(redis.kill)
        redis.start()
        url = stack.enter_context(schema("postgresql", folder))
        yield stack.enter_context(cluster_on(folder, url, broker.port, redis)), broker


class Scene:
    """A node with an API and an alert process, and two nodes with workers."""

    def __init__(self, cluster: Cluster, array: FakeStorage, volumes: int) -> None:
        self.cluster = cluster
        self.array = array
        self.api = cluster.api("a", **DEFAULTS)
        self.tasks = [cluster.task(node, **DEFAULTS) for node in ("a", "b")]
        self.alert = cluster.alert("a", **DEFAULTS)
        for daemon in (self.api, *self.tasks, self.alert):
            daemon.until_ready(LONGEST)
        self._volumes = str(volumes)
        self._serial = 0

    def processes(self) -> dict[str, int]:
        """The first process of a daemon does nothing but start the others."""
        first = {f"first process of {self.tasks[0].name}": self.tasks[0].pid}
        daemons = (self.api, self.tasks[0], self.alert)
        return {**first, **{f"worker of {d.name}": min(d.workers) for d in daemons}}

    def register(self) -> str:
        self._serial += 1
        return self.api.rest.register(
            self.array, serial=f"SCENE{self._serial}", volumes=self._volumes
        )

    def slow_sync(self) -> tuple[str, Daemon, int]:
        """A storage whose first synchronisation is under way, and who runs it."""
        self.array.reset_counters()
        self.array.faults.order("drip", "volumes", chunk=4096, interval=0.05)
        storage_id = self.register()
        wait_until(lambda: self.array.counters.by_endpoint["volumes"], LONGEST)
        pid = self.cluster.runner(storage_id)
        (task,) = [task for task in self.tasks if pid in task.workers]
        return storage_id, task, pid

    def until_started_again(self, storage_id: str) -> float:
        """Seconds until another attempt runs."""
        began = time.monotonic()
        wait_until(lambda: self.cluster.jobs(storage_id)[0][1] > 1, LONGEST)
        took = time.monotonic() - began
        self.array.faults.clear()
        self.api.rest.until(storage_id, "done")
        return took

    def until_synced(self) -> float:
        """Seconds from the registration of a storage to the start of its synchronisation."""
        storage_id = self.register()
        began = time.monotonic()
        wait_until(lambda: self.cluster.jobs(storage_id)[0][1], LONGEST)
        took = time.monotonic() - began
        self.api.rest.synced(storage_id)
        return took


def grown(scene: Scene) -> list[tuple[str, ...]]:
    idle = {name: memory(pid) for name, pid in scene.processes().items()}
    for _ in range(4):
        scene.api.rest.synced(scene.register())
    return [_row(name, idle[name], memory(pid)) for name, pid in scene.processes().items()]


def grown_in_one_process(folder: Path, array: FakeStorage, volumes: int) -> tuple[str, ...]:
    delfin = Delfin(folder, OS_DEFAULT__DEBUG="false")
    delfin.start()
    try:
        idle = memory(delfin.pid)
        for number in range(4):
            delfin.rest.synced(
                delfin.rest.register(array, serial=f"ONE{number}", volumes=str(volumes))
            )
        return _row("delfin-standalone", idle, memory(delfin.pid))
    finally:
        delfin.close()


def failovers(scene: Scene, broker: Broker) -> list[tuple[str, str]]:
    def worker() -> float:
        storage_id, _, pid = scene.slow_sync()
        os.kill(pid, signal.SIGKILL)
        return scene.until_started_again(storage_id)

    def daemon() -> float:
        storage_id, task, _ = scene.slow_sync()
        task.kill()
        scene.tasks.remove(task)
        return scene.until_started_again(storage_id)

    def redis() -> float:
        scene.cluster.redis.kill()
        return scene.until_synced()

    def bus() -> float:
        broker.kill()
        return scene.until_synced()

    measured: dict[str, Callable[[], float]] = {
        "nothing is killed: a new job starts": scene.until_synced,
        "a worker in the middle of a job": worker,
        "a daemon in the middle of a job": daemon,
        "the Redis server: a new job starts": redis,
        "and the broker: a new job starts": bus,
    }
    rows = []
    for what, measure in measured.items():
        rows.append((what, f"{measure():.1f}"))
        page.progress(" ".join(rows[-1]))
    return rows


def _row(name: str, idle: tuple[float, float], synced: tuple[float, float]) -> tuple[str, ...]:
    figures: list[Any] = [f"{figure:.0f}" for figure in (*idle, *synced)]
    page.progress(" ".join((name, *figures)))
    return (name, *figures)


def main() -> None:
    parser = page.arguments(__doc__)
    parser.add_argument("--volumes", type=int, default=5000)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="delfin-benchmark-") as name,
        FakeStorage(password=PASSWORD) as array,
    ):
        folder = Path(name)
        one = folder / "one"
        one.mkdir()
        rows = [grown_in_one_process(one, array, options.volumes)]
        with new_cluster(folder) as (cluster, broker):
            scene = Scene(cluster, array, options.volumes)
            rows += grown(scene)
            times = failovers(scene, broker)
    load = os.getloadavg()[2]
    told = (
        f"Memory idle, and after four storages of {options.volumes:,} volumes were synchronised. "
        f"Failover with the default times, two nodes of workers on PostgreSQL. Load {load:.1f} in "
        "the last 15 minutes."
    )
    tables = f"{page.table(_MEMORY_HEAD, rows)}\n\n{page.table(_FAILOVER_HEAD, times)}"
    page.show("processes", f"{tables}\n\n{told}", options.write)


if __name__ == "__main__":
    main()
