"""How long it takes from POST sync to the first request at the array, with daemons as processes.

    python -m tests.benchmark.starting [--engine postgresql] [--count 200] [--write PAGE]

delfin-api and two delfin-task, on a RabbitMQ node and a Redis server of their own, and a simulated
array in this process. The clock starts before the request is sent and stops when the array begins to
answer. A poll of the queue finds a job whose bell was not heard: it is put off for so long that a
time of seconds would mean such a bell.
"""

from __future__ import annotations

import contextlib
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from delfin.testing.simulated.counters import Counters
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.benchmark import page, rig
from tests.service.cluster.broker import Broker
from tests.service.cluster.cluster import Cluster, cluster_on
from tests.service.cluster.conftest import schema
from tests.service.coordination.redis_process import RedisProcess
from tests.service.standalone.rest import PASSWORD
from tests.waiting import wait_until

ENGINES = ("postgresql", "mariadb")
_HEAD = ("engine", "syncs", "p50, ms", "p99, ms", "longest, ms")
_NO_POLL = {"OS_JOBS__POLL_INTERVAL": "30", "OS_JOBS__LEASE_TIME": "30"}
_QUIET = {"OS_DEFAULT__DEBUG": "false"}


class Watch(Counters):
    """Writes down when the first request comes after it was set."""

    def __init__(self) -> None:
        super().__init__()
        self.first: float | None = None

    def set(self) -> float:
        self.first = None
        return time.perf_counter()

    @contextlib.contextmanager
    def request(self, endpoint: str) -> Iterator[None]:
        now = time.perf_counter()
        if self.first is None:
            self.first = now
        with super().request(endpoint):
            yield


def measure(engine: str, count: int) -> list[float]:
    """Milliseconds of each synchronisation."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="delfin-starting-")))
        broker = Broker(folder / "rabbitmq")
        stack.callback(broker.kill)
        broker.start()
        redis = RedisProcess(folder)
        stack.callback(redis.kill)
        redis.start()
        url = stack.enter_context(schema(engine, folder))
        cluster = stack.enter_context(cluster_on(folder, url, broker.port, redis))
        array = stack.enter_context(FakeStorage(password=PASSWORD))
        array.counters = Watch()
        return _syncs(cluster, array, array.counters, count)


def _syncs(cluster: Cluster, array: FakeStorage, watch: Watch, count: int) -> list[float]:
    api = cluster.api("a", **_QUIET)
    tasks = [cluster.task(node, **_NO_POLL, **_QUIET) for node in ("a", "b")]
    for daemon in (api, *tasks):
        daemon.until_ready()
    wait_until(lambda: cluster.members() == tasks[0].workers | tasks[1].workers)
    storage_id = api.rest.register(array, serial="STARTING1", volumes="10")
    api.rest.synced(storage_id)
    # The session with the array is opened, and ownership is settled.
    api.rest.sync(storage_id)
    times = []
    for _ in range(count):
        began = watch.set()
        asked = api.rest.post(f"/v1/storages/{storage_id}/sync")
        if asked.status != 202:
            raise RuntimeError(f"the sync was refused: {asked}")
        times.append((wait_until(lambda: watch.first) - began) * 1000)
        api.rest.settled()
    return times


def row(engine: str, times: list[float]) -> tuple[str, ...]:
    hundredths = statistics.quantiles(times, n=100, method="inclusive")
    figures = (hundredths[49], hundredths[98], max(times))
    return (rig.ENGINES[engine], str(len(times)), *(f"{figure:.1f}" for figure in figures))


def main() -> None:
    parser = page.arguments(__doc__)
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    rows = []
    for engine in options.engine or ENGINES:
        if engine not in ENGINES:
            parser.error(f"--engine: several processes need one of {', '.join(ENGINES)}")
        rows.append(row(engine, measure(engine, options.count)))
        page.progress(" ".join(rows[-1]))
    page.show("starting", page.table(_HEAD, rows), options.write)


if __name__ == "__main__":
    main()
