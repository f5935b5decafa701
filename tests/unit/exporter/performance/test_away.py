"""A Prometheus that is away for an hour, and a process that is killed meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from oslo_config import cfg

from delfin.db.session import Database
from delfin.exporter.performance.outlets import Outlets
from tests.unit.exporter.performance.collected import NOW, batch, one, registered, source, volume
from tests.unit.exporter.performance.prometheus_server import page_at, prometheus
from tests.unit.exporter.receivers import free_port, http_receiver
from tests.waiting import wait_until

MINUTE = 60_000
# What a collection does in a process that is killed right after it.
_KILLED = """
import os, signal, sys
from pathlib import Path
from delfin.db.session import Database
from delfin.exporter.performance.outlets import Outlets
from tests.conftest import make_conf
from tests.unit.exporter.performance.collected import one, source
conf = make_conf(Path(sys.argv[1]), sys.argv[2])
conf.set_override("performance_exporters", ["remote_write"])
conf.set_override("url", sys.argv[3], "exporter_remote_write")
outlets = Outlets(conf, Database(conf))
outlets.start()
for number in range(5):
    outlets.put(one(source("s1"), float(number)))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def start(sqlite_database: Database, conf_here: cfg.ConfigOpts) -> Iterator[Callable[[], Outlets]]:
    """Starts outlets as the options say; they are stopped at the end."""
    started: list[Outlets] = []
    registered(sqlite_database, "s1")

    def outlets() -> Outlets:
        started.append(Outlets(conf_here, sqlite_database))
        started[-1].start()
        return started[-1]

    yield outlets
    for made in started:
        made.stop()
        made.wait(10)


def test_an_hour_is_delivered_in_order_and_the_page_had_it_all_along(
    tmp_path: Path, start: Callable[[], Outlets], conf_here: cfg.ConfigOpts
) -> None:
    port, page_port = free_port(), free_port()
    conf_here.set_override("performance_exporters", ["remote_write", "prometheus"])
    conf_here.set_override("url", f"http://127.0.0.1:{port}/api/v1/write", "exporter_remote_write")
    conf_here.set_override("metric_server_ip", "127.0.0.1", "prometheus_exporter")
    conf_here.set_override("metric_server_port", page_port, "prometheus_exporter")
    outlets = start()
    now = int(time.time() * 1000)
    sent = [(now - (60 - minute) * MINUTE, float(minute)) for minute in range(60)]
    for moment, value in sent:
        outlets.put(one(source("s1"), value, moment))
    page = f"http://127.0.0.1:{page_port}/metrics"
    wait_until(lambda: page_at(page).endswith(" 59.0\n"))
    words = 'volume_iops{storage_id="s1"}[2h]'
    with prometheus(tmp_path, port=port) as server:
        wait_until(lambda: server.query(words) and len(server.query(words)[0]["values"]) == 60)
        values = server.query(words)[0]["values"]
    assert [(round(moment * 1000), float(value)) for moment, value in values] == sent


def test_a_slow_receiver_gets_everything_once(
    start: Callable[[], Outlets], conf_here: cfg.ConfigOpts, caplog: pytest.LogCaptureFixture
) -> None:
    conf_here.set_override("performance_exporters", ["remote_write"])
    conf_here.set_override("timeout", 2.5, "exporters")
    conf_here.set_override("max_samples", 1, "exporter_remote_write")
    series = [volume(number) for number in range(10)]
    with http_receiver() as receiver:
        receiver.takes = 0.3
        conf_here.set_override("url", receiver.url, "exporter_remote_write")
        outlets = start()
        for value in (1.0, float("nan")):
            outlets.put(batch(source("s1"), series, *((n, NOW, value) for n in range(10))))
        wait_until(lambda: len(receiver.bodies) == 20)
        outlets.stop()
        outlets.wait(10)
        assert len(set(receiver.bodies)) == len(receiver.bodies) == 20
    assert "no answer within" not in caplog.text


def test_a_killed_process_leaves_what_the_next_one_delivers(
    tmp_path: Path, start: Callable[[], Outlets], conf_here: cfg.ConfigOpts
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/"
    url = conf_here.database.connection
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _KILLED, str(tmp_path), url, nobody],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    conf_here.set_override("performance_exporters", ["remote_write"])
    with http_receiver() as receiver:
        conf_here.set_override("url", receiver.url, "exporter_remote_write")
        start()
        wait_until(lambda: len(receiver.bodies) == 5)
