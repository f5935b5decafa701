"""How long an eviction takes to reach another process, over Redis and over RabbitMQ.

    python -m tests.benchmark.eviction [--count 2000] [--redis HOST:PORT] [--rabbitmq URL]

Without --redis, a private redis-server; without --rabbitmq, Redis alone. Each eviction is timed
from the call in one process to the subscriber in another one, both on the same clock.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

from oslo_config import cfg

from delfin import service

service.select_backend()

from delfin.conf import opts  # noqa: E402 - the back end must be chosen before
from delfin.coordination.bus_eviction import BusEviction  # noqa: E402 - likewise
from delfin.coordination.cluster import make_eviction  # noqa: E402 - likewise
from delfin.coordination.redis_eviction import RedisEviction  # noqa: E402 - likewise
from delfin.rpc.transport import open_transport  # noqa: E402 - likewise
from tests.benchmark import page  # noqa: E402 - likewise
from tests.service.coordination.redis_process import RedisProcess  # noqa: E402 - likewise

_HEAD = ("way", "arrived", "p50, ms", "p99, ms", "longest, ms")
MODULE = "tests.benchmark.eviction"
PAUSE = 0.002  # seconds between two evictions


class Answers:
    """Writes down when it was told; in the process that listens."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []

    def evict(self, storage_id: str) -> None:
        now = time.monotonic_ns()
        self.told.append((UUID(storage_id).int & 0xFFFFFFFF, now))

    def evict_all(self) -> None:
        """The listener begins to listen."""


def configuration(redis: str, rabbitmq: str, state_path: str) -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    opts.register(conf)
    conf([], project="delfin", default_config_files=[], default_config_dirs=[])
    conf.set_override("state_path", state_path)
    conf.set_override("backend_type", "redis" if redis else "file", "coordination")
    conf.set_override("backend_server", redis, "coordination")
    open_transport(conf, "inproc://").cleanup()
    if rabbitmq:
        conf.set_override("transport_url", rabbitmq)
    return conf


@contextlib.contextmanager
def end(conf: cfg.ConfigOpts) -> Iterator[RedisEviction | BusEviction]:
    """One end that hears the others."""
    transport = open_transport(conf)
    eviction = make_eviction(conf, transport)
    assert isinstance(eviction, RedisEviction | BusEviction)
    eviction.start()
    while not eviction.listening:
        time.sleep(0.01)
    yield eviction
    eviction.stop()
    eviction.wait(5)
    transport.cleanup()


def listen(conf: cfg.ConfigOpts, count: int) -> None:
    """The other process: says that it listens, then the times at which it was told."""
    answers = Answers()
    with end(conf) as eviction:
        eviction.subscribe(answers)
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        deadline = time.monotonic() + 60
        while len(answers.told) < count and time.monotonic() < deadline:
            time.sleep(0.05)
    for number, at in answers.told:
        sys.stdout.write(f"{number} {at}\n")


def measure(conf: cfg.ConfigOpts, count: int, arguments: list[str]) -> list[float]:
    """Milliseconds of each eviction that arrived."""
    command = [sys.executable, "-m", MODULE, "--listen", f"--count={count}", *arguments]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listener,
        end(conf) as eviction,
    ):
        if listener.stdout is None or listener.stdout.readline() != "listening\n":
            raise SystemExit("the listener did not start")
        sent = []
        for number in range(count):
            storage_id = str(UUID(int=uuid4().int >> 32 << 32 | number))
            sent.append(time.monotonic_ns())
            eviction.evict(storage_id)
            time.sleep(PAUSE)
        told = [tuple(map(int, line.split())) for line in listener.stdout]
    return [(at - sent[number]) / 1e6 for number, at in told]


def row(name: str, count: int, times: list[float]) -> list[str]:
    hundredths = statistics.quantiles(times, n=100)
    figures = (hundredths[49], hundredths[98], max(times))
    return [name, f"{len(times):,} of {count:,}", *(f"{figure:.2f}" for figure in figures)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--redis", default="")
    parser.add_argument("--rabbitmq", default="", help="rabbit://USER:PASSWORD@HOST:PORT/VHOST")
    parser.add_argument("--state-path", default="")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table into this page")
    parser.add_argument("--listen", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.listen:
        listen(configuration(chosen.redis, chosen.rabbitmq, chosen.state_path), chosen.count)
        return
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        address = chosen.redis
        if not address:
            server = RedisProcess(Path(folder), "--save", "")
            server.start()
            stack.callback(server.kill)
            address = server.address
        ways = [("Redis pub/sub", address, "")]
        if chosen.rabbitmq:
            ways.append(("oslo.messaging on RabbitMQ", "", chosen.rabbitmq))
        rows = []
        for name, redis, rabbitmq in ways:
            conf = configuration(redis, rabbitmq, folder)
            given = [f"--redis={redis}", f"--rabbitmq={rabbitmq}", f"--state-path={folder}"]
            rows.append(row(name, chosen.count, measure(conf, chosen.count, given)))
        page.show("eviction", page.table(_HEAD, rows), chosen.write)


if __name__ == "__main__":
    main()
